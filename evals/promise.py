"""What each way of choosing a line promises, and how often it held: many random calibrate/test splits.

- *learn-then-test* promises: with 90 % certainty at most the target is wrong **among answered** (Angelopoulos et al.,
  Learn then test, 2021; bot.calibration).
- *conformal risk control* promises: on average at most the target is wrong and answered **per question asked**
  (Angelopoulos, Bates, Fisch, Lei and Schuster, Conformal risk control, 2022).
- *best estimate* promises nothing: the most generous line that kept the target on the calibration half.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.calibration import DELTA, Labelled, kept_line, platt
from evals.training.observing import Floats, Marks
from evals.training.prior import Judged, line_for
from evals.training.report import ece

TARGETS = (0.02, 0.05, 0.1, 0.2)
SPLITS = 100
SEED = 20261122
Choose = Callable[[Floats, Marks, float], float]
"""Confidences, whether right, the target -> the confidence to answer from; above 1 to answer nothing."""
NOTHING = 2.0


@dataclass(frozen=True, slots=True)
class Promise:
    """One method at one target on one data set, over all splits. The shares are means over splits."""

    method: str
    target: float
    held: float
    """Share of splits in which the test half stayed within the target; answering nothing counts as held."""
    silent: float
    """Share of splits in which nothing at all is answered: no promise was made."""
    coverage: float
    wrong: float
    """Wrong among answered, over the answers of all splits together; nan where there is none."""
    wrong_per_question: float


def learn_then_test(confidence: Floats, right: Marks, target: float) -> float:
    line = kept_line(_labels(confidence, right), target)
    return line.confidence if line else NOTHING


def conformal_risk_control(confidence: Floats, right: Marks, target: float) -> float:
    """The lowest line at which (wrong and answered + 1) / (n + 1) is within the target; the loss is at most 1."""
    order = np.argsort(-confidence, kind="stable")
    risk = (np.cumsum(~right[order]) + 1) / (len(right) + 1)
    good = np.flatnonzero(risk <= target)
    return float(confidence[order][good[-1]]) if len(good) else NOTHING


def best_estimate(confidence: Floats, right: Marks, target: float) -> float:
    line = line_for(confidence, right, target)
    return line if line < 1 else NOTHING


METHODS: dict[str, Choose] = {
    "learn-then-test": learn_then_test,
    "conformal risk control": conformal_risk_control,
    "best estimate": best_estimate,
}


def try_out(confidence: Floats, right: Marks, method: str, target: float) -> Promise:
    """Half of the questions choose the line, the other half tells what comes of it; the same splits every time."""
    random = np.random.default_rng(SEED)
    half, counts = len(right) // 2, []
    for _ in range(SPLITS):
        order = random.permutation(len(right))
        line = METHODS[method](confidence[order[:half]], right[order[:half]], target)
        answered = confidence[order[half:]] >= line
        counts.append((answered.sum(), (answered & ~right[order[half:]]).sum(), line == NOTHING))
    answers, wrong, silent = np.array(counts, dtype=np.float64).T
    asked = len(right) - half
    allowed = target * (asked if method == "conformal risk control" else answers)
    return Promise(
        method=method,
        target=target,
        held=float((wrong <= allowed).mean()),
        silent=float(silent.mean()),
        coverage=float(answers.mean() / asked),
        wrong=float(wrong.sum() / answers.sum()) if answers.any() else float("nan"),
        wrong_per_question=float(wrong.mean() / asked),
    )


def measured_ece(confidence: Floats, right: Marks) -> float:
    """The calibration error of corrected confidence; a question's is the mean of what the halves without it gave it."""
    random = np.random.default_rng(SEED)
    half, total, times = len(right) // 2, np.zeros(len(right)), np.zeros(len(right))
    for _ in range(SPLITS):
        order = random.permutation(len(right))
        known, unknown = order[:half], order[half:]
        slope, offset = platt(_labels(confidence[known], right[known]))
        logit = np.log(confidence[unknown]) - np.log1p(-confidence[unknown])
        total[unknown] += 1 / (1 + np.exp(-(slope * logit + offset)))
        times[unknown] += 1
    return ece(total / np.maximum(times, 1), right)


def promises(judged: Sequence[Judged]) -> list[str]:
    """A line for each data set, method and target, by the confidences of a model that never saw the corpus."""
    lines = [
        f"{SPLITS} random halves; learn-then-test: wrong among answered with {1 - DELTA:.0%} certainty; conformal "
        "risk control: wrong per question asked, on average; best estimate: no promise",
        "held: the test half stayed within the target, which chance also decides where answers are few",
    ]
    for each in judged:
        inside = each.part.inside
        confidence, right = each.probability[inside], each.part.right[inside]
        lines.append(
            f"{each.part.name} {'shared space' if each.part.shared else 'English'} n={len(right)}: ECE estimated "
            f"{ece(confidence, right):.3f}, measured {measured_ece(confidence, right):.3f}"
        )
        lines += [_line(try_out(confidence, right, method, target)) for method in METHODS for target in TARGETS]
    return lines


def _labels(confidence: Floats, right: Marks) -> list[Labelled]:
    return [Labelled(float(p), bool(r)) for p, r in zip(confidence, right, strict=True)]


def _line(found: Promise) -> str:
    return (
        f"  {found.method:22s} {found.target:4.0%}  held {found.held:.2f}  coverage {found.coverage:.2f}  wrong among "
        f"answered {found.wrong:.3f}  wrong per question {found.wrong_per_question:.3f}  silent {found.silent:.2f}"
    )
