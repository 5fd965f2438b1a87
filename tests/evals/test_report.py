"""What a reader is shown: the table, the page, JSON and JUnit XML."""

import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from evals.figures import Figure
from evals.judging import Judgement, kappa
from evals.metrics import METRICS
from evals.report.files import reason, write_html, write_json, write_junit
from evals.report.html import page
from evals.report.sheet import sheet_of
from evals.report.table import print_sheet
from evals.report.words import COUNTS, NAMES, judged
from evals.report.worst import worst
from evals.results import Run
from evals.store import run_from
from tests.evals.making import answered, made_run, outcome, result

NASTY = '<script>alert("x")</script> & <img src=x onerror=alert(1)> \' \x00'
REFUSED = result("en-9", outcome("offered", confidence=0.3, retrieved=["refund"]))


def mixed() -> Run:
    passage = {"article_id": NASTY, "locale": "en", "title": NASTY, "text": NASTY, "score": 0.5}
    return made_run(
        result(),
        result("en-2", answered(NASTY, text=NASTY, confidence=0.7), text=NASTY, passages=(passage,), tags=(NASTY,)),
        result("es-3", answered("refund", confidence=0.95), language="es", signs={"dense": 0.5}, timings={"all": 2.0}),
        result("en-4", outcome("offered", confidence=0.1), expected="handoff_offered", settled_by=()),
        result("en-5", outcome("offered"), expected="handoff_required", reason="safety", settled_by=()),
        REFUSED,
    )


class Tags(HTMLParser):
    """Every tag, attribute and whether the tags are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags_of(text: str) -> Tags:
    parser = Tags()
    parser.feed(text)
    assert not parser.open
    return parser


def printed(run: Run) -> str:
    stream = io.StringIO()
    print_sheet(sheet_of(run), Console(file=stream, width=140, highlight=False))
    return stream.getvalue()


def test_the_page_escapes_everything_and_needs_nothing_beside_it() -> None:
    found = tags_of(page(sheet_of(mixed())))
    assert "script" not in found.seen
    assert "img" not in found.seen
    assert not {name for name in found.attributes if name.startswith("on") or name in ("src", "href")}
    assert found.seen.count("svg") == 4


def test_the_page_shows_the_worst_cases_with_their_trace() -> None:
    shown = page(sheet_of(mixed()))
    assert "Answered wrongly, the surest first (1; 1 shown)" in shown
    assert "Needed a person and got none (1; 1 shown)" in shown
    assert "en-9" in shown
    assert next(iter(worst(mixed().results))).startswith("Answered wrongly")


def test_refusing_everything_is_said_to_be_a_failure() -> None:
    run = made_run(REFUSED, REFUSED)
    for shown in (printed(run), page(sheet_of(run))):
        assert "coverage is 0. That is a failure" in re.sub(r"\s+", " ", shown)
    assert re.search(r"wrong among answered\s+│\s+-", printed(run))


def test_a_language_that_is_refused_is_named() -> None:
    run = made_run(result(), result("es-1", outcome("offered"), language="es"))
    assert "Nothing was answered in es" in printed(run)
    assert "Nothing was answered in es" in page(sheet_of(run))


def test_the_table_shows_n_and_intervals_by_language() -> None:
    shown = printed(mixed())
    line = next(line for line in shown.splitlines() if "coverage: answered" in line)
    assert [cell.strip() for cell in line.split("│")[2:-1]] == ["0.500", "0.167 … 0.833", "6", "0.400", "1.000"]


def test_every_metric_has_a_name() -> None:
    assert set(NAMES) == set(METRICS)
    assert set(COUNTS) <= set(NAMES)


def test_json_holds_the_run_and_its_figures(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    write_json(file, sheet_of(mixed()))
    row = json.loads(file.read_text())
    assert row["figures"]["coverage"] == {
        "value": 0.5,
        "n": 6,
        "low": pytest.approx(0.167, abs=0.01),
        "high": pytest.approx(0.833, abs=0.01),
    }
    assert set(row["by_language"]) == {"en", "es"}
    assert run_from(row) == mixed()


def test_json_is_the_same_every_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_json(tmp_path / name, sheet_of(mixed()))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_junit_fails_what_was_not_expected(tmp_path: Path) -> None:
    file = tmp_path / "report.xml"
    write_junit(file, sheet_of(mixed()))
    suite = ElementTree.parse(file).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("6", "3")
    failed = {case.get("name"): case.find("failure") for case in suite if case.find("failure") is not None}
    assert set(failed) == {"en-2", "en-5", "en-9"}
    assert failed["en-5"].get("message") == "expected handoff_required, got handoff_offered"


def test_reasons_in_plain_words() -> None:
    assert reason(result(got=answered("other"))) == "answered from other, settled by refund"


def test_the_page_is_written(tmp_path: Path) -> None:
    write_html(tmp_path / "report.html", sheet_of(made_run(result())))
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")


def test_a_run_without_confidence_has_no_curves_and_no_error() -> None:
    assert tags_of(page(sheet_of(made_run(result(got=outcome("chat", confidence=None)))))).seen.count("svg") == 1


def test_a_judge_is_shown_with_its_agreement_first() -> None:
    agreed = Figure(0.5, 10, 0.2, 0.8)
    lines = judged(Judgement("m at u", agreed, 0.0, {"faithfulness": Figure(0.9, 5, 0.8, 1.0)}, {"labelled rows": 2}))
    assert "agrees in 0.500" in lines[1]
    assert "believe what follows no further" in lines[1]
    assert lines[2].startswith("faithfulness 0.900")
    assert "do not believe" in judged(Judgement("m at u", None, None))[1]


def test_kappa_by_hand() -> None:
    """Six rows, four agree: observed 4/6, chance 1/2."""
    assert kappa([True] * 3 + [False] * 3, [True, True, False, False, False, True]) == pytest.approx(1 / 3)
    assert kappa([True], [True]) is None
