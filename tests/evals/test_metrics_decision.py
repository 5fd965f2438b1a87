"""Coverage, the two kinds of wrong, and what confidence is worth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from evals.bootstrap import statistic
from evals.figures import Figure
from evals.metrics import summarise
from evals.metrics.aurc import aurc, risk_coverage
from evals.metrics.auroc import answerable_against_not, area_under, right_against_wrong
from evals.metrics.coverage import coverage, coverage_of_answerable
from evals.metrics.ece import ece, reliability
from evals.metrics.outcome_confusion import as_expected, outcome_confusion
from evals.metrics.wrong_among_answered import wrong_among_answered
from evals.metrics.wrong_per_question import wrong_per_question
from evals.results import Result
from tests.evals.making import answered, made_run, outcome, result

RIGHT = result(got=answered("refund", confidence=0.9))
WRONG = result(got=answered("other", "refund", confidence=0.6))
UNSETTLED = result(got=answered("other", confidence=0.7), expected="handoff_offered", settled_by=())
REFUSED = result(got=outcome("offered", confidence=0.1, retrieved=["refund"]))
OUTSIDE = result(got=outcome("offered", confidence=0.05), expected="handoff_offered", settled_by=())
CHAT = result(got=outcome("chat", confidence=None), expected="chat", settled_by=())
ROWS = [RIGHT, WRONG, UNSETTLED, REFUSED, OUTSIDE, CHAT]
scored = st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.4, 0.8, 1.0]), st.booleans()), min_size=2, max_size=40)


def value(figure: Figure | None) -> float:
    assert figure is not None
    return figure.value


def rows_of(pairs: list[tuple[float, bool]]) -> list[Result]:
    return [result(got=outcome("offered", confidence=c, retrieved=["refund" if r else "other"])) for c, r in pairs]


def test_coverage_leaves_small_talk_out() -> None:
    assert value(coverage(ROWS)) == 3 / 5
    assert value(coverage_of_answerable(ROWS)) == 2 / 3


def test_an_answer_that_nothing_settles_is_wrong() -> None:
    assert value(wrong_among_answered(ROWS)) == pytest.approx(2 / 3)
    assert value(wrong_per_question(ROWS)) == pytest.approx(2 / 6)


def test_a_second_citation_does_not_make_it_right() -> None:
    assert not WRONG.right


def test_refusing_everything_shows_as_coverage_0_and_no_error_rate() -> None:
    figures = summarise(made_run(REFUSED, OUTSIDE))
    assert figures["coverage"].value == 0
    assert "wrong_among_answered" not in figures


def test_expected_is_an_outcome_that_is_tolerated_and_an_answer_that_is_right() -> None:
    accepted = result(got=outcome("clarify"), accept=("clarify",))
    assert value(as_expected([*ROWS, accepted])) == pytest.approx(4 / 7)


def test_confusion_counts_every_question_once() -> None:
    counts = outcome_confusion(ROWS)
    assert counts["answer", "answer"] == 2
    assert counts["answer", "handoff_offered"] == 1
    assert counts["handoff_offered", "answer"] == 1
    assert counts.total() == len(ROWS)


def area(scores: list[float], positive: list[bool]) -> Figure | None:
    return statistic(len(scores), area_under(scores, positive)) if scores else None


def test_auroc_by_hand() -> None:
    """Positives .9 and .5, negatives .5 and .1: pairs won 1, 1, 1/2, 1 of 4."""
    assert value(area([0.9, 0.5, 0.5, 0.1], [True, True, False, False])) == pytest.approx(3.5 / 4)


@given(scored)
def test_auroc_is_scikit_learns(pairs: list[tuple[float, bool]]) -> None:
    scores, positive = [score for score, _ in pairs], [right for _, right in pairs]
    figure = area(scores, positive)
    if len(set(positive)) < 2:
        assert figure is None
    else:
        assert value(figure) == pytest.approx(roc_auc_score(positive, scores))
        assert value(figure) == pytest.approx(1 - value(area(scores, [not each for each in positive])))


def test_auroc_asks_two_things_of_confidence() -> None:
    """Right .9 and .1 (refused, though its best article was right) against wrong .6: one pair of two."""
    assert value(right_against_wrong(ROWS)) == pytest.approx(1 / 2)
    """Answerable .9, .6, .1 against .7, .05: .9 beats both, .6 and .1 one each."""
    assert value(answerable_against_not(ROWS)) == pytest.approx(4 / 6)


def test_aurc_by_hand() -> None:
    """Surest first: right, wrong, right: risks 0, 1/2, 1/3."""
    rows = rows_of([(0.9, True), (0.5, False), (0.2, True)])
    assert value(aurc(rows)) == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)
    assert risk_coverage(rows) == [
        (pytest.approx(1 / 3), 0),
        (pytest.approx(2 / 3), pytest.approx(1 / 2)),
        (1, pytest.approx(1 / 3)),
    ]


def test_equal_confidence_is_taken_in_together() -> None:
    assert value(aurc(rows_of([(0.5, True), (0.5, False)]))) == pytest.approx(1 / 2)


@given(scored)
def test_a_curve_ends_at_the_share_that_is_wrong(pairs: list[tuple[float, bool]]) -> None:
    rows = rows_of(pairs)
    wrong = sum(not right for _, right in pairs) / len(pairs)
    assert risk_coverage(rows)[-1] == (1, pytest.approx(wrong))
    assert 0 <= value(aurc(rows)) <= 1
    assert sum(count for _, _, count in reliability(rows)) == len(rows)
    assert 0 <= value(ece(rows)) <= 1


def test_ece_by_hand() -> None:
    """Bin .9: mean .95, right 1/2; bin .2: mean .2, right 0."""
    rows = rows_of([(0.95, True), (0.95, False), (0.2, False)])
    assert value(ece(rows)) == pytest.approx(2 / 3 * 0.45 + 1 / 3 * 0.2)


def test_confidence_of_1_is_in_the_last_bin() -> None:
    assert reliability(rows_of([(1.0, True)])) == [(1.0, 1.0, 1)]
