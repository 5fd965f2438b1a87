"""`evals.baselines` and `evals.gating`: when a run may replace the baseline, and what is said when not."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BadInput
from evals.baselines import FOLDER, Baseline, baseline_of, read, write
from evals.gating import Tolerances, judge, read_tolerances
from evals.report.verdict import gate_line, passed
from evals.results import Result
from tests.evals.making import answered, made_run, outcome, result

LOOSE = Tolerances(figures={}, lost_of_one_article=1)
GOOD = [result(f"en-{number}", answered("refund"), key_facts=("14 days",)) for number in range(10)]


def baseline(*results: Result, **changes: Any) -> Baseline:
    return replace(baseline_of(made_run(*results)), **changes)


def spoiled(got: dict[str, Any], *numbers: int) -> list[Result]:
    """GOOD with another outcome in these places."""
    return [replace(each, outcome=got) if at in numbers else each for at, each in enumerate(GOOD)]


def test_the_same_run_passes() -> None:
    verdict = judge(made_run(*GOOD), baseline(*GOOD), read_tolerances())
    assert verdict.passed
    assert verdict.questions == 10
    assert verdict.lost == verdict.won == ()


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (outcome("offered"), "now offers a person (low_confidence)"),
        (answered("forum", "refund"), "now answers from 'forum' instead of 'refund'"),
        (answered("refund", text="You have 40 days."), "the answer does not state '14 days' any more"),
        (answered("refund", text=""), "the answer does not state '14 days' any more"),
    ],
)
def test_lost_questions_are_named(got: dict[str, Any], words: str) -> None:
    verdict = judge(made_run(*spoiled(got, 3, 5)), baseline(*GOOD), LOOSE)
    (reason,) = verdict.reasons
    assert reason.splitlines()[0] == "'refund' lost 2 questions:"
    assert reason.splitlines()[1] == f"    en-3 “Question en-3?”: {words}"
    assert "en-5" in reason.splitlines()[2]
    assert [each.id for each in verdict.lost] == ["en-3", "en-5"]


def test_one_may_be_lost_unless_its_article_was_changed() -> None:
    run = made_run(*spoiled(outcome("offered"), 3))
    assert judge(run, baseline(*GOOD), LOOSE).passed
    assert judge(run, baseline(*GOOD), LOOSE, changed={"forum"}).passed
    assert not judge(run, baseline(*GOOD), LOOSE, changed={"refund"}).passed


def test_an_article_that_is_not_found_any_more_counts_where_nothing_was_answered() -> None:
    unsure = outcome("offered", retrieved=["refund"])
    before = [result("en-0"), result("en-1", unsure), result("en-2", unsure)]
    missed = outcome("offered", retrieved=["forum"])
    after = [before[0], *(replace(each, outcome=missed) for each in before[1:])]
    (reason,) = judge(made_run(*after), baseline(*before), LOOSE).reasons
    assert "'refund' lost 2 questions" in reason
    assert judge(made_run(*before), baseline(*before), LOOSE).passed


def test_a_forbidden_fact_that_is_stated_now() -> None:
    before = result("en-1", forbidden_facts=("40 days",))
    after = replace(before, outcome=answered("refund", text="You have 40 days."))
    (reason,) = judge(made_run(after), baseline(before), LOOSE, changed={"refund"}).reasons
    assert "the reply now states '40 days'" in reason


def test_a_figure_beyond_its_tolerance() -> None:
    run = made_run(*spoiled(answered("forum"), 1, 3, 5, 7))
    tight = Tolerances({"wrong_among_answered": 0.05, "coverage": 0.0}, lost_of_one_article=9)
    (reason,) = judge(run, baseline(*GOOD), tight).reasons
    assert reason == "wrong among answered rose from 0.0 % to 40.0 % over 10 questions; 5 points are allowed"
    assert judge(run, baseline(*GOOD), replace(tight, figures={"wrong_among_answered": 0.4})).passed


def test_what_may_be_chance_is_no_reason() -> None:
    tight = Tolerances({"wrong_among_answered": 0.05}, lost_of_one_article=9)
    assert judge(made_run(*spoiled(answered("forum"), 3)), baseline(*GOOD), tight).passed


def test_refusing_everything_is_no_way_through() -> None:
    nothing = [replace(each, outcome=outcome("offered")) for each in GOOD]
    (reason,) = judge(made_run(*nothing), baseline(*nothing), LOOSE).reasons
    assert reason == "nothing is answered: coverage is 0 over 10 questions that have an answer"


def test_only_shared_questions_are_judged() -> None:
    part = made_run(*GOOD[:3], result("new", outcome("offered")))
    verdict = judge(part, baseline(*GOOD), Tolerances({"coverage": 0.0}))
    assert verdict.passed
    assert verdict.questions == 3
    with pytest.raises(BadInput, match="no question in common"):
        judge(made_run(result("new")), baseline(*GOOD), LOOSE)
    with pytest.raises(BadInput, match="on 'other'"):
        judge(made_run(*GOOD, dataset="other"), baseline(*GOOD), LOOSE)


def test_won_questions() -> None:
    verdict = judge(made_run(*GOOD), baseline(*spoiled(outcome("offered"), 1)), LOOSE)
    assert [each.id for each in verdict.won] == ["en-1"]


def test_many_lost_questions_are_counted() -> None:
    many = [result(f"en-{number}") for number in range(30)]
    lost = [replace(each, outcome=outcome("offered")) for each in many[1:]]
    (reason,) = judge(made_run(many[0], *lost), baseline(*many), LOOSE).reasons
    assert "lost 29 questions" in reason
    assert reason.splitlines()[-1] == "    … and 9 more"


class TestWhatIsSaidWhereItPasses:
    def test_a_missed_target_and_a_silent_language_are_named(self) -> None:
        spanish = [result(f"es-{n}", outcome("offered"), language="es") for n in range(5)]
        made = [*spoiled(answered("forum"), 1, 2, 3, 4), *spanish]
        run = made_run(*made, settings={"target_error_rate": 0.15})
        words = passed(judge(run, baseline(*made), read_tolerances()), run)
        assert words.startswith("passed over 15 questions: 0 won, 0 lost\n")
        assert "note: Nothing was answered in es: coverage there is 0, which is a failure." in words
        assert "note: Wrong among answered 0.400 [" in words
        assert "misses the target 0.15 (the interval holds it), at coverage 0.667." in words

    def test_a_kept_target_needs_no_word(self) -> None:
        run = made_run(*GOOD, settings={"target_error_rate": 0.15})
        assert "note:" not in passed(judge(run, baseline(*GOOD), read_tolerances()), run)

    def test_who_publishes_is_told_what_was_lost(self) -> None:
        verdict = judge(made_run(*spoiled(outcome("offered"), 3)), baseline(*GOOD), LOOSE)
        head, lost = gate_line(verdict).splitlines()
        assert head == "gate passed: 10 questions asked, no worse than the baseline, 1 lost"
        assert lost == "  lost: en-3 “Question en-3?”: now offers a person (low_confidence)"


class TestFile:
    def test_there_and_back(self, tmp_path: Path) -> None:
        made = baseline(*GOOD, result("en-x", outcome("offered")))
        write(made, tmp_path / "a" / "golden.json")
        held = read(tmp_path / "a" / "golden.json")
        assert held.cases == made.cases
        assert {name: figure.n for name, figure in held.figures.items()} == {n: f.n for n, f in made.figures.items()}
        assert judge(made_run(*GOOD), held, read_tolerances()).passed
        write(held, tmp_path / "again.json")
        assert (tmp_path / "again.json").read_text() == (tmp_path / "a" / "golden.json").read_text()

    def test_of_a_data_set_that_is_not_ours_no_row_is_kept(self, tmp_path: Path) -> None:
        run = made_run(*(replace(each, expected=None) for each in GOOD), dataset="techqa_dev")
        write(baseline_of(run), tmp_path / "x.json")
        assert "en-1" not in (tmp_path / "x.json").read_text()
        assert "Question" not in (tmp_path / "x.json").read_text()
        held = read(tmp_path / "x.json")
        assert judge(run, held, read_tolerances()).passed
        luck, worse = (
            judge(made_run(*spoiled(answered("forum"), *places), dataset="techqa_dev"), held, read_tolerances())
            for places in ((1,), range(1, 9))
        )
        assert luck.passed, "one of ten is no more than chance"
        assert any(reason.startswith("wrong among answered rose") for reason in worse.reasons)

    @pytest.mark.parametrize("content", ["{", "[]", "{}", '{"columns": []}'])
    def test_no_baseline(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "x.json").write_text(content)
        with pytest.raises(BadInput, match="not a baseline"):
            read(tmp_path / "x.json")
        with pytest.raises(BadInput, match="firstline eval baseline"):
            read(tmp_path / "nothing.json")

    @pytest.mark.parametrize(
        "content", ["[figures]\ncoverag = 0.1", "[figures]\ncoverage = 'x'", "[", "[questions]\nx=1"]
    )
    def test_no_tolerances(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "t.toml").write_text(content)
        with pytest.raises(BadInput, match=r"t\.toml"):
            read_tolerances(tmp_path / "t.toml")


def test_committed_baselines_of_others_hold_no_row() -> None:
    for file in FOLDER.glob("*.json"):
        if file.stem != "golden":
            assert json.loads(file.read_text())["cases"] == {}
