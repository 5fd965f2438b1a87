"""Small examples reckoned by hand, and what must hold of any ranking."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.hit_at_k import hit_at_k
from evals.metrics.mrr import mrr
from evals.metrics.ndcg import ndcg
from evals.metrics.recall_at_k import recall_at_k
from evals.results import Result
from tests.evals.making import outcome, result

rankings = st.lists(st.sampled_from("abcdefghijkl"), unique=True, max_size=10)
labels = st.sets(st.sampled_from("abcdefghijkl"), min_size=1)


def found(retrieved: str, settled: str = "a", **changes: object) -> Result:
    return result(got=outcome("offered", retrieved=list(retrieved)), settled_by=tuple(settled), **changes)


ROWS = [found("abc"), found("xa"), found("xyz"), found("xyb", "ab")]


def value(figure: object) -> float:
    assert figure is not None
    return float(figure.value)  # type: ignore[attr-defined]


def test_hit() -> None:
    assert value(hit_at_k(ROWS, 1)) == 1 / 4
    assert value(hit_at_k(ROWS, 2)) == 2 / 4
    assert value(hit_at_k(ROWS, 3)) == 3 / 4


def test_recall() -> None:
    assert value(recall_at_k(ROWS, 3)) == pytest.approx((1 + 1 + 0 + 1 / 2) / 4)


def test_mrr() -> None:
    assert value(mrr(ROWS)) == pytest.approx((1 + 1 / 2 + 0 + 1 / 3) / 4)


def test_ndcg() -> None:
    two = (1 / math.log2(4)) / (1 + 1 / math.log2(3))
    assert value(ndcg(ROWS)) == pytest.approx((1 + 1 / math.log2(3) + 0 + two) / 4)


def test_only_answerable_questions_count() -> None:
    rows = [found("x", "", expected="handoff_offered"), found("a", expected="handoff_required")]
    assert [metric(rows) for metric in (mrr, ndcg)] == [None, None]
    assert hit_at_k(rows, 1) is None


def test_a_question_that_was_never_searched_is_missed() -> None:
    assert value(mrr([result(got=outcome("chat"))])) == 0


def test_a_data_set_that_knows_only_articles_counts() -> None:
    assert value(hit_at_k([found("a", expected=None), found("a", "", expected=None)], 1)) == 1


@given(rankings, labels)
def test_deeper_looks_never_find_less(ranking: list[str], settled: set[str]) -> None:
    row = [found("".join(ranking), "".join(sorted(settled)))]
    hits = [value(hit_at_k(row, k)) for k in range(1, 11)]
    recalls = [value(recall_at_k(row, k)) for k in range(1, 11)]
    assert hits == sorted(hits)
    assert recalls == sorted(recalls)
    assert 0 <= value(ndcg(row)) <= 1
    assert value(mrr(row)) <= hits[-1]


@given(labels)
def test_all_that_settles_first_is_the_best_order(settled: set[str]) -> None:
    best = sorted(settled)
    row = [found("".join([*best, "z"][:10]), "".join(best))]
    assert value(ndcg(row)) == pytest.approx(1)
