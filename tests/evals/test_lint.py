"""`evals.lint`: each kind of mistake is found once, named by file, line and sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.models import Audience
from evals.cases import GOLDEN, case_from
from evals.lint import lint, schema_problems
from ingestion.corpus import Corpus
from tests.evals.making import case_row, write_cases
from tests.ingestion.corpora import article

ARTICLES = (
    article("refund", "You can return a course within 14 days."),
    article("refund", "Puedes devolver un curso en 14 días.", locale="es"),
    article("forum", "A post is looked at within 1,500 minutes."),
    article("goodwill", "Up to 80 dollars.", audience=Audience.INTERNAL),
)


def problems(tmp_path: Path, *rows: dict[str, Any] | str) -> list[str]:
    """Each as `line: sentence`."""
    file = write_cases(tmp_path / "cases.jsonl", *rows)
    return [str(problem).removeprefix(f"{file}:") for problem in lint([file], ARTICLES)]


def test_the_golden_cases_have_no_problem(kb: Corpus) -> None:
    assert lint(sorted(GOLDEN.glob("*.jsonl")), kb.articles) == []


def test_nothing_to_say_about_a_good_case(tmp_path: Path) -> None:
    assert problems(tmp_path, case_row(key_facts=["14 days"], forbidden_facts=["30 days", "4 days"])) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"settled_by": ["refnd"]}, "is settled by 'refnd', which is no article"),
        ({"settled_by": ["goodwill"]}, "which learners may not read (internal)"),
        ({"settled_by": []}, "names no article"),
        ({"key_facts": ["40 days"]}, "has the key fact '40 days', which is not stated by 'en/refund'"),
        ({"key_facts": ["4 days"]}, "has the key fact '4 days'"),
        ({"settled_by": ["forum"], "key_facts": ["500 minutes"]}, "has the key fact '500 minutes'"),
        ({"settled_by": ["refund", "forum"], "key_facts": ["x"]}, "not stated by 'en/refund', 'en/forum'"),
        ({"language": "es", "key_facts": ["14 days"]}, "not stated by 'es/refund'"),
        ({"forbidden_facts": ["30 days|14 days"]}, "forbids '30 days|14 days', which 'en/refund' states"),
        ({"expected": "handoff_required", "settled_by": []}, "gives no 'reason'"),
        ({"accept": ["answer"]}, "accepts 'answer', which it expects anyway"),
        ({"reason": "safety"}, "gives the reason 'safety', which only a required handoff has"),
        ({"language": "fr"}, "is in 'fr'; the bot speaks en, es, zh"),
        ({"class": "anserable"}, "has the class 'anserable', which is none; did you mean 'answerable'?"),
        ({"expected": None}, "is not labelled yet"),
        ({"expected": "anser"}, "expected: 'anser' is not one of"),
        ({"split": "test"}, "split: 'test' is not one of"),
        ({"note": "x"}, "'note' was unexpected"),
        ({"turns": []}, "turns: "),
        ({"turns": [{"role": "learner", "text": "a"}, {"role": "bot", "text": "b"}]}, "must end with the learner's"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    found = problems(tmp_path, case_row("en-0", "Something else"), case_row(**changes))
    assert len(found) == 1
    assert found[0].startswith("2: ")
    assert words in found[0]


@pytest.mark.parametrize("settled_by", [["refund"], ["forum", "refund"]])
def test_any_settling_article_may_hold_a_key_fact_in_any_of_its_wordings(tmp_path: Path, settled_by: list[str]) -> None:
    row = case_row(settled_by=settled_by, key_facts=["a fortnight|14 DAYS", "return a\u00a0course"])
    assert problems(tmp_path, row) == []


def test_what_is_not_translated_is_checked_in_english(tmp_path: Path) -> None:
    assert problems(tmp_path, case_row(language="es", settled_by=["forum"], key_facts=["1,500 minutes"])) == []


def test_a_broken_line_does_not_hide_the_next(tmp_path: Path) -> None:
    found = problems(tmp_path, "{", "[1]", case_row(settled_by=["x"]))
    assert [line.split(":")[0] for line in found] == ["1", "2", "3"]
    assert "is not JSON" in found[0]


def test_duplicates_and_leaks(tmp_path: Path) -> None:
    text = "How long do I have to return a course?"
    rows = [
        case_row("a", text),
        case_row("a", "Something quite different, about forums"),
        case_row("b", "how long do I have to return a course"),
        case_row("c", "How long do I have to return the course?!", split="held_out"),
        case_row("d", text, language="es"),
        case_row("e", "Where is my certificate?", split="held_out"),
    ]
    found = problems(tmp_path, *rows)
    assert "has the id 'a', which is already used in" in found[0]
    assert "'b' has the same text as" in found[1]
    assert [line[:2] for line in found] == ["2:", "3:", "4:", "4:"]
    assert all("'c' is held out, but" in line and "asks nearly the same" in line for line in found[2:])


def test_a_duplicate_in_another_file_is_found(tmp_path: Path) -> None:
    files = [write_cases(tmp_path / name, case_row()) for name in ("b.jsonl", "a.jsonl")]
    found = lint(files, ARTICLES)
    assert {problem.place for problem in found} == {f"{files[1]}:1"}
    assert len(found) == 2


def test_other_case_files_are_read_beside_and_not_judged(tmp_path: Path) -> None:
    held = write_cases(tmp_path / "held.jsonl", case_row("en-9", settled_by=["refnd"], split="held_out"))
    new = write_cases(tmp_path / "new.jsonl", case_row("en-9", "Another matter"), case_row("en-1"))
    found = [str(problem).removeprefix(f"{tmp_path}/") for problem in lint([new], ARTICLES, [held])]
    assert found == [
        f"new.jsonl:1: has the id 'en-9', which is already used in {held}:1",
        f"new.jsonl:2: 'en-1' has the same text as {held}:1",
    ]


def test_the_schema_allows_every_golden_case_and_what_it_allows_is_a_case() -> None:
    for file in GOLDEN.glob("*.jsonl"):
        for line in file.read_text().splitlines()[:50]:
            row = json.loads(line)
            assert schema_problems(row) == []
            assert case_from(row).id == row["id"]
