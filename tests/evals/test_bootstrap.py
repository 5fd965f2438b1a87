"""Intervals: seeded, percentile, around the value."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.bootstrap import RESAMPLES, mean, resamples, statistic

numbers = st.lists(st.floats(-100, 100), min_size=1, max_size=40)


def test_nothing_counted_is_no_figure() -> None:
    assert mean([]) is None
    assert statistic(0, lambda weights: weights.sum(axis=1)) is None


@given(numbers)
def test_a_mean_lies_within_its_values_and_its_interval_too(values: list[float]) -> None:
    figure = mean(values)
    assert figure is not None
    assert figure.n == len(values)
    assert figure.low <= figure.value + 1e-9
    assert figure.value - 1e-9 <= figure.high
    if set(values) not in ({0.0}, {1.0}):
        assert min(values) - 1e-9 <= figure.low <= figure.high <= max(values) + 1e-9
    assert figure.value == pytest.approx(sum(values) / len(values))


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_the_same_values_give_the_same_interval_whatever_was_measured_before(values: list[bool]) -> None:
    first = mean(values)
    resamples.cache_clear()
    mean([0.3] * 7)
    assert mean(values) == first


def test_shares_and_other_numbers_are_resampled_alike() -> None:
    """A share's resamples are drawn as binomial; the general way gives the same interval but for chance."""
    marks = [True] * 30 + [False] * 70
    drawn = mean(marks)
    general = statistic(100, lambda weights: weights @ np.array(marks, dtype=float) / weights.sum(axis=1))
    assert drawn is not None
    assert general is not None
    assert (drawn.low, drawn.high) == pytest.approx((general.low, general.high), abs=0.02)
    # The normal approximation: .3 +- 1.96 * sqrt(.3 * .7 / 100)
    assert (drawn.low, drawn.high) == pytest.approx((0.21, 0.39), abs=0.02)


def test_each_resample_draws_n_questions() -> None:
    weights = resamples(9)
    assert weights.shape == (RESAMPLES, 9)
    assert (weights.sum(axis=1) == 9).all()


def test_a_statistic_that_is_undefined_is_no_figure() -> None:
    assert statistic(3, lambda weights: np.full(len(weights), np.nan)) is None


def test_where_all_agree_the_bound_is_exact_and_not_of_no_width() -> None:
    """The rule of three: 0 of 100 leaves room for about 3.7 %."""
    none, every = mean([0.0] * 100), mean([True] * 100)
    assert none is not None
    assert every is not None
    assert (none.low, none.high) == (0, pytest.approx(0.0362, abs=1e-4))
    assert (every.low, every.high) == (pytest.approx(0.9638, abs=1e-4), 1)
