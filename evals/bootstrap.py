"""How far chance may have moved a figure: the percentile bootstrap, seeded, all resamples at once.

Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13. Where all of n questions agree, no
resample differs; there the exact bound of Clopper and Pearson (1934) stands instead: with 0 of n the truth may be as
high as 1 - 0.025 ** (1 / n).
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from evals.figures import Figure

RESAMPLES = 1000
SEED = 20261121
Floats = npt.NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
"""Weights, shape (resamples, n), to one value a resample; nan where a resample leaves it undefined."""


@lru_cache(maxsize=8)
def resamples(n: int) -> Floats:
    """How often each of n questions was drawn, shape (RESAMPLES, n); the same for the same n, every time."""
    drawn = np.random.default_rng([SEED, n]).multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    weights = drawn.astype(np.float64)
    weights.setflags(write=False)
    return weights


def interval(values: Floats) -> tuple[float, float]:
    """The middle 95 % of a resampled statistic."""
    known = values[~np.isnan(values)]
    low, high = np.percentile(known, (2.5, 97.5)) if len(known) else (np.nan, np.nan)
    return float(low), float(high)


def mean(values: Sequence[float]) -> Figure | None:
    """The mean with its interval; None where there is nothing to count.

    Where all values are 0 or 1 a resample's sum is binomial, so it is drawn as such.
    """
    n = len(values)
    if not n:
        return None
    counted = np.asarray(values, dtype=np.float64)
    ones = int(counted.sum())
    if ones in (0, n) and np.isin(counted, (0.0, 1.0)).all():
        unseen = 1 - 0.025 ** (1 / n)
        return Figure(0.0, n, 0.0, unseen) if ones == 0 else Figure(1.0, n, 1 - unseen, 1.0)
    if np.isin(counted, (0.0, 1.0)).all():
        means = np.random.default_rng([SEED, n, ones]).binomial(n, ones / n, size=RESAMPLES) / n
    else:
        means = resamples(n) @ counted / n
    low, high = interval(means)
    return Figure(float(counted.mean()), n, low, high)


def statistic(n: int, compute: Statistic) -> Figure | None:
    """A statistic of weighted questions with its interval; None where it is undefined on the questions themselves."""
    if not n:
        return None
    value = float(compute(np.ones((1, n)))[0])
    if np.isnan(value):
        return None
    low, high = interval(compute(resamples(n)))
    return Figure(value, n, low, high)
