"""The documented JSON of an outcome."""

import json
from typing import Any

import pytest

from bot.models import Evidence, Outcome
from helpdesk.outcomes import kind_of, outcome_json, told
from tests.helpdesk.scripted import answer, clarification, evidence, offered, required, small_talk

KEYS = [
    "id",
    "outcome",
    "text",
    "confidence",
    "calibration",
    "reason",
    "handoff",
    "ticket_number",
    "department",
    "priority",
    "question_language",
    "language",
    "index_version",
    "choices",
    "suggestions",
    "citations",
    "retrieved",
]
OUTCOMES: list[Outcome] = [answer(), clarification(), offered(), required(), small_talk()]


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: type(outcome).__name__)
def test_the_keys_and_their_order_are_the_contract(outcome: Outcome) -> None:
    told = outcome_json(outcome, "m1", None)
    assert list(told) == KEYS
    assert json.loads(json.dumps(told)) == told


def test_an_answer() -> None:
    told = outcome_json(answer("Five days.", "refunds", "payments"), "m1", None)
    assert told["outcome"] == "answer"
    assert (told["id"], told["text"], told["confidence"], told["index_version"]) == ("m1", "Five days.", 0.83, 7)
    assert told["retrieved"] == ["refunds", "payments"]
    assert [told[key] for key in ("reason", "handoff", "ticket_number", "department", "priority")] == [None] * 5
    first, second = told["citations"]
    assert list(first.items()) == [
        ("number", 1),
        ("article_id", "refunds"),
        ("title", "Refunds"),
        ("url", "/help/refunds"),
        ("quote", "Five days."),
    ]
    assert second["number"] == 2


def test_a_clarification_has_its_choices() -> None:
    told = outcome_json(clarification(), "m1", None)
    assert (told["outcome"], told["choices"]) == ("clarify", ["A course", "A subscription"])


@pytest.mark.parametrize(("handoff", "number"), [(offered(), None), (required(), 1042)])
def test_a_handoff_says_why_and_to_whom(handoff: Any, number: int | None) -> None:
    told = outcome_json(handoff, "m1", number)
    assert (told["outcome"], told["handoff"], told["reason"]) == ("handoff", handoff.kind, handoff.reason)
    assert (told["department"], told["priority"]) == (handoff.department.value, handoff.priority.value)
    assert [each["article_id"] for each in told["suggestions"]] == [each.article_id for each in handoff.suggestions]
    assert told["ticket_number"] == (number and "FL-1042")


def test_small_talk_searched_nothing() -> None:
    told = outcome_json(small_talk(), "m1", None)
    assert (told["outcome"], told["confidence"], told["retrieved"]) == ("chat", None, [])


def test_at_most_ten_of_what_was_retrieved() -> None:
    many = Evidence("en", retrieved=tuple(f"a{number}" for number in range(30)))
    told = outcome_json(small_talk(), "m1", None) | outcome_json(type(answer())("t", "en", (), many), "m1", None)
    assert told["retrieved"] == [f"a{number}" for number in range(10)]


def test_what_the_json_leaves_out_is_kept_beside_it() -> None:
    assert [kind_of(outcome) for outcome in OUTCOMES] == [None, None, "payments", "certificates", "thanks"]


@pytest.mark.parametrize(
    ("text", "language", "number", "expected"),
    [
        ("Ticket {ticket_number}, noted: {ticket_number}.", "en", 1001, "Ticket FL-1001, noted: FL-1001."),
        ("No ticket here.", "en", None, "No ticket here."),
        ("A person helps. It is {ticket_number}. Bye!", "en", None, "A person helps. Bye!"),
        ("Ayuda una persona.\nNúmero {ticket_number}.\nAdiós.", "es", None, "Ayuda una persona.\nAdiós."),
        ("已转交,编号 {ticket_number}。请稍候。", "zh", None, "请稍候。"),
        ("Passed on as {ticket_number}", "en", None, "This is something for a person on our team."),
        ("Su número: {ticket_number}", "es", None, "Esto debe verlo una persona de nuestro equipo."),
        ("编号 {ticket_number}", "zh-CN", None, "这个问题需要由我们的工作人员来处理。"),
        ("Nummer {ticket_number}", "de", None, "This is something for a person on our team."),
    ],
)
def test_no_text_promises_a_ticket_that_is_not_there(
    text: str, language: str, number: int | None, expected: str
) -> None:
    assert told(text, language, number) == expected


def test_evidence_stays_inside() -> None:
    assert evidence().timings
    assert "total" not in json.dumps(outcome_json(answer(), "m1", None))
