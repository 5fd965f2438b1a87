"""What people do at another desk, seen from here."""

import pytest

from helpdesk.conversations import Chat
from helpdesk.desk import Desk
from helpdesk.inbound import LONGEST_REPLY, Inbound
from helpdesk.models import Change, Contact, Conversation, Message, Status
from storage.store import SqlStore
from tests.helpdesk.scripted import NOON, Clock


@pytest.fixture
def inbound(store: SqlStore, clock: Clock) -> Inbound:
    return Inbound(store, clock=clock)


@pytest.fixture
def conversation(chat: Chat) -> Conversation:
    conversation, _ = chat.start("demo", "en")
    chat.send(conversation, "how do refunds work?", "k1")
    chat.request_person(conversation, Contact(), "r1")
    return conversation


def said_by_agents(chat: Chat, conversation: Conversation) -> list[Message]:
    return [message for message in chat.transcript(conversation) if message.role == "agent"]


def owed(store: SqlStore) -> list[str]:
    with store.read() as work:
        return [row.kind for row in work.outbox.pending()]


def test_a_reply_is_an_agents_turn_once(
    chat: Chat, desk: Desk, store: SqlStore, inbound: Inbound, clock: Clock, conversation: Conversation
) -> None:
    at = clock.advance(minutes=3)
    assert inbound.reply(1001, "Kim", "We paid it back.", "c7", "zendesk")
    assert not inbound.reply(1001, "Kim", "We paid it back.", "c7", "zendesk"), "the same key again"
    (turn,) = said_by_agents(chat, conversation)
    assert (turn.text, turn.author, turn.created_at, turn.sequence) == ("We paid it back.", "Kim", at, 3)
    assert owed(store) == ["ticket_created"], "the desk that it came from is not told"
    ticket = desk.open_case(1001).ticket
    assert ticket.status is Status.IN_PROGRESS
    assert ticket.history[-1] == Change(at, "Kim", "status", "Open", "In progress")


def test_the_same_key_of_another_desk_is_another_reply(
    chat: Chat, inbound: Inbound, conversation: Conversation
) -> None:
    assert inbound.reply(1001, "Kim", "one", "7", "zendesk")
    assert inbound.reply(1001, "Kim", "two", "7", "mail")
    assert [turn.text for turn in said_by_agents(chat, conversation)] == ["one", "two"]


def test_words_are_plain_and_bounded(chat: Chat, inbound: Inbound, conversation: Conversation) -> None:
    assert inbound.reply(1001, " Kim\u202e\nfrom\x00 us ", "\x1b[1mHello\r\n\r\n \r\n\r\nyou\u200b\x00  ", "1", "mail")
    assert inbound.reply(1001, "", "long " * LONGEST_REPLY, "2", "mail")
    assert not inbound.reply(1001, "Kim", " \x00\u200b\n ", "3", "mail"), "nothing is left of it"
    first, second = said_by_agents(chat, conversation)
    assert (first.author, first.text) == ("Kim from us", "[1mHello\n\nyou")
    assert second.author is None
    assert len(second.text) <= LONGEST_REPLY + 2
    assert second.text.endswith("long …")


def test_closing_there_closes_here_once(
    desk: Desk, inbound: Inbound, store: SqlStore, conversation: Conversation
) -> None:
    assert inbound.status(1001, Status.CLOSED, "Kim", "e1", "zendesk")
    assert desk.open_case(1001).ticket.history[-1] == Change(NOON, "Kim", "status", "Open", "Closed")
    desk.change_status(1001, Status.IN_PROGRESS, "lee")
    assert not inbound.status(1001, Status.CLOSED, "Kim", "e1", "zendesk"), "old news do not close it again"
    assert inbound.status(1001, Status.CLOSED, None, "e2", "zendesk")
    assert desk.open_case(1001).ticket.history[-1].actor == "zendesk"
    assert owed(store) == ["ticket_created", "ticket_changed"], (
        "of what came from there, nothing goes back: Lee's alone"
    )


def test_closing_there_tells_the_learner_once_and_frees_the_chat(
    chat: Chat, inbound: Inbound, store: SqlStore, conversation: Conversation
) -> None:
    with store.begin() as work:
        work.conversations.set_taken(conversation.id, "lee", NOON)
    for _ in range(2):
        inbound.status(1001, Status.CLOSED, "Kim", "e1", "zendesk")
    (notice,) = [message.text for message in chat.transcript(conversation) if message.role == "system"]
    assert "closed your request FL-1001" in notice
    with store.read() as work:
        current = work.conversations.get(conversation.id)
    assert current is not None
    assert current.taken_by is None


def test_reopening_there_reopens_here_unless_another_is_open(
    chat: Chat, desk: Desk, inbound: Inbound, conversation: Conversation
) -> None:
    inbound.status(1001, Status.CLOSED, "Kim", "e1", "zendesk")
    assert inbound.status(1001, Status.IN_PROGRESS, "Kim", "e2", "zendesk")
    inbound.status(1001, Status.CLOSED, "Kim", "e3", "zendesk")
    chat.request_person(conversation, Contact(), "r2")
    assert not inbound.status(1001, Status.IN_PROGRESS, "Kim", "e4", "zendesk")
    assert desk.open_case(1001).ticket.status is Status.CLOSED


def test_a_reply_on_a_closed_ticket_still_reaches_the_learner(
    chat: Chat, desk: Desk, inbound: Inbound, conversation: Conversation
) -> None:
    inbound.status(1001, Status.CLOSED, "Kim", "e1", "zendesk")
    assert inbound.reply(1001, "Kim", "One more thing.", "c8", "zendesk")
    assert len(said_by_agents(chat, conversation)) == 1
    assert desk.open_case(1001).ticket.status is Status.CLOSED


def test_what_was_erased_or_never_was_is_nobodys(store: SqlStore, inbound: Inbound, conversation: Conversation) -> None:
    with store.begin() as work:
        work.conversations.erase([conversation.id])
    assert not inbound.reply(1001, "Kim", "hello", "c1", "zendesk")
    assert not inbound.status(7, Status.CLOSED, "Kim", "e1", "zendesk")


def test_tickets_are_found_by_their_id_there_or_by_ours(
    store: SqlStore, desk: Desk, inbound: Inbound, conversation: Conversation
) -> None:
    ours = desk.open_case(1001).ticket.external_id
    assert inbound.find("zendesk", "35436") is None
    assert inbound.find("zendesk", "35436", ours) == 1001
    with store.begin() as work:
        work.outbox.add_remote(1001, "zendesk", "35436", NOON)
    assert inbound.find("zendesk", "35436") == 1001
    assert inbound.find("other", "35436") is None
