"""AURC: the error rate over all coverages, answering the surest questions first.

Sort by confidence, best first; risk at i = wrong among the first i / i; AURC = mean over i. 0 is perfect. Questions
that nothing settles count as wrong. Source: Geifman and El-Yaniv, Selective classification for deep neural networks
(2017). `risk_coverage` is the curve itself. Questions of equal confidence are taken in together.
"""

from collections.abc import Sequence

import numpy as np

from evals.bootstrap import Floats, statistic
from evals.figures import Figure
from evals.results import Result


def aurc(results: Sequence[Result]) -> Figure | None:
    scores, wrong = _ranked(results)
    ends = _ends(scores)

    def area(weights: Floats) -> Floats:
        taken = np.cumsum(weights, axis=1)[:, ends]
        mistaken = np.cumsum(weights * wrong, axis=1)[:, ends]
        risk = np.divide(mistaken, taken, out=np.zeros_like(taken), where=taken > 0)
        added = np.diff(taken, axis=1, prepend=0.0)
        mean_risk: Floats = (risk * added).sum(axis=1) / weights.sum(axis=1)
        return mean_risk

    return statistic(len(scores), area)


def risk_coverage(results: Sequence[Result]) -> list[tuple[float, float]]:
    """(coverage, risk) at every confidence that occurs, the surest first."""
    scores, wrong = _ranked(results)
    mistaken = np.cumsum(wrong)
    return [((end + 1) / len(scores), float(mistaken[end] / (end + 1))) for end in _ends(scores)]


def _ranked(results: Sequence[Result]) -> tuple[Floats, Floats]:
    searched = sorted((-r.confidence, not r.best_right) for r in results if r.decidable and r.confidence is not None)
    columns = np.array(searched, dtype=np.float64).reshape(-1, 2)
    return columns[:, 0], columns[:, 1]


def _ends(scores: Floats) -> list[int]:
    """The last place of each run of equal scores."""
    return [at for at in range(len(scores)) if at + 1 == len(scores) or scores[at + 1] != scores[at]]
