"""What labelled questions of this help center prove: the line that keeps an error rate, and confidence made honest.

The line is found by learn-then-test (Angelopoulos, Bates, Candès, Jordan and Lei, Learn then test: calibrating
predictive algorithms to achieve risk control, 2021): lines fixed beforehand are tried from a strict one to ever more
generous ones, each by an exact binomial test of "more than the target is wrong among answered", until one test fails.
With probability 1 - DELTA over the labelled questions the line that is kept holds the target for questions like them.
Where to start may not depend on the labels: it is the line that by the estimated confidences is likeliest to pass.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bot.decision import Thresholds

DELTA = 0.1
"""How often, over many sets of labelled questions, the promise may be wrong."""
LINES = tuple(1 / (1 + math.exp(-step / 4)) for step in range(36, -17, -1))
"""Confidences from 0.9999 to 0.018, evenly apart in logits; fixed before any label is seen."""
RIDGE = 1.0
"""How strongly the correction of confidence holds on to none at all, in questions' worth of evidence."""

FLATTEST = 0.05
"""The least slope of that correction, so that the order is kept."""
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Labelled:
    """One labelled question: the estimated confidence, and whether the first article settles it."""

    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Line:
    """What answering from this confidence on does to the labelled questions."""

    confidence: float
    answered: int
    wrong: int
    expected: float
    """The share that the estimated confidences expect to be wrong among answered."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Confidence and lines as measured on `questions` labelled questions."""

    questions: int
    line: Line
    slope: float
    offset: float

    @property
    def status(self) -> str:
        return f"measured({self.questions})"

    def probability(self, estimated: float) -> float:
        """Platt scaling (Platt, 1999) of the estimate; it keeps the order."""
        return float(_logistic(np.array(self.slope * _logit(estimated) + self.offset)))

    def thresholds(self, estimated: Thresholds) -> Thresholds:
        """The measured line to answer from; `near` keeps its meaning."""
        near = min(estimated.near, self.line.confidence)
        return replace(estimated, answer=self.probability(self.line.confidence), near=self.probability(near))


def measure(labels: Sequence[Labelled], target: float) -> Measured | None:
    """None where no line can be shown to keep `target`, the share that may be wrong among answered."""
    line = kept_line(labels, target)
    return None if line is None else Measured(len(labels), line, *platt(labels))


def kept_line(labels: Sequence[Labelled], target: float) -> Line | None:
    """The most generous line that passes before one fails, from the one on that is likeliest to pass."""
    lines = lines_of(labels)
    chances = [_chance_to_pass(line, target) for line in lines]
    start, kept = chances.index(max(chances)), None
    for line in lines[start:]:
        if not line.answered or tail(line.wrong, line.answered, target) > DELTA:
            break
        kept = line
    return kept


def lines_of(labels: Sequence[Labelled]) -> list[Line]:
    """All lines, the strictest first."""
    confidence = np.array([each.confidence for each in labels], dtype=np.float64)
    wrong = np.array([not each.right for each in labels], dtype=np.bool_)
    lines = []
    for line in LINES:
        above = confidence >= line
        expected = float((1 - confidence[above]).mean()) if above.any() else 1.0
        lines.append(Line(line, int(above.sum()), int(wrong[above].sum()), expected))
    return lines


def fewest(target: float) -> int:
    """Answers, none of them wrong, without which nothing about `target` can be shown: 22 for 10 %, 45 for 5 %."""
    return math.ceil(math.log(DELTA) / math.log(1 - target))


def tail(wrong: int, answered: int, target: float) -> float:
    """The chance of at most `wrong` wrong ones among `answered` if `target` were the share (binomial)."""
    logs = [
        math.lgamma(answered + 1)
        - math.lgamma(k + 1)
        - math.lgamma(answered - k + 1)
        + k * math.log(target)
        + (answered - k) * math.log1p(-target)
        for k in range(wrong + 1)
    ]
    return min(1.0, math.fsum(math.exp(each) for each in logs))


def upper_bound(wrong: int, answered: int) -> float:
    """The largest share of wrong answers that the counts do not exclude at DELTA (Clopper and Pearson, 1934)."""
    low, high = (wrong / answered if answered else 0.0), 1.0
    if wrong >= answered:
        return 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if tail(wrong, answered, middle) > DELTA else (low, middle)
    return high


def missing(labels: Sequence[Labelled], target: float) -> int | None:
    """How many more labelled questions would show `target`, if they turn out like these; 0 where these do, None
    where no line comes near it. Without any wrong answer it takes `fewest(target)` answered ones."""
    if kept_line(labels, target):
        return 0
    times = [found for line in lines_of(labels) if line.answered and (found := _times(line, target)) is not None]
    return max(1, math.ceil((min(times) - 1) * len(labels) - 1e-9)) if times else None


def _chance_to_pass(line: Line, target: float) -> float:
    """That the test passes if the estimated confidences are right; no label has a say in it."""
    if line.answered < fewest(target):
        return 0.0
    passing, failing = 0, line.answered
    while failing - passing > 1:
        middle = (passing + failing) // 2
        passing, failing = (middle, failing) if tail(middle, line.answered, target) <= DELTA else (passing, middle)
    return tail(passing, line.answered, min(max(line.expected, 1e-4), 1 - 1e-4))


def _times(line: Line, target: float) -> float | None:
    """How many times as many questions would pass at this line; None where its share of wrong ones is too large."""
    if line.wrong / line.answered >= target * 0.9:
        return None
    times = max(1.0, fewest(target) / line.answered)
    while tail(math.ceil(line.wrong * times), math.floor(line.answered * times + 1e-9), target) > DELTA:
        times *= 1.05
    return times


def platt(labels: Sequence[Labelled]) -> tuple[float, float]:
    """Slope and offset of the logit that make confidence most likely, by Newton's method, held near (1, 0)."""
    x = np.array([[_logit(each.confidence), 1.0] for each in labels], dtype=np.float64)
    sign = np.array([1.0 if each.right else -1.0 for each in labels], dtype=np.float64)
    start = np.array([1.0, 0.0])

    def loss(at: npt.NDArray[np.float64]) -> float:
        return float(np.logaddexp(0.0, -sign * (x @ at)).sum() + RIDGE / 2 * ((at - start) ** 2).sum())

    found = start
    for _ in range(50):
        p = _logistic(x @ found)
        gradient = x.T @ (p - (sign > 0)) + RIDGE * (found - start)
        step = np.linalg.solve((x.T * (p * (1 - p))) @ x + RIDGE * np.eye(2), gradient)
        while loss(found - step) > loss(found) and np.abs(step).max() > TINY:
            step = step / 2
        found = found - step
        if np.abs(step).max() <= TINY:
            break
    return max(float(found[0]), FLATTEST), float(found[1])


def _logit(probability: float) -> float:
    kept = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(kept / (1 - kept))


def _logistic(logit: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    chance: npt.NDArray[np.float64] = np.exp(-np.logaddexp(0.0, -logit))
    return chance
