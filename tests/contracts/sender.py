"""A process that chats until it is killed: `python -m tests.contracts.sender URL ROUND`.

Says on standard output what it was promised: `stored ID` when a message is acknowledged, `replied ID TICKET` after.
"""

import sys
import threading
from itertools import count

from bot.models import Outcome, Question
from helpdesk.conversations import Chat
from helpdesk.models import Contact
from storage.engine import open_engine
from storage.store import SqlStore
from tests.helpdesk.scripted import Script


class Announcing(Script):
    """When the assistant is asked, the message is stored: that is what the service acknowledges."""

    def answer(self, question: Question) -> Outcome:
        say("stored", question.text.split()[0])
        return super().answer(question)


def say(*words: str) -> None:
    # One write a line: a kill leaves whole lines or nothing.
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def chat_for_ever(chat: Chat, prefix: str) -> None:
    for number in count():
        conversation, _ = chat.start("demo", "en")
        for turn, words in enumerate(("how do I pay", "give me a human", "and refunds")):
            key = f"{prefix}-{number}-{turn}"
            reply = chat.send(conversation, f"{key} {words}", key).message
            ticket = reply.outcome["ticket_number"] if reply.outcome else None
            say("replied", key, str(ticket))
        ticket = chat.request_person(conversation, Contact(email="a@example.org"), "r1").label
        say("contact", key, ticket)


def main(url: str, name: str) -> None:
    chat = Chat(SqlStore(open_engine(url)), Announcing(pause=0.002))
    for worker in range(3):
        threading.Thread(target=chat_for_ever, args=(chat, f"{name}.{worker}")).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
