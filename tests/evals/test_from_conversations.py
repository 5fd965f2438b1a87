"""`evals.conversations`: what learners wrote becomes rows that somebody labels."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals.conversations import case_rows
from evals.lint import UNLABELLED, lint, schema_problems
from helpdesk.models import Message
from tests.evals.making import answered, outcome, write_cases

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def talk(*turns: tuple[Any, ...], name: str = "conversation") -> list[Message]:
    """Turns as (role, text) or ("bot", text, outcome, helpful); a bot's turn replies to the one before it."""
    messages: list[Message] = []
    for number, (role, text, *rest) in enumerate(turns, start=1):
        reply_to = messages[-1].id if role == "bot" and messages else None
        got, helpful = (*rest, None, None)[:2]
        one = Message(
            f"{name}{number}", name, number, role, text, NOON, reply_to=reply_to, outcome=got, helpful=helpful
        )
        messages.append(one)
    return messages


REFUND = (
    ("learner", "My card 4111 1111 1111 1111 was charged, mail ana@example.org"),
    ("bot", "No.", answered("refund")),
)


def test_a_row_for_each_message_that_was_replied_to() -> None:
    rows = list(case_rows([talk(*REFUND, ("learner", "And then?"), ("bot", "Wait.", outcome("offered"), False))]))
    assert [row["turns"] for row in rows] == [
        [{"role": "learner", "text": "My card [card number] was charged, mail [e-mail]"}],
        [
            {"role": "learner", "text": "My card [card number] was charged, mail [e-mail]"},
            {"role": "bot", "text": "No."},
            {"role": "learner", "text": "And then?"},
        ],
    ]
    assert [row["seen"]["cited"] for row in rows] == [["refund"], []]
    assert [row["seen"]["helpful"] for row in rows] == [None, False]
    assert all(row["expected"] is None and row["settled_by"] == [] for row in rows)
    assert not any("conversation" in row["id"] for row in rows)


def test_what_is_left_out() -> None:
    chat = talk(("learner", "hi"), ("bot", "Hello", outcome("chat")))
    unanswered = talk(("learner", "Is anybody there?"))
    taken_over = talk(*REFUND, ("agent", "I take over"), ("learner", "my secret"), ("bot", "…", outcome("offered")))
    assert list(case_rows([chat, unanswered])) == []
    assert len(list(case_rows([taken_over]))) == 1
    assert len(list(case_rows([talk(*REFUND), talk(*REFUND, name="d")]))) == 1


def test_only_some() -> None:
    asked = talk(*REFUND, ("learner", "And then?"), ("bot", "Wait.", outcome("offered"), False))
    texts = {
        only: [row["turns"][-1]["text"][:3] for row in case_rows([asked], only)]
        for only in ("all", "answered", "not_answered", "not_helpful")
    }
    assert texts == {"all": ["My ", "And"], "answered": ["My "], "not_answered": ["And"], "not_helpful": ["And"]}


def test_a_row_that_is_labelled_is_a_case(tmp_path: Path) -> None:
    (row,) = case_rows([talk(*REFUND)])
    assert [p.sentence for p in lint([write_cases(tmp_path / "new.jsonl", row)], [])] == [UNLABELLED]
    assert schema_problems(row | {"expected": "answer", "settled_by": ["refund"]}) == []


def test_a_quarter_is_held_out_always_the_same() -> None:
    talks = [talk(("learner", f"Question {n}"), ("bot", "x", answered("a")), name=f"n{n}-") for n in range(400)]
    splits = [row["split"] for row in case_rows(talks)]
    assert splits == [row["split"] for row in case_rows(talks)]
    assert 70 <= splits.count("held_out") <= 130
