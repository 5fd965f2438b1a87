"""`firstline calibrate`, as the one who answers for the error rate types it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals.labels import decided, labels_of, read_labels
from evals.report.calibration import Report, as_page, as_text
from tests.api.commands import Result
from tests.api.worlds import ROOT
from tests.evals.making import answered, outcome, result
from tests.evals.test_eval_commands import REFUNDS, articles, firstline  # noqa: F401

Run = Callable[..., Result]
ASKED = {
    "How many days do I have to ask for a refund of a course?": ["refund-course"],
    "Where do I see the status of my refund?": ["refund-status"],
    "Is the deposit for a degree refundable?": ["refund-degree-deposit"],
    "What is the capital of France?": [],
    "I want to talk to a human": [],
}


def rows(copies: int) -> list[dict[str, Any]]:
    return [
        {"id": f"{at}-{copy}", "text": text, "settled_by": settled_by}
        for copy in range(copies)
        for at, (text, settled_by) in enumerate(ASKED.items())
    ]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(*labels: object) -> Path:
        file = tmp_path / "labels.jsonl"
        file.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in labels))
        return file

    return write


@pytest.fixture
def live(firstline: Run, articles: Path) -> Run:  # noqa: F811
    firstline("index", articles)
    return firstline


def test_measuring_changes_what_an_answer_says_of_itself(live: Run, write: Callable[..., Path], tmp_path: Path) -> None:
    assert live("ask", "--json", next(iter(ASKED))).json["calibration"] == "estimated"
    told = live("calibrate", "--labels", write(*rows(30)))
    assert told.code == 0, told
    assert told.out.startswith("Measured on 120 questions: answering from 0.")
    assert "30 of 150 questions are small talk or for a person" in told.err
    assert live("ask", "--json", next(iter(ASKED))).json["calibration"] == "measured(120)"
    page = tmp_path / "page.html"
    report = live("calibrate", "--report", "--html", page)
    assert report.out.startswith(told.out.strip())
    for part in ("Risk and coverage", "Reliability", "Targets", "more labelled questions needed", "####"):
        assert part in report.out
    assert page.read_text().count("<svg") == 3


def test_too_few_keep_the_estimate_and_say_how_many_are_missing(live: Run, write: Callable[..., Path]) -> None:
    told = live("calibrate", "--labels", write(*rows(1)), "--report")
    assert told.code == 0, told
    assert told.out.startswith("Not measured: ")
    assert "are too few to show 15%" in told.out
    assert live("ask", "--json", next(iter(ASKED))).json["calibration"] == "estimated"


def test_a_new_version_is_an_estimate_again(live: Run, write: Callable[..., Path], articles: Path) -> None:  # noqa: F811
    live("calibrate", "--labels", write(*rows(30)))
    shutil.copytree(ROOT / "kb_articles" / "en" / "payments", articles / "en" / "payments")
    assert live("index", articles).code == 0
    live("calibrate", "--report").assert_refused("nothing was measured on the live version")


def test_bad_input_is_one_sentence(live: Run, write: Callable[..., Path], tmp_path: Path) -> None:
    good = rows(1)[0]
    for labels, words in (
        ([good | {"settled_by": ["refund-corse"]}], ":1: 'refund-corse' is no published article's id"),
        ([good, good], "the id '0-0' is there twice"),
        ([good, "{"], ":2: not a question"),
        ([{"id": "1", "text": "x"}], "not a question with id, text and settled_by"),
        ([good | {"settled_by": "refund-course"}], "must be a list"),
        ([good | {"text": " "}], "'text' is empty"),
        ([], "there is no question in it"),
    ):
        live("calibrate", "--labels", write(*labels)).assert_refused(words)
    live("calibrate", "--labels", tmp_path / "nowhere").assert_refused("no such file")
    live("calibrate").assert_refused("give --labels")
    live("calibrate", "--labels", tmp_path / "x", "--html", tmp_path / "y").assert_refused("add --report")


def test_turns_are_read(write: Callable[..., Path]) -> None:
    file = write({"id": 1, "text": "and then?", "turns": [{"role": "learner", "text": "hi"}], "settled_by": ["a"]})
    (read,) = read_labels(file, {"a"})
    assert (read.id, read.question.turns[0].text, read.settled_by) == ("1", "hi", {"a"})


def test_what_is_for_a_person_proves_nothing_about_confidence() -> None:
    kept = [result("a", answered("refund", confidence=0.9)), result("b", outcome("offered", confidence=0.2))]
    apart = [result("c", outcome("required")), result("d", outcome("chat", confidence=None))]
    assert decided([*kept, *apart]) == tuple(kept)
    assert [(each.confidence, each.right) for each in labels_of(kept)] == [(0.9, True), (0.2, False)]


def test_a_target_that_nothing_keeps_is_said_so() -> None:
    wrong = tuple(result(str(at), answered("other", confidence=0.9)) for at in range(60))
    report = Report("run-1", wrong, 0.1)
    assert "no line can be shown to keep wrong answers within 10%" in as_text(report)
    assert "too many wrong at every line" in as_text(report)
    assert "Not measured" in as_page(report)
