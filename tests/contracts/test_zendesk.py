"""Handoffs delivered to Zendesk while it fails in every way, on both databases: one ticket each, each turn once."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from pydantic import SecretStr

from bot.desk_settings import ZendeskDesk
from helpdesk.connectors import zendesk
from helpdesk.connectors.zendesk_news import ZendeskNews
from helpdesk.conversations import Chat
from helpdesk.courier import Courier
from helpdesk.models import Contact, Conversation, SiteRules
from helpdesk.retrying import Patience
from storage.store import SqlStore
from tests.helpdesk.scripted import Script
from tests.helpdesk.zendesk_account import KIM
from tests.helpdesk.zendesk_server import EMAIL, TOKEN, Server

CHATS, TURNS = 8, 3
FAULTS = ("429", "500", "503", "409", "cut", "500-after", "cut-after", "html")


def test_one_ticket_each_whatever_fails(store: SqlStore) -> None:
    dice = random.Random(5)
    guard = threading.Lock()

    def mood() -> str:
        with guard:
            return dice.choice(FAULTS) if dice.random() < 0.4 else "fine"

    with Server(mood=mood, retry_after="0") as server:
        desk = zendesk.make(
            "support", ZendeskDesk(kind="zendesk", url=server.url, email=EMAIL, token=SecretStr(TOKEN), timeout="5s")
        )
        chat = Chat(store, Script(), sites={"demo": SiteRules(connector="support")})
        with ThreadPoolExecutor(4) as pool:
            talks = list(pool.map(lambda number: hand_off(chat, number), range(CHATS)))
            list(pool.map(lambda _: work_off(store, desk), range(3)))
        account = server.account
        assert len(account.tickets) == CHATS
        assert len({each["external_id"] for each in account.tickets.values()}) == CHATS
        for there in account.tickets:
            # The transcript, then question and answer of each later turn, each once and in order.
            told = account.comments(there)[1:]
            said = [each["body"] if each["public"] else each["body"].splitlines()[1] for each in told]
            asked = [f"turn {number}" for number in range(TURNS)]
            assert said == [words for turn in asked for words in (turn, f"About: {turn}")]
        server.mood = lambda: "fine"
        answered(store, server, ZendeskNews("support", desk, store), chat, talks)


def hand_off(chat: Chat, number: int) -> Conversation:
    talk, _ = chat.start("demo", "en")
    chat.send(talk, "how do refunds work?", "k")
    chat.request_person(talk, Contact(f"learner{number}@example.org"), "r")
    for turn in range(TURNS):
        chat.send(talk, f"turn {turn}", f"k{turn}")
    return talk


def work_off(store: SqlStore, desk: zendesk.ZendeskDesk) -> None:
    """As a worker's thread does, without its waits: until nothing is owed any more."""
    hasty = Courier(store, {"support": desk}, patience=Patience(longest=timedelta()))
    for _ in range(5000):
        claimed = hasty.claim("support")
        if claimed is not None:
            hasty.deliver(claimed)
        elif not owed(store):
            return
        else:
            time.sleep(0.01)  # all of it is in the others' hands
    raise AssertionError("it never came to an end")


def owed(store: SqlStore) -> int:
    with store.read() as work:
        return len(work.outbox.pending())


def answered(store: SqlStore, server: Server, news: ZendeskNews, chat: Chat, talks: list[Conversation]) -> None:
    """Each ticket gets a reply and is solved; several processes look at all of them at once, twice."""
    done = {"status": "solved", "assignee_email": "kim@desk.example"}
    for there, ticket in server.account.tickets.items():
        words = f"for {ticket['external_id']}"
        server.account.update(there, {"comment": {"body": words, "public": True}} | done, by=KIM)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: news.poll(), range(2)))
        list(pool.map(news.look, [str(there) for there in server.account.tickets] * 2))
    with store.read() as work:
        tickets = {ticket.conversation_id: ticket for ticket in work.tickets.page().tickets}
    for talk in talks:
        ticket = tickets[talk.id]
        replies = [turn.text for turn in chat.transcript(talk) if turn.role == "agent"]
        statuses = [change.after for change in ticket.history if change.field == "status"]
        assert replies == [f"for {ticket.external_id}"]
        assert statuses == ["Open", "In progress", "Closed"]
