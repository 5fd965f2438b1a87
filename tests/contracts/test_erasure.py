"""Erasing a learner, and everybody after a time, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from bot.errors import BadInput
from helpdesk.connectors.built_in import BuiltInDesk
from helpdesk.conversations import Chat
from helpdesk.courier import Courier
from helpdesk.delivery import Delivery, TicketDesk
from helpdesk.desk import Desk
from helpdesk.models import Agent, Contact, Conversation, Elsewhere, Identity, SiteRules, Status
from helpdesk.retention import apply_retention, erase
from helpdesk.takeover import Takeover
from storage.engine import reading, writing
from storage.store import SqlStore
from storage.tables import metadata
from tests.helpdesk.scripted import NOON, Clock, Script

ANA = "Ana.Secreta@example.org"
ABOUT_CHATS = (
    *("conversations", "messages", "tickets", "ticket_changes", "ticket_notes", "handoff_requests"),
    *("outbox", "remote_tickets"),
)
ELSEWHERE = {"demo": SiteRules(connector="elsewhere")}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def chat(store: SqlStore, clock: Clock) -> Chat:
    return Chat(store, Script(), clock=clock)


@pytest.fixture
def chat_elsewhere(store: SqlStore, clock: Clock) -> Chat:
    """Its tickets go to another system."""
    return Chat(store, Script(), sites=ELSEWHERE, clock=clock)


def whole_story(chat: Chat, store: SqlStore, engine: Engine, secret: str) -> Conversation:
    """A conversation that leaves a row in every table."""
    conversation, _ = chat.start("demo", "en")
    reply = chat.send(conversation, f"{secret} how", "k1").message
    chat.send(conversation, f"{secret} human", "k2")
    chat.feedback(conversation, reply.id, False, secret)
    ticket = chat.request_person(conversation, Contact(email=ANA, note=secret), "r1")
    Desk(store).change_status(ticket.number, Status.IN_PROGRESS, "kim")
    add_note(engine, ticket.number, secret)
    deliver(store, BuiltInDesk())
    return conversation


def add_note(engine: Engine, ticket_number: int, text: str) -> None:
    note = metadata.tables["ticket_notes"].insert()
    with writing(engine) as connection:
        connection.execute(note.values(ticket_number=ticket_number, at=NOON, author="kim", text=text))


def deliver(store: SqlStore, desk: TicketDesk) -> None:
    """Whatever is due to this desk, under whatever name."""
    with store.read() as work:
        connectors = work.outbox.connectors()
    courier = Courier(store, dict.fromkeys(connectors, desk))
    for connector in connectors:
        while claimed := courier.claim(connector):
            courier.deliver(claimed)


def rows(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(metadata.tables[name])) or 0
            for name in ABOUT_CHATS
        }


def test_a_learner_is_erased_and_the_receipt_counts_it(chat: Chat, store: SqlStore, engine: Engine) -> None:
    whole_story(chat, store, engine, "SECRET-7")
    before = rows(engine)
    assert min(before.values()) > 0
    kept, _ = chat.start("demo", "en", Identity("s9", "joana.secreta@example.org"))
    chat.send(kept, "hello from someone else", "k1")
    receipt = erase(store, ANA.upper(), clock=lambda: NOON)
    assert receipt.counts == before
    assert (receipt.erased_at, receipt.elsewhere) == (NOON, ())
    assert chat.transcript(kept)
    assert rows(engine) == dict.fromkeys(ABOUT_CHATS, 0) | {"conversations": 1, "messages": 2}


def test_the_receipt_says_what_other_systems_have(
    chat_elsewhere: Chat, store: SqlStore, engine: Engine, clock: Clock
) -> None:
    whole_story(chat_elsewhere, store, engine, "SECRET-7")
    with store.read() as work:
        ticket = work.tickets.page().tickets[0]
        owed = work.outbox.pending()
    assert owed == [], "everything was delivered"
    receipt = erase(store, ANA)
    assert receipt.elsewhere == (Elsewhere("elsewhere", ticket.external_id, ticket.label),)
    assert "ana" not in repr(receipt.elsewhere).casefold()

    whole_story(chat_elsewhere, store, engine, "SECRET-8")
    later = apply_retention(store, 30, clock.advance(days=31))
    assert [each.connector for each in later.elsewhere] == ["elsewhere"]


def test_the_receipt_names_mails_to_the_learner(store: SqlStore) -> None:
    rules = {"demo": SiteRules(connector="desk", mailer="mail")}
    chat, takeover = Chat(store, Script(), sites=rules), Takeover(store, sites=rules)
    conversation, _ = chat.start("demo", "en")
    ticket = chat.request_person(conversation, Contact(email=ANA), "r1")
    for word in ("sent", "waits"):
        takeover.reply(ticket.number, Agent("kim", "agent", "Kim"), word, word)
    courier = Courier(store, {"mail": BuiltInDesk()})
    claimed = courier.claim("mail")
    assert claimed
    assert courier.deliver(claimed).result == "delivered"
    (mail,) = erase(store, ANA).elsewhere
    assert mail == Elsewhere("mail", ticket.external_id, claimed.row.id, "mail to the learner")


def test_what_waits_is_never_sent_and_what_was_under_way_is_named(
    chat_elsewhere: Chat, store: SqlStore, engine: Engine
) -> None:
    """Nobody knows whether an attempt that did not end well has arrived."""
    tickets = []
    for number in range(2):
        conversation, _ = chat_elsewhere.start("demo", "en")
        tickets.append(chat_elsewhere.request_person(conversation, Contact(email=ANA), f"r{number}"))
    courier = Courier(store, {"elsewhere": BuiltInDesk()})
    claimed = courier.claim("elsewhere")
    assert claimed
    receipt = erase(store, ANA)
    assert receipt.elsewhere == (Elsewhere("elsewhere", tickets[0].external_id, None),)
    assert courier.claim("elsewhere") is None
    attempt = courier.deliver(claimed)
    assert (attempt.result, attempt.remote_id) == ("erased", None), "nothing was left to send"


def test_a_learner_who_is_erased_while_the_ticket_is_sent_is_told_of(
    chat_elsewhere: Chat, store: SqlStore, engine: Engine
) -> None:
    conversation, _ = chat_elsewhere.start("demo", "en")
    ticket = chat_elsewhere.request_person(conversation, Contact(email=ANA), "r1")

    class ErasedMeanwhile(BuiltInDesk):
        def create(self, delivery: Delivery) -> str:
            erase(store, ANA)
            return super().create(delivery)

    courier = Courier(store, {"elsewhere": ErasedMeanwhile()})
    claimed = courier.claim("elsewhere")
    assert claimed
    attempt = courier.deliver(claimed)
    assert (attempt.result, attempt.remote_id) == ("erased", ticket.label)
    assert rows(engine) == dict.fromkeys(ABOUT_CHATS, 0)


def test_erasing_again_finds_nothing(chat: Chat, store: SqlStore, engine: Engine) -> None:
    whole_story(chat, store, engine, "SECRET-7")
    erase(store, ANA)
    assert set(erase(store, ANA).counts.values()) <= {0}


@pytest.mark.parametrize(
    "trace", ["identity", "turn", "note", "an agent's note", "comment", "same learner without e-mail"]
)
def test_every_trace_of_an_address_is_found(chat: Chat, store: SqlStore, engine: Engine, trace: str) -> None:
    identity = Identity("s1", ANA) if trace in ("identity", "same learner without e-mail") else None
    conversation, _ = chat.start("demo", "en", identity)
    reply = chat.send(conversation, f"write to <{ANA.lower()}>." if trace == "turn" else "how", "k1").message
    if trace == "note":
        chat.request_person(conversation, Contact(note=f"or {ANA}!"), "r1")
    if trace == "an agent's note":
        add_note(engine, chat.request_person(conversation, Contact(), "r1").number, f"asked as {ANA} too")
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
    whole_story(chat, store, engine, "SECRET-7")
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
    conversation = whole_story(chat, store, engine, "SECRET-7")
    conversations = metadata.tables["conversations"]
    with writing(engine) as connection:
        connection.execute(conversations.delete().where(conversations.c.id == conversation.id))
    assert rows(engine) == dict.fromkeys(ABOUT_CHATS, 0)
