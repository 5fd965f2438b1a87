"""ECE: how far confidence is from the share that is right.

Ten bins of equal width; sum over bins of |share right - mean confidence| x questions in the bin / all. Source: Guo et
al., On calibration of modern neural networks (2017). Over all questions that confidence alone decides, answered or not.
"""

from collections.abc import Sequence

import numpy as np

from evals.bootstrap import Floats, Statistic
from evals.curves import Curve
from evals.results import Result

BINS = 10


def _counts(result: Result) -> bool:
    return result.decidable and result.confidence is not None


def _gap(results: Sequence[Result]) -> Statistic:
    confidence, right, bins = _placed(results)
    gaps = np.zeros((len(confidence), BINS))
    gaps[np.arange(len(confidence)), bins] = right - confidence
    return lambda weights: np.abs(weights @ gaps).sum(axis=1) / weights.sum(axis=1)


ece = Curve(_counts, _gap)


def reliability(results: Sequence[Result]) -> list[tuple[float, float, int]]:
    """(mean confidence, share right, questions) of each bin that is not empty."""
    confidence, right, bins = _placed(results)
    kept = [bins == each for each in range(BINS)]
    return [(float(confidence[k].mean()), float(right[k].mean()), int(k.sum())) for k in kept if k.any()]


def _placed(results: Sequence[Result]) -> tuple[Floats, Floats, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    searched = [result for result in results if _counts(result)]
    confidence = np.array([r.confidence for r in searched], dtype=np.float64)
    right = np.array([r.best_right for r in searched], dtype=np.float64)
    return confidence, right, np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
