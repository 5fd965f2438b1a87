"""Building tickets, and what connectors are given of them."""

import json
import uuid
from datetime import timedelta

from bot.models import Audience, Department, Outcome, Priority
from helpdesk.models import Change, Claim, Contact
from helpdesk.outcomes import outcome_json
from helpdesk.tickets import build, changed, contact_added, created, external_id, requested, required, ticket_json
from tests.contracts.rows import conversation, message, ticket
from tests.helpdesk import scripted
from tests.helpdesk.scripted import NOON

KEYS = (
    "number external_id conversation_id site status reason category department priority language identity subject "
    "contact summary articles_shown index_version created_at updated_at history"
)


def test_the_external_id_is_the_same_for_the_same_handoff_alone() -> None:
    assert external_id("c1", "m1") == external_id("c1", "m1")
    assert len({external_id("c1", "m1"), external_id("c1", "m2"), external_id("c2", "m1")}) == 3
    assert uuid.UUID(external_id("c1", "m1").removeprefix("firstline-")).version == 5


def test_a_handoff_that_died_before_it_was_stored_has_the_same_id_when_it_is_made_again() -> None:
    turn = message("m1", "c1", 1)
    grounds = required(scripted.required(), turn)
    first = build(1001, conversation("c1"), [turn], grounds, Contact(), NOON)
    again = build(1007, conversation("c1"), [turn], grounds, Contact(), NOON + timedelta(hours=1))
    assert first.external_id == again.external_id


def test_the_last_offer_is_what_the_learner_says_yes_to() -> None:
    offers: list[Outcome] = [scripted.offered("low_confidence"), scripted.offered("out_of_scope"), scripted.answer()]
    turns = []
    for number, outcome in enumerate(offers):
        question = message(f"q{number}", "c1", 2 * number + 1)
        told = outcome_json(outcome, f"r{number}", None)
        reply = message(f"r{number}", "c1", 2 * number + 2, role="bot", reply_to=question.id, outcome=told)
        turns += [question, reply]
    grounds = requested(conversation("c1"), turns, "r1")
    assert (grounds.reason, grounds.category, grounds.key) == ("out_of_scope", "out_of_scope", "r1")
    assert (grounds.department, grounds.priority) == (Department.BILLING, Priority.LOW)
    assert (grounds.language, grounds.index_version) == ("en", 7)


def test_without_an_offer_the_learner_asked_for_a_person() -> None:
    grounds = requested(conversation("c1", locale="zh", audience=Audience.PARTNER), [], "r1")
    assert (grounds.reason, grounds.language, grounds.index_version) == ("asked_for_human", "zh", None)
    assert grounds.department is Department.PARTNER_SUPPORT


def test_the_ticket_as_json() -> None:
    given = ticket(
        1042,
        "c1",
        contact=Contact("ana@example.org", note="退款"),
        summary=(Claim("The learner first asked", "m1", "where?"),),
        articles_shown=("refunds",),
        history=(Change(NOON, "kim", "status", "Open", "Closed"),),
    )
    told = ticket_json(given)
    assert list(told) == KEYS.split()
    assert json.loads(json.dumps(told)) == told
    assert (told["number"], told["status"], told["department"], told["priority"]) == (
        "FL-1042",
        "Open",
        "Billing",
        "High",
    )
    assert told["contact"] == {"email": "ana@example.org", "phone": None, "call_at": None, "note": "退款"}
    assert told["summary"] == [{"text": "The learner first asked", "message_id": "m1", "quote": "where?"}]
    assert told["history"][0]["at"] == told["created_at"] == "2026-03-02T12:00:00+00:00"


def test_deliveries_hold_nothing_personal() -> None:
    given = ticket(1042, "c1")
    first = created(given, "zendesk", through=4)
    second = contact_added(given, "zendesk", NOON + timedelta(hours=1))
    third = changed(given, Change(NOON, "kim", "status", "Open", "Closed"), "zendesk")
    assert (first.payload, second.payload) == ({"through": 4}, {})
    assert third.payload == {"field": "status", "before": "Open", "after": "Closed", "actor": "kim"}
    assert (first.created_at, second.created_at) == (NOON, NOON + timedelta(hours=1))
    assert first.id != second.id
    assert {first.attempts, second.attempts} == {0}
