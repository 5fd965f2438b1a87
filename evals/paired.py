"""What each question adds to a figure, so that two runs can be compared question by question.

A figure here is the mean over the questions that count, the same as `evals.metrics` gives under that name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evals.bootstrap import Floats, interval, resamples
from evals.curves import Curve
from evals.metrics import aurc, auroc, ece
from evals.metrics.escalation_recall import REQUIRED
from evals.metrics.forbidden_facts import states_forbidden
from evals.metrics.key_facts import share
from evals.metrics.language_right import in_right_language
from evals.metrics.mrr import reciprocal_rank
from evals.metrics.ndcg import ndcg_of
from evals.results import Result

Part = Callable[[Result], float | None]
"""A question's own value; None where it does not count."""
LOWER_IS_BETTER = frozenset(
    {"wrong_among_answered", "wrong_per_question", "false_alarms", "forbidden_facts", "aurc", "ece"}
)


def _hit(result: Result, k: int) -> float | None:
    return not set(result.settled_by).isdisjoint(result.retrieved[:k]) if result.answerable else None


def _false_alarm(result: Result) -> float | None:
    ordinary = result.expected is not None and REQUIRED not in result.tolerated
    return result.got == REQUIRED if ordinary else None


def _key_facts(result: Result) -> float | None:
    counts = result.answered and result.answerable and result.key_facts
    return share(str(result.outcome["text"]), result.key_facts) if counts else None


PARTS: dict[str, Part] = {
    "as_expected": lambda r: r.as_expected,
    "coverage": lambda r: r.answered if r.expected != "chat" else None,
    "wrong_among_answered": lambda r: not r.right if r.answered else None,
    "wrong_per_question": lambda r: r.answered and not r.right,
    "escalation_recall": lambda r: r.got == REQUIRED if r.expected == REQUIRED else None,
    "false_alarms": _false_alarm,
    "key_facts": _key_facts,
    "forbidden_facts": lambda r: states_forbidden(r) if r.forbidden_facts else None,
    "hit_at_1": lambda r: _hit(r, 1),
    "hit_at_5": lambda r: _hit(r, 5),
    "mrr": lambda r: reciprocal_rank(r) if r.answerable else None,
    "ndcg_at_10": lambda r: ndcg_of(r) if r.answerable and r.settled_by else None,
    "language_right": in_right_language,
}


CURVES: dict[str, Curve] = {
    "auroc_right_against_wrong": auroc.right_against_wrong,
    "auroc_answerable_against_not": auroc.answerable_against_not,
    "aurc": aurc.aurc,
    "ece": ece.ece,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure before and after on the same questions; `low` and `high` enclose 95 % of the bootstrap's differences."""

    name: str
    before: float
    after: float
    low: float
    high: float
    n: int
    """Questions that count in either run."""

    @property
    def change(self) -> float:
        return self.after - self.before

    @property
    def worse_by(self) -> float:
        """How far it moved the wrong way; negative where it got better."""
        return self.change if self.name in LOWER_IS_BETTER else -self.change

    @property
    def clear(self) -> bool:
        """Whether chance alone does not explain it."""
        return self.low > 0 or self.high < 0


def column(results: Sequence[Result], part: Part) -> Floats:
    """One value a question, nan where it does not count."""
    values = [part(result) for result in results]
    return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)


def difference(name: str, before: Floats, after: Floats) -> Difference | None:
    """Both columns hold the same questions in the same order. None where a figure is undefined in either."""
    counted = ~np.isnan(before) | ~np.isnan(after)
    before, after = before[counted], after[counted]
    if np.isnan(before).all() or np.isnan(after).all():
        return None
    weights = resamples(len(before))
    low, high = interval(_mean(weights, after) - _mean(weights, before))
    return Difference(name, float(np.nanmean(before)), float(np.nanmean(after)), low, high, len(before))


def curve_difference(name: str, before: Sequence[Result], after: Sequence[Result]) -> Difference | None:
    """The same of a figure that ranks all questions together."""
    curve = CURVES[name]
    old, new = curve(before), curve(after)
    if old is None or new is None:
        return None
    weights = resamples(len(before))
    low, high = interval(curve.resampled(after, weights) - curve.resampled(before, weights))
    counted = sum(curve.counts(left) or curve.counts(right) for left, right in zip(before, after, strict=True))
    return Difference(name, old.value, new.value, low, high, counted)


def _mean(weights: Floats, values: Floats) -> Floats:
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        means: Floats = weights[:, known] @ values[known] / weights[:, known].sum(axis=1)
    return means
