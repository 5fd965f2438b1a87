"""`evals.paired` and `evals.compare`: the same questions, before and after."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput
from evals.compare import compare, comparison_row
from evals.metrics import summarise
from evals.paired import PARTS, column, difference
from evals.report.comparison_page import comparison_page
from evals.results import Result
from tests.evals.making import answered, made_run, outcome, result

OUTCOMES = (answered("refund"), answered("forum"), outcome("offered"), outcome("required"), outcome("chat"))


@st.composite
def results(draw: st.DrawFn) -> list[Result]:
    """Results of every kind; texts state 14 days."""
    made = []
    for number in range(draw(st.integers(1, 12))):
        changes: dict[str, Any] = {
            "expected": draw(st.sampled_from(["answer", "chat", "handoff_required", "handoff_offered", None])),
            "settled_by": draw(st.sampled_from([(), ("refund",), ("refund", "forum")])),
            "key_facts": draw(st.sampled_from([(), ("14 days",), ("14 days", "30 days")])),
            "forbidden_facts": draw(st.sampled_from([(), ("14 days",), ("30 days",)])),
            "language": draw(st.sampled_from(["en", "es"])),
            "baselines": {"opening": "", "best_chunk": ""},
        }
        made.append(result(f"en-{number}", draw(st.sampled_from(OUTCOMES)), **changes))
    return made


@given(results())
def test_a_figure_is_the_one_that_the_report_shows(made: list[Result]) -> None:
    figures = summarise(made_run(*made))
    for name, part in PARTS.items():
        values = column(made, part)
        assert np.isnan(values).all() == (name not in figures), name
        if name in figures:
            assert np.nanmean(values) == pytest.approx(figures[name].value), name


@given(results())
def test_a_run_does_not_differ_from_itself(made: list[Result]) -> None:
    comparison = compare(made_run(*made), made_run(*made, run_id="run-b"))
    assert comparison.won == comparison.lost == ()
    assert all(each.change == each.low == each.high == 0 and not each.clear for each in comparison.differences)


@given(results(), st.randoms())
def test_the_other_way_round_everything_is_the_other_way_round(made: list[Result], random: Any) -> None:
    other = [result(each.id, random.choice(OUTCOMES), expected=each.expected) for each in made]
    there, back = (compare(made_run(*x), made_run(*y)) for x, y in ((made, other), (other, made)))
    assert [m.id for m in there.won] == [m.id for m in back.lost]
    assert [each.change for each in there.differences] == pytest.approx([-each.change for each in back.differences])


def test_by_hand() -> None:
    before = np.array([1.0, 1, 0, 0, np.nan, np.nan])
    after = np.array([1.0, 0, np.nan, 1, 1, np.nan])
    found = difference("coverage", before, after)
    assert found is not None
    assert (found.before, found.after, found.n) == (0.5, 0.75, 5)
    assert found.low <= found.change <= found.high
    assert found.worse_by == -0.25
    wrong = difference("wrong_among_answered", before, after)
    assert wrong is not None
    assert wrong.worse_by == 0.25
    assert difference("coverage", before, np.full(6, np.nan)) is None


def test_figures_that_rank_all_questions_are_compared_too() -> None:
    """Confidence that parts right from wrong (1.0) against confidence that has it the wrong way round (0.0)."""
    right = [answered("refund", confidence=each) for each in (0.9, 0.1)]
    wrong = [answered("other", confidence=each) for each in (0.1, 0.9)]
    before, after = (
        [result(f"en-{n}", got) for n, got in enumerate(20 * [right[place], wrong[place]])] for place in (1, 0)
    )
    found = {each.name: each for each in compare(made_run(*before), made_run(*after, run_id="run-b")).differences}
    auroc, aurc, ece = (found[name] for name in ("auroc_right_against_wrong", "aurc", "ece"))
    assert (auroc.before, auroc.after, auroc.low, auroc.high, auroc.n) == (0, 1, 1, 1, 40)
    assert (aurc.before, aurc.after) == (pytest.approx(0.75 + 0.25 * 0), pytest.approx(0.25))
    assert (ece.before, ece.after) == (pytest.approx(0.9), pytest.approx(0.1))
    assert all(each.clear and each.worse_by < 0 for each in (auroc, aurc, ece))
    assert "auroc_answerable_against_not" not in found, "nothing here is unanswerable"


def test_a_clear_difference_and_an_unclear_one() -> None:
    better = difference("coverage", np.zeros(50), np.ones(50))
    luck = difference("coverage", np.zeros(50), np.eye(50)[0])
    assert better is not None
    assert luck is not None
    assert better.clear
    assert (better.low, better.high) == (1, 1)
    assert not luck.clear


def test_pairs_are_closer_than_strangers() -> None:
    """Half of 400 questions are right; one in forty more becomes so: paired, that is no chance."""
    before = np.tile([0.0, 1.0], 200)
    after = before.copy()
    after[:40:4] = 1
    found = difference("as_expected", before, after)
    assert found is not None
    assert found.change == pytest.approx(0.025)
    assert found.clear


def test_won_and_lost_by_name() -> None:
    a = made_run(result("en-1"), result("en-2", outcome("offered")), result("en-3"), result("only-a"))
    b = made_run(
        result("en-1", outcome("required")),
        result("en-2"),
        result("en-3"),
        run_id="run-b",
        settings={"x": 2, "y": {"z": 3}},
    )
    comparison = compare(a, b)
    assert (comparison.questions, comparison.only_a, comparison.only_b) == (3, 1, 0)
    (lost,), (won,) = comparison.lost, comparison.won
    assert (lost.id, lost.before, lost.after) == ("en-1", "answers from 'refund'", "hands off at once (safety)")
    assert (won.id, won.before, won.after) == ("en-2", "offers a person (low_confidence)", "answers from 'refund'")
    assert comparison.settings == (("setting x", "1", "2"), ("setting y.z", "—", "3"))
    row = comparison_row(comparison)
    assert (row["won"], row["lost"]) == (["en-2"], ["en-1"])
    assert set(comparison.by_group) == {"language en", "split tune", "kind answerable"}


def test_nothing_in_common() -> None:
    with pytest.raises(BadInput, match="no question in common"):
        compare(made_run(result("a")), made_run(result("b")))
    with pytest.raises(BadInput, match="no question in common"):
        compare(made_run(result("a")), made_run(result("a"), dataset="other"))


def test_the_page_escapes_everything() -> None:
    evil = '<script>alert("x")</script>'
    a = made_run(result("en-1", text=evil), run_id=evil, settings={evil: evil})
    b = made_run(result("en-1", outcome("offered", reason=evil), kind=evil, text=evil), settings={evil: 2})
    page = comparison_page(compare(a, b))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 5
    assert "<svg" in page
    assert "http" not in page


def test_answers_that_became_wrong_without_having_been_right_are_listed() -> None:
    """Neither won nor lost, and the worst that more coverage does: a person was offered, now it misleads."""
    before = [result("en-1", outcome("offered")), result("en-2", outcome("offered")), result("en-3", answered("x"))]
    after = [result("en-1", answered("x")), result("en-2", answered("refund")), result("en-3", answered("x"))]
    found = compare(made_run(*before), made_run(*after, run_id="run-b"))
    assert [[moved.id for moved in each] for each in (found.won, found.lost, found.misled)] == [["en-2"], [], ["en-1"]]
    assert "1 answered wrongly now, not answered before" in comparison_page(found)
