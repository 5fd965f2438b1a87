"""The chat on both databases: one reply to each message, in order, and one ticket, whoever races."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine

from helpdesk.conversations import Chat
from helpdesk.models import Contact, Reply
from storage.engine import open_engine
from storage.store import SqlStore
from tests.helpdesk.scripted import Script


def at_once(*calls: Callable[[], Reply]) -> list[Reply]:
    """Their results, after all of them were started at the same moment."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Reply]) -> Reply:
        gate.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_five_messages_at_once_get_one_reply_each_in_order(store: SqlStore) -> None:
    script = Script(pause=0.01)
    chat = Chat(store, script)
    conversation, _ = chat.start("demo", "en")
    at_once(*(lambda n=n: chat.send(conversation, f"question {n}", f"k{n}") for n in range(5)))
    transcript = chat.transcript(conversation)
    questions = [message for message in transcript if message.role == "learner"]
    replies = [message for message in transcript if message.role == "bot"]
    assert [reply.reply_to for reply in replies] == [question.id for question in questions]
    assert [reply.text for reply in replies] == [f"About: {question.text}" for question in questions]
    assert [asked.text for asked in script.asked] == [question.text for question in questions]
    assert [message.sequence for message in transcript] == list(range(1, 11))


def test_each_question_knows_the_replies_before_it(store: SqlStore) -> None:
    script = Script(pause=0.01)
    chat = Chat(store, script)
    conversation, _ = chat.start("demo", "en")
    at_once(*(lambda n=n: chat.send(conversation, f"question {n}", f"k{n}") for n in range(4)))
    said = [turn.text for question in script.asked[:3] for turn in (question, Script().answer(question))]
    assert [turn.text for turn in script.asked[3].turns] == said


def test_the_same_message_twice_at_once_gets_one_reply(store: SqlStore) -> None:
    script = Script(pause=0.02)
    chat = Chat(store, script)
    conversation, _ = chat.start("demo", "en")
    replies = at_once(*[lambda: chat.send(conversation, "a human please", "k1")] * 4)
    assert len({reply.message.id for reply in replies}) == 1
    assert sorted(reply.replayed for reply in replies) == [False, True, True, True]
    assert len(script.asked) == 1
    assert len(chat.transcript(conversation)) == 2
    assert_one_ticket_each(store, [conversation.id])


def test_two_processes_answering_one_message_store_one_reply(engine: Engine) -> None:
    """Each chat here has its own engine and its own locks, as another process would."""
    others = [open_engine(engine.url.render_as_string(hide_password=False)) for _ in range(3)]
    scripts = [Script(pause=0.05) for _ in others]
    chats = [Chat(SqlStore(other), script) for other, script in zip(others, scripts, strict=True)]
    conversation, _ = chats[0].start("demo", "en")
    replies = at_once(*(lambda chat=chat: chat.send(conversation, "get me a human", "k1") for chat in chats))
    assert len({reply.message.id for reply in replies}) == 1
    assert sorted(reply.replayed for reply in replies) == [False, True, True]
    assert_one_ticket_each(SqlStore(engine), [conversation.id])
    for other in others:
        other.dispose()


def test_two_processes_keep_the_order(engine: Engine) -> None:
    others = [open_engine(engine.url.render_as_string(hide_password=False)) for _ in range(3)]
    chats = [Chat(SqlStore(other), Script(pause=0.02)) for other in others]
    conversation, _ = chats[0].start("demo", "en")
    at_once(*(lambda c=c, n=n: c.send(conversation, f"question {n}", f"k{n}") for n, c in enumerate(chats * 2)))
    transcript = chats[0].transcript(conversation)
    questions = [message.id for message in transcript if message.role == "learner"]
    assert [message.reply_to for message in transcript if message.role == "bot"] == questions
    assert len(questions) == 6
    for other in others:
        other.dispose()


def test_twenty_threads_make_twenty_tickets(store: SqlStore) -> None:
    chat = Chat(store, Script())
    conversations = [chat.start("demo", "en")[0] for _ in range(20)]
    replies = at_once(*(lambda c=c: chat.send(c, "my account was hacked", "k1") for c in conversations))
    numbers = {reply.message.outcome["ticket_number"] for reply in replies if reply.message.outcome}
    assert len(numbers) == 20
    assert_one_ticket_each(store, [conversation.id for conversation in conversations])


def test_the_button_and_the_bot_at_once_make_one_ticket(store: SqlStore) -> None:
    chat = Chat(store, Script())
    conversation, _ = chat.start("demo", "en")
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(chat.send, conversation, "human", f"k{n}") for n in range(4)]
        asked = [pool.submit(chat.request_person, conversation, Contact(), f"r{n}") for n in range(4)]
    labels = {future.result().message.outcome["ticket_number"] for future in sent}  # type: ignore[index]
    assert labels == {future.result().label for future in asked}
    assert_one_ticket_each(store, [conversation.id])


def assert_one_ticket_each(store: SqlStore, conversation_ids: Sequence[str]) -> None:
    with store.read() as work:
        tickets = work.tickets.page(limit=100).tickets
        deliveries = work.outbox.pending()
    assert sorted(ticket.conversation_id for ticket in tickets) == sorted(conversation_ids)
    assert sorted(row.ticket_number for row in deliveries) == sorted(ticket.number for ticket in tickets)
    assert len({ticket.external_id for ticket in tickets}) == len(tickets)
