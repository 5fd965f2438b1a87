"""`firstline ask`: one question, or a file of them; it makes no ticket."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.api.commands import Result
from tests.api.talk import ANSWERED, FAR_OFF, OUTCOME_KEYS, PERSON

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def live(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(published, tmp_path_factory.mktemp("asked") / "data"))


@pytest.fixture
def ask(firstline: Run, live: Path) -> Run:
    return lambda *words: firstline("ask", "--data", live, *words)


@pytest.fixture
def batch(ask: Run, tmp_path: Path) -> Run:
    """`firstline ask --batch` of these rows; a row of bytes is written as it is."""

    def run(*rows: Any) -> Result:
        lines = [row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode() for row in rows]
        (tmp_path / "batch.jsonl").write_bytes(b"\n".join(lines))
        return ask("--batch", tmp_path / "batch.jsonl")

    return run


def without_id(outcome: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in outcome.items() if name != "id"}


def test_a_person_reads_the_answer_and_its_source(ask: Run) -> None:
    told = ask(ANSWERED)
    assert (told.code, told.err) == (0, "")
    assert "[1] " in told.out
    assert "(refund-" in told.out
    assert told.lines[-1].startswith("-- answer, confidence 0.")


def test_a_program_reads_the_outcome(ask: Run) -> None:
    told = ask("--json", ANSWERED)
    assert (told.code, told.err, len(told.lines)) == (0, "", 1)
    assert list(told.json) == OUTCOME_KEYS
    assert told.json["citations"]


def test_it_makes_no_ticket_and_promises_none(ask: Run, live: Path) -> None:
    told = ask("--json", PERSON).json
    assert (told["handoff"], told["ticket_number"]) == ("required", None)
    assert "FL-" not in told["text"]
    assert "{" not in told["text"]
    with sqlite3.connect(live / "firstline.db") as database:
        assert database.execute("SELECT count(*) FROM tickets").fetchone() == (0,)
    database.close()


def test_the_language_of_the_site_helps_short_questions(ask: Run) -> None:
    assert ask("--json", "--locale", "es", "reembolso").json["question_language"] == "es"


def test_a_batch_is_answered_in_order_with_its_ids(batch: Run) -> None:
    rows = [{"id": "b", "text": ANSWERED}, {"id": "a", "text": FAR_OFF}, {"id": 7, "text": PERSON}]
    told = batch(*rows)
    assert (told.code, told.err) == (0, "")
    outcomes = [json.loads(line) for line in told.lines]
    assert [outcome["id"] for outcome in outcomes] == ["b", "a", 7]
    assert all(list(outcome) == OUTCOME_KEYS for outcome in outcomes)


def test_a_batch_says_what_asking_one_by_one_says(batch: Run, ask: Run) -> None:
    questions = [ANSWERED, PERSON, "怎么申请退款？"]
    told = batch(*({"id": str(at), "text": text} for at, text in enumerate(questions)))
    for line, text in zip(told.lines, questions, strict=True):
        assert without_id(json.loads(line)) == without_id(ask("--json", text).json)


def test_turns_before_a_question_count(batch: Run) -> None:
    turns = [
        {"role": "learner", "text": "How long do I have to ask for a refund of a course?"},
        {"role": "bot", "text": "14 days."},
    ]
    follow_up = "And of a degree deposit?"
    told = batch({"id": "1", "text": follow_up, "turns": turns}, {"id": "2", "text": follow_up, "turns": []})
    assert told.code == 0
    assert "refund-degree-deposit" in json.loads(told.lines[0])["retrieved"]


def test_bad_rows_are_told_in_their_place_and_the_rest_is_answered(batch: Run) -> None:
    told = batch(
        {"id": "1", "text": ANSWERED},
        b"{not json",
        {"id": "3"},
        {"text": "no id"},
        {"id": "5", "text": " "},
        {"id": "6", "text": "x" * 4001},
        {"id": "7", "text": "hi", "turns": [{"role": "queen", "text": "x"}]},
        b"[1, 2]",
        b"\xff\xfe",
        b"",
        b"[" * 100_000,
        b'{"id": "\\ud800", "text": "odd"}',
        {"id": "last", "text": "Thanks"},
    )
    rows = [json.loads(line) for line in told.lines]
    assert told.code == 2
    assert told.err.count("\n") == 1
    assert "10 rows" in told.err or "9 rows" in told.err
    assert [row["id"] for row in rows[2:7]] == ["3", None, "5", "6", "7"]
    assert all(list(row) == ["id", "error"] for row in rows[1:10])
    assert "line 2" in rows[1]["error"]
    assert rows[0]["outcome"] == "answer"
    assert (rows[-1]["id"], rows[-1]["outcome"]) == ("last", "chat")
    assert len(rows) == 12


@pytest.mark.parametrize("words", [[], ["one", "--batch", "x.jsonl"]])
def test_it_is_one_question_or_a_file(ask: Run, words: list[str]) -> None:
    ask(*words).assert_refused("--batch")


def test_what_cannot_be_asked(ask: Run, firstline: Run, tmp_path: Path) -> None:
    ask("--batch", tmp_path / "nowhere.jsonl").assert_refused("no such file")
    ask(" ").assert_refused("empty")
    ask("x" * 4001).assert_refused("4,001")
    firstline("ask", "--data", tmp_path / "new", ANSWERED).assert_refused("firstline index", code=1)
