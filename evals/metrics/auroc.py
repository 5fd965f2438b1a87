"""AUROC: the chance that confidence ranks a positive above a negative; ties count half.

(Mann-Whitney U) / (positives x negatives). Source: Hanley and McNeil, The meaning and use of the area under a receiver
operating characteristic curve (1982). Two questions are asked of confidence: does it part right from wrong articles
among answerable questions, and answerable questions from those that nothing settles? Every question that was searched
counts, whether it was answered or not. Undefined where one side is empty.
"""

from collections.abc import Sequence

import numpy as np

from evals.bootstrap import Floats, statistic
from evals.figures import Figure
from evals.results import Result


def right_against_wrong(results: Sequence[Result]) -> Figure | None:
    searched = [r for r in results if r.answerable and r.confidence is not None]
    return auroc([r.confidence or 0.0 for r in searched], [r.best_right for r in searched])


def answerable_against_not(results: Sequence[Result]) -> Figure | None:
    searched = [r for r in results if r.decidable and r.confidence is not None]
    return auroc([r.confidence or 0.0 for r in searched], [r.answerable for r in searched])


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> Figure | None:
    order = np.argsort(scores, kind="stable")
    ordered, marks = np.asarray(scores)[order], np.asarray(positive, dtype=np.float64)[order]
    if not len(ordered):
        return None
    ties = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])

    def area(weights: Floats) -> Floats:
        weights = weights[:, order]
        above = np.add.reduceat(weights * marks, ties, axis=1)
        below = np.add.reduceat(weights * (1 - marks), ties, axis=1)
        beaten = np.cumsum(below, axis=1) - below / 2
        pairs = above.sum(axis=1) * below.sum(axis=1)
        won: Floats = np.divide((above * beaten).sum(axis=1), pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
        return won

    return statistic(len(ordered), area)
