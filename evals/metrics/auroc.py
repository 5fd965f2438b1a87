"""AUROC: the chance that confidence ranks a positive above a negative; ties count half.

(Mann-Whitney U) / (positives x negatives). Source: Hanley and McNeil, The meaning and use of the area under a receiver
operating characteristic curve (1982). Two questions are asked of confidence: does it part right from wrong articles
among answerable questions, and answerable questions from those that nothing settles? Every question that was searched
counts, whether it was answered or not. Undefined where one side is empty.
"""

from collections.abc import Sequence

import numpy as np

from evals.bootstrap import Floats, Statistic
from evals.curves import Curve
from evals.results import Result


def area_under(scores: Sequence[float], positive: Sequence[bool]) -> Statistic:
    """The AUROC of weighted questions."""
    order = np.argsort(scores, kind="stable")
    ordered, marks = np.asarray(scores)[order], np.asarray(positive, dtype=np.float64)[order]
    ties = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])

    def area(weights: Floats) -> Floats:
        weights = weights[:, order]
        above = np.add.reduceat(weights * marks, ties, axis=1)
        below = np.add.reduceat(weights * (1 - marks), ties, axis=1)
        beaten = np.cumsum(below, axis=1) - below / 2
        pairs = above.sum(axis=1) * below.sum(axis=1)
        won: Floats = np.divide((above * beaten).sum(axis=1), pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
        return won

    return area


def _confidences(results: Sequence[Result]) -> list[float]:
    return [result.confidence or 0.0 for result in results]


right_against_wrong = Curve(
    counts=lambda result: result.answerable and result.confidence is not None,
    compute=lambda results: area_under(_confidences(results), [result.best_right for result in results]),
)
answerable_against_not = Curve(
    counts=lambda result: result.decidable and result.confidence is not None,
    compute=lambda results: area_under(_confidences(results), [result.answerable for result in results]),
)
