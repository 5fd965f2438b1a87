"""Train the calibrator that ships with Firstline: `firstline eval train-prior DATASET... --outside FILE`.

Each data set is published into an index of its own and asked its questions, and questions from `--outside` (rows with
`text` and intent `oos`) that nothing in it settles. A logistic regression learns from the signs whether citation 1 was
right. English questions are searched a second time as if they were foreign, so that the shared space learns from every
corpus. What is printed is always measured on a corpus that neither coefficients nor thresholds saw.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from evals.training.observing import Floats, Marks, Observed

ERROR_RATES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
FEWEST = 10
HELD_BY = 0.75
"""The line for an error rate is the lowest at which this share of the left-out English data sets held it."""
NEAR_SHARE = 0.6
"""Of questions from outside, this share is told to be far from everything; the rest only gets no answer."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A part of a data set with the probabilities of a model that never saw its corpus."""

    part: Observed
    probability: Floats

    def line(self, rate: float) -> float:
        """The lowest line at which this part alone held the error rate; 1 where there is none."""
        return line_for(self.probability, self.part.right, rate)


def fit(parts: Sequence[Observed]) -> LogisticRegression:
    """All parts weigh the same, whatever their size."""
    weights = np.concatenate([np.full(len(each.right), 1 / len(each.right)) for each in parts])
    model = LogisticRegression(C=10.0, max_iter=10_000)
    signs, right = np.concatenate([each.signs for each in parts]), np.concatenate([each.right for each in parts])
    model.fit(signs, right, sample_weight=weights / weights.mean())
    return model


def enough(each: Observed) -> bool:
    """Whether there are questions enough, right and wrong ones, to learn from or to be measured."""
    return bool(min(each.right.sum(), (~each.right).sum()) >= FEWEST)


def left_out(parts: Sequence[Observed]) -> list[Judged]:
    """Every part that is not made up, judged by what the other corpora taught."""
    judged = []
    for each in parts:
        others = [other for other in parts if other.shared == each.shared and other.corpus != each.corpus]
        if not each.made and enough(each) and any(enough(other) for other in others):
            model = fit([other for other in others if enough(other)])
            judged.append(Judged(each, model.predict_proba(each.signs)[:, 1]))
    return judged


def line_for(probability: Floats, right: Marks, rate: float) -> float:
    """The lowest line above which at most `rate` of the answers were wrong; 1 where there is none."""
    order = np.argsort(-probability, kind="stable")
    wrong = np.cumsum(~right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(wrong <= rate)
    return float(probability[order][good[-1]]) if len(good) else 1.0


def shared_line(judged: Sequence[Judged], rate: float) -> float:
    """One line for all: HELD_BY of the English parts, each on its own, would have held the rate there. Confidence in
    the shared space is to mean the same; a line of its own would refuse whole languages wherever search is weak."""
    lines = [each.line(rate) for each in judged if not each.part.shared]
    return float(np.quantile(lines, HELD_BY)) if lines else 1.0


def train(parts: Sequence[Observed], judged: Sequence[Judged]) -> dict[str, Any]:
    """The content of `bot/prior.json`: coefficients from all parts, lines from the left-out probabilities."""
    english, shared = (
        _coefficients(fit([each for each in parts if each.shared == kind and enough(each)])) for kind in (False, True)
    )
    strangers = np.concatenate([each.probability[each.part.outside] for each in judged])
    return english | {
        "shared": shared,
        "by_error_rate": [[rate, round(shared_line(judged, rate), 4)] for rate in ERROR_RATES],
        "near": round(float(np.quantile(strangers, NEAR_SHARE)), 4),
    }


def without_background(parts: Sequence[Observed]) -> list[Observed]:
    """The same questions with the signs of a help center of which nothing was learned."""
    return [replace(each, signs=each.plain) for each in parts]


def _coefficients(model: LogisticRegression) -> dict[str, Any]:
    weights = [round(float(weight), 4) for weight in model.coef_[0]]
    return {"weights": weights, "intercept": round(float(model.intercept_[0]), 4)}
