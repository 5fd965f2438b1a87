"""AURC: the error rate over all coverages, answering the surest questions first.

Sort by confidence, best first; risk at i = wrong among the first i / i; AURC = mean over i. 0 is perfect. Questions
that nothing settles count as wrong. Source: Geifman and El-Yaniv, Selective classification for deep neural networks
(2017). `risk_coverage` is the curve itself. Questions of equal confidence are taken in together.
"""

from collections.abc import Sequence

import numpy as np

from evals.bootstrap import Floats, Statistic
from evals.curves import Curve
from evals.results import Result


def _counts(result: Result) -> bool:
    return result.decidable and result.confidence is not None


def _area_under(results: Sequence[Result]) -> Statistic:
    scores, wrong, order = _ranked(results)
    ends = _ends(scores)

    def area(weights: Floats) -> Floats:
        weights = weights[:, order]
        taken = np.cumsum(weights, axis=1)[:, ends]
        mistaken = np.cumsum(weights * wrong, axis=1)[:, ends]
        risk = np.divide(mistaken, taken, out=np.zeros_like(taken), where=taken > 0)
        added = np.diff(taken, axis=1, prepend=0.0)
        mean_risk: Floats = (risk * added).sum(axis=1) / weights.sum(axis=1)
        return mean_risk

    return area


aurc = Curve(_counts, _area_under)


def risk_coverage(results: Sequence[Result]) -> list[tuple[float, float]]:
    """(coverage, risk) at every confidence that occurs, the surest first."""
    scores, wrong, _ = _ranked([result for result in results if _counts(result)])
    mistaken = np.cumsum(wrong)
    return [((end + 1) / len(scores), float(mistaken[end] / (end + 1))) for end in _ends(scores)]


def _ranked(results: Sequence[Result]) -> tuple[Floats, Floats, list[int]]:
    """Negative confidence and whether it is wrong, the surest first, and where each stands in `results`."""
    columns = np.array([(-(r.confidence or 0.0), not r.best_right) for r in results], dtype=np.float64).reshape(-1, 2)
    order = np.lexsort((columns[:, 1], columns[:, 0]))
    return columns[order, 0], columns[order, 1], order.tolist()


def _ends(scores: Floats) -> list[int]:
    """The last place of each run of equal scores."""
    return [at for at in range(len(scores)) if at + 1 == len(scores) or scores[at + 1] != scores[at]]
