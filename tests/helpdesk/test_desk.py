"""The tickets as agents work with them."""

import pytest

from bot.errors import BadInput, NotFound
from helpdesk.conversations import Chat
from helpdesk.desk import Desk, parse_number
from helpdesk.models import Change, Contact, Conversation, Status
from tests.helpdesk.scripted import NOON, Clock


@pytest.fixture
def conversation(chat: Chat) -> Conversation:
    conversation, _ = chat.start("demo", "en")
    chat.send(conversation, "how do refunds work?", "k1")
    chat.request_person(conversation, Contact(), "r1")
    return conversation


def test_a_case_is_the_ticket_with_the_whole_chat(chat: Chat, desk: Desk, conversation: Conversation) -> None:
    chat.send(conversation, "and one more thing", "k2")
    case = desk.open_case(1001)
    assert case.ticket.conversation_id == conversation.id
    assert case.transcript == chat.transcript(conversation)
    assert len(case.transcript) == 4


def test_every_change_of_status_says_who_and_when(desk: Desk, clock: Clock, conversation: Conversation) -> None:
    begun = clock.advance(minutes=5)
    desk.change_status(1001, Status.IN_PROGRESS, "kim")
    solved = clock.advance(minutes=5)
    ticket = desk.change_status(1001, Status.CLOSED, "lee")
    assert (ticket.status, ticket.updated_at) == (Status.CLOSED, solved)
    assert ticket.history == (
        Change(NOON, "firstline", "status", None, "Open"),
        Change(begun, "kim", "status", "Open", "In progress"),
        Change(solved, "lee", "status", "In progress", "Closed"),
    )


def test_the_same_status_again_changes_nothing(desk: Desk, clock: Clock, conversation: Conversation) -> None:
    before = desk.open_case(1001).ticket
    clock.advance(minutes=5)
    assert desk.change_status(1001, Status.OPEN, "kim") == before


def test_a_closed_ticket_may_be_reopened_unless_another_is_open(
    chat: Chat, desk: Desk, conversation: Conversation
) -> None:
    desk.change_status(1001, Status.CLOSED, "kim")
    assert desk.change_status(1001, Status.OPEN, "kim").status is Status.OPEN
    desk.change_status(1001, Status.CLOSED, "kim")
    chat.request_person(conversation, Contact(), "r2")
    with pytest.raises(BadInput, match="FL-1002 of the same chat is open"):
        desk.change_status(1001, Status.OPEN, "kim")


def test_unknown_tickets_are_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound, match="FL-7: there is no such ticket"):
        desk.open_case(7)
    with pytest.raises(NotFound):
        desk.change_status(7, Status.CLOSED, "kim")


def test_pages(desk: Desk, conversation: Conversation) -> None:
    assert [ticket.number for ticket in desk.page().tickets] == [1001]
    assert desk.page(status=Status.CLOSED).tickets == ()
    for limit in (0, 201):
        with pytest.raises(BadInput, match="1 to 200"):
            desk.page(limit=limit)


@pytest.mark.parametrize("text", ["1042", "FL-1042", " fl-1042 "])
def test_numbers_are_read_as_people_write_them(text: str) -> None:
    assert parse_number(text) == 1042


@pytest.mark.parametrize("text", ["", "FL-", "FL-x", "-5", "1e3", "9" * 30, "FL-FL-1", "٣"])
def test_anything_else_is_no_ticket(text: str) -> None:
    with pytest.raises(NotFound):
        parse_number(text)
