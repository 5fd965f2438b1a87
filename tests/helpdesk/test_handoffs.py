"""From a reply or the learner's word to a ticket: one open one a conversation, its delivery with it."""

from dataclasses import replace
from typing import Any

import pytest

from bot.errors import BadInput
from bot.models import Audience, Department, Priority
from helpdesk.conversations import Chat
from helpdesk.desk import Desk
from helpdesk.models import Contact, Conversation, Identity, OutboxRow, Status, Ticket
from storage.store import SqlStore
from tests.helpdesk.scripted import Clock

ANA = Contact(email="ana@example.org", note="please in Spanish")


@pytest.fixture
def conversation(chat: Chat) -> Conversation:
    return chat.start("demo", "en")[0]


def told(chat: Chat, conversation: Conversation, text: str) -> dict[str, Any]:
    outcome = chat.send(conversation, text, text).message.outcome
    assert outcome is not None
    return outcome


def tickets(store: SqlStore) -> tuple[Ticket, ...]:
    with store.read() as work:
        return work.tickets.page().tickets


def deliveries(store: SqlStore) -> list[OutboxRow]:
    with store.read() as work:
        return list(work.outbox.pending())


def test_a_required_handoff_is_a_ticket_with_its_delivery_and_number(
    chat: Chat, store: SqlStore, conversation: Conversation
) -> None:
    outcome = told(chat, conversation, "wrong name on my certificate")
    (ticket,) = tickets(store)
    (delivery,) = deliveries(store)
    assert outcome["ticket_number"] == ticket.label == "FL-1001"
    assert outcome["text"].startswith("A person will settle this. Your ticket is FL-1001. ")
    assert (delivery.ticket_number, delivery.kind, delivery.connector) == (1001, "ticket_created", "zendesk")
    assert delivery.payload == {"through": 2}, "the question and the reply that names the ticket"
    assert (ticket.reason, ticket.category, ticket.status) == ("certificate_name", "certificates", Status.OPEN)
    assert (ticket.department, ticket.priority) == (Department.LEARNER_SUPPORT, Priority.MEDIUM)
    assert (ticket.identity, ticket.index_version, ticket.language) == ("unverified", 7, "en")


def test_an_offer_makes_nothing_unasked(chat: Chat, store: SqlStore, conversation: Conversation) -> None:
    outcome = told(chat, conversation, "weather tomorrow?")
    assert (outcome["handoff"], outcome["ticket_number"]) == ("offered", None)
    assert tickets(store) == ()
    assert deliveries(store) == []


def test_the_learners_word_on_an_offer_makes_the_ticket(
    chat: Chat, store: SqlStore, conversation: Conversation
) -> None:
    told(chat, conversation, "weather tomorrow?")
    ticket = chat.request_person(conversation, ANA, "r1")
    assert (ticket.reason, ticket.category, ticket.contact) == ("low_confidence", "payments", ANA)
    assert (ticket.department, ticket.priority) == (Department.BILLING, Priority.LOW)
    assert [row.kind for row in deliveries(store)] == ["ticket_created"]
    assert deliveries(store)[0].payload == {"through": 2}


def test_the_button_needs_no_question_before_it(chat: Chat, conversation: Conversation) -> None:
    ticket = chat.request_person(conversation, Contact(), "r1")
    assert (ticket.reason, ticket.category, ticket.summary) == ("asked_for_human", "asked_for_human", ())
    assert (ticket.language, ticket.index_version) == ("en", None)


def test_a_repeated_request_is_the_same_ticket(chat: Chat, store: SqlStore, conversation: Conversation) -> None:
    first = chat.request_person(conversation, ANA, "r1")
    again = chat.request_person(conversation, Contact(email="other@example.org"), "r1")
    assert again == first
    assert len(deliveries(store)) == 1


def test_a_request_repeated_after_closing_is_still_the_same_ticket(
    chat: Chat, desk: Desk, conversation: Conversation
) -> None:
    first = chat.request_person(conversation, ANA, "r1")
    desk.change_status(first.number, Status.CLOSED, "kim")
    assert chat.request_person(conversation, ANA, "r1").number == first.number
    assert chat.request_person(conversation, ANA, "r2").number == first.number + 1


def test_contact_is_added_to_the_open_ticket(chat: Chat, store: SqlStore, conversation: Conversation) -> None:
    told(chat, conversation, "certificate")
    ticket = chat.request_person(conversation, ANA, "r1")
    more = chat.request_person(conversation, Contact(phone="+34 600 000 000", note="after six"), "r2")
    assert (ticket.number, more.number) == (1001, 1001)
    assert more.contact == Contact("ana@example.org", "+34 600 000 000", None, "please in Spanish\nafter six")
    assert [row.kind for row in deliveries(store)] == ["ticket_created", "contact_added", "contact_added"]
    assert tickets(store) == (more,)
    assert [change.after for change in more.history] == ["Open", "e-mail, note", "phone, note"]


def test_later_turns_are_delivered_in_order(chat: Chat, store: SqlStore, conversation: Conversation) -> None:
    told(chat, conversation, "certificate")
    told(chat, conversation, "weather tomorrow?")
    kinds = [row.kind for row in deliveries(store)]
    assert kinds == ["ticket_created", "turn_added", "turn_added"]
    turns = {message.id: message.role for message in chat.transcript(conversation)}
    assert [turns[row.payload["message_id"]] for row in deliveries(store)[1:]] == ["learner", "bot"]


def test_nothing_new_is_not_delivered_again(chat: Chat, store: SqlStore, conversation: Conversation) -> None:
    chat.request_person(conversation, ANA, "r1")
    for number, contact in enumerate((Contact(), ANA, Contact(email="ana@example.org")), start=2):
        chat.request_person(conversation, contact, f"r{number}")
    assert len(deliveries(store)) == 1


def test_a_contact_that_cannot_be_used_leaves_nothing(chat: Chat, store: SqlStore, conversation: Conversation) -> None:
    with pytest.raises(BadInput, match="e-mail"):
        chat.request_person(conversation, Contact(email="nope"), "r1")
    assert tickets(store) == ()


def test_a_second_required_handoff_names_the_ticket_that_is_open(
    chat: Chat, store: SqlStore, conversation: Conversation
) -> None:
    first, second = told(chat, conversation, "certificate"), told(chat, conversation, "human!")
    assert first["ticket_number"] == second["ticket_number"] == "FL-1001"
    assert "FL-1001" in second["text"]
    assert len(tickets(store)) == 1
    assert [row.kind for row in deliveries(store)] == ["ticket_created", "turn_added", "turn_added"]


def test_what_comes_later_may_raise_the_priority_but_never_lowers_it(
    chat: Chat, store: SqlStore, conversation: Conversation
) -> None:
    for text in ("certificate", "I was hacked", "certificate again"):
        told(chat, conversation, text)
    (ticket,) = tickets(store)
    assert ticket.priority is Priority.HIGH
    assert [(change.field, change.before, change.after) for change in ticket.history[1:]] == [
        ("priority", "Medium", "High")
    ]


def test_after_a_ticket_questions_are_answered_as_before(chat: Chat, conversation: Conversation) -> None:
    told(chat, conversation, "certificate")
    outcome = told(chat, conversation, "how do refunds work?")
    assert (outcome["outcome"], outcome["ticket_number"]) == ("answer", None)


def test_after_closing_a_new_handoff_is_a_new_ticket_and_a_question_an_answer(
    chat: Chat, desk: Desk, conversation: Conversation
) -> None:
    told(chat, conversation, "certificate")
    desk.change_status(1001, Status.CLOSED, "kim")
    assert told(chat, conversation, "how do refunds work?")["outcome"] == "answer"
    assert told(chat, conversation, "human")["ticket_number"] == "FL-1002"


def test_a_ticket_says_who_and_what(chat: Chat, clock: Clock) -> None:
    conversation, _ = chat.start("demo", "es", Identity("s1", "ana@example.org", Audience.PARTNER))
    told(chat, conversation, "how do refunds work?")
    told(chat, conversation, "weather")
    clock.advance(minutes=1)
    ticket = chat.request_person(conversation, Contact(), "r1")
    assert (ticket.identity, ticket.subject, ticket.site) == ("verified", "s1", "demo")
    assert ticket.articles_shown == ("refunds", "payments")
    assert ticket.contact == Contact()
    assert ticket.created_at == clock.now


def test_partners_go_to_partner_support(chat: Chat) -> None:
    conversation, _ = chat.start("demo", "en", Identity("s1", audience=Audience.PARTNER))
    assert chat.request_person(conversation, Contact(), "r1").department is Department.PARTNER_SUPPORT


def test_the_external_id_belongs_to_the_handoff(chat: Chat) -> None:
    ids = {chat.request_person(chat.start("demo", "en")[0], Contact(), "r1").external_id for _ in range(5)}
    assert len(ids) == 5
    assert all(each.startswith("firstline-") and len(each) == 46 for each in ids)


def test_the_conversation_knows_its_newest_ticket(chat: Chat) -> None:
    conversation, token = chat.start("demo", "en")
    chat.request_person(conversation, Contact(), "r1")
    assert chat.authenticate(conversation.id, token) == replace(conversation, ticket_number=1001)
