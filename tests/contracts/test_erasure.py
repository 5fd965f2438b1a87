"""Erasing a learner, and everybody after a time, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from bot.errors import BadInput
from helpdesk.conversations import Chat
from helpdesk.desk import Desk
from helpdesk.models import Contact, Conversation, Identity, Status
from helpdesk.retention import apply_retention, erase
from storage.engine import reading, writing
from storage.store import SqlStore
from storage.tables import metadata
from tests.helpdesk.scripted import NOON, Clock, Script

ANA = "Ana.Secreta@example.org"
ABOUT_CHATS = ("conversations", "messages", "tickets", "ticket_changes", "handoff_requests", "outbox")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def chat(store: SqlStore, clock: Clock) -> Chat:
    return Chat(store, Script(), clock=clock)


def whole_story(chat: Chat, store: SqlStore, secret: str, identity: Identity | None = None) -> Conversation:
    """A conversation that leaves a row in every table."""
    conversation, _ = chat.start("demo", "en", identity)
    reply = chat.send(conversation, f"{secret} how", "k1").message
    chat.send(conversation, f"{secret} human", "k2")
    chat.feedback(conversation, reply.id, False, secret)
    ticket = chat.request_person(conversation, Contact(email=ANA, note=secret), "r1")
    Desk(store).change_status(ticket.number, Status.IN_PROGRESS, "kim")
    return conversation


def rows(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(metadata.tables[name])) or 0
            for name in ABOUT_CHATS
        }


def test_a_learner_is_erased_and_the_receipt_counts_it(chat: Chat, store: SqlStore, engine: Engine) -> None:
    whole_story(chat, store, "SECRET-7")
    before = rows(engine)
    assert min(before.values()) > 0
    kept, _ = chat.start("demo", "en", Identity("s9", "joana.secreta@example.org"))
    chat.send(kept, "hello from someone else", "k1")
    receipt = erase(store, ANA.upper(), clock=lambda: NOON)
    assert receipt.counts == before
    assert receipt.erased_at == NOON
    assert chat.transcript(kept)
    assert rows(engine) == dict.fromkeys(ABOUT_CHATS, 0) | {"conversations": 1, "messages": 2}


def test_erasing_again_finds_nothing(chat: Chat, store: SqlStore) -> None:
    whole_story(chat, store, "SECRET-7")
    erase(store, ANA)
    assert set(erase(store, ANA).counts.values()) <= {0}


@pytest.mark.parametrize("trace", ["identity", "turn", "note", "comment", "same learner without e-mail"])
def test_every_trace_of_an_address_is_found(chat: Chat, store: SqlStore, engine: Engine, trace: str) -> None:
    identity = Identity("s1", ANA) if trace in ("identity", "same learner without e-mail") else None
    conversation, _ = chat.start("demo", "en", identity)
    reply = chat.send(conversation, f"write to <{ANA.lower()}>." if trace == "turn" else "how", "k1").message
    if trace == "note":
        chat.request_person(conversation, Contact(note=f"or {ANA}!"), "r1")
    if trace == "comment":
        chat.feedback(conversation, reply.id, True, f"{ANA}")
    if trace == "same learner without e-mail":
        chat.start("demo", "en", Identity("s1"))
    erase(store, ANA)
    assert rows(engine) == dict.fromkeys(ABOUT_CHATS, 0)


@pytest.mark.parametrize("other", [f"jo{ANA}", f"jo.{ANA}", f"{ANA}.mx", f"{ANA}x", "ana_secreta@example.org", "100%"])
def test_longer_and_similar_addresses_are_left_alone(chat: Chat, store: SqlStore, other: str) -> None:
    conversation, _ = chat.start("demo", "en")
    chat.send(conversation, f"mail {other} please", "k1")
    erase(store, ANA)
    assert len(chat.transcript(conversation)) == 2


def test_half_an_address_erases_nobody(store: SqlStore) -> None:
    with pytest.raises(BadInput, match="whole e-mail"):
        erase(store, "example.org")


def test_old_conversations_go_and_used_ones_stay(chat: Chat, store: SqlStore, engine: Engine, clock: Clock) -> None:
    whole_story(chat, store, "SECRET-7")
    used, _ = chat.start("demo", "en")
    clock.advance(days=20)
    chat.send(used, "back again", "k1")
    now = clock.advance(days=10) + timedelta(seconds=1)
    receipt = apply_retention(store, 30, now)
    assert receipt.counts["conversations"] == 1
    assert rows(engine) == dict.fromkeys(ABOUT_CHATS, 0) | {"conversations": 1, "messages": 2}
    assert set(apply_retention(store, 30, now).counts.values()) <= {0}


def test_more_conversations_than_one_statement_can_name(store: SqlStore, engine: Engine) -> None:
    with store.begin() as work:
        for number in range(1201):
            work.conversations.add(Conversation(f"c{number}", "demo", "en", NOON), "hash")
    assert apply_retention(store, 1, NOON + timedelta(days=2)).counts["conversations"] == 1201


def test_retention_of_no_days_is_refused(store: SqlStore) -> None:
    with pytest.raises(BadInput, match="at least one day"):
        apply_retention(store, 0, NOON)


def test_deleting_a_conversation_takes_everything_along(chat: Chat, store: SqlStore, engine: Engine) -> None:
    """Also where somebody deletes the row by hand: the foreign keys cascade."""
    conversation = whole_story(chat, store, "SECRET-7")
    conversations = metadata.tables["conversations"]
    with writing(engine) as connection:
        connection.execute(conversations.delete().where(conversations.c.id == conversation.id))
    assert rows(engine) == dict.fromkeys(ABOUT_CHATS, 0)
