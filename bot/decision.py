"""What to do with what was found. Pure: numbers in, a decision out, tested by a table."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["answer", "clarify", "low_confidence", "out_of_scope"]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the lines are drawn; `answer` is chosen so that `target_error_rate` holds where that was measured."""

    answer: float = 0.5
    near: float = 0.2
    """Below this confidence the question is far from everything the help center talks about."""
    competing: float = 0.02
    """Two articles whose scores are no further apart compete."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a decision is made from."""

    confidence: float
    gap: float
    just_clarified: bool
    question_words: int


def decide(standing: Standing, thresholds: Thresholds) -> Verdict:
    """Answer when sure; ask back once when a short question fits two articles alike; else offer a person."""
    if standing.confidence >= thresholds.answer:
        return "answer"
    if standing.confidence < thresholds.near:
        return "out_of_scope"
    vague = standing.question_words <= 3 and standing.gap <= thresholds.competing
    if vague and not standing.just_clarified:
        return "clarify"
    return "low_confidence"
