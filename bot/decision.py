"""What to do with what was found. Pure: numbers in, a decision out, tested by a table."""

import re
from dataclasses import dataclass
from typing import Literal

from bot.retrieval import Found
from bot.understanding import Asked

Verdict = Literal["answer", "clarify", "low_confidence", "not_helped", "out_of_scope"]
HAN_PAIR = 1.6
"""Terms of a Chinese text, which are pairs of characters, to a word."""
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the lines are drawn; `answer` is chosen so that `target_error_rate` holds where that was measured."""

    answer: float = 0.5
    near: float = 0.2
    """Below this confidence the question is far from everything the help center talks about."""
    competing: float = 0.2
    """Articles compete where the second's score lies no further below the best one's than this share of it."""
    vague: float = 2.0
    """A message that says no more than this many words do which no article has is asked back about,"""
    few: int = 6
    """and that has no more words than this: in a small help center most words are common."""
    likely: float = 0.5
    """Where several compete and the best one is likelier right than not, the learner knows which; below this, the
    right one is too often none of them,"""
    likely_of_several: float = 0.2
    """or, where a message asks several things, the best one of each."""
    vague_though_sure: float = 1.5
    """The same where one article is sure enough to answer from and another competes,"""
    few_though_sure: int = 4
    """the same there: whoever writes a whole sentence rather means the article that it found,"""
    certain: float = 0.99
    """and from this confidence on, nothing is asked back about."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a decision is made from."""

    confidence: float
    gap: float
    """How far the second article's score lies below the best one's, as a share of that."""
    said: float
    """What the question says, in words that no article has: a common word says little."""
    words: float
    follows: bool
    """Whether what was said before it tells what it is about."""
    just_clarified: bool
    missed: bool
    """Whether the best article already gave this learner an answer that did not help."""


def decide(standing: Standing, thresholds: Thresholds) -> Verdict:
    """Ask back, once, about a vague question, and where the right article is likely among several; answer when sure,
    but never again from an article that did not help; else offer a person."""
    if standing.confidence < thresholds.near:
        return "out_of_scope"
    sure = standing.confidence >= thresholds.answer
    if not standing.just_clarified and (_torn(standing, thresholds) if sure else _open(standing, thresholds)):
        return "clarify"
    if standing.missed:
        return "not_helped"
    return "answer" if sure else "low_confidence"


def _open(standing: Standing, thresholds: Thresholds) -> bool:
    """Whether a message that is not sure enough says too little, or leaves open which of some articles it means."""
    vague = standing.said <= thresholds.vague and standing.words <= thresholds.few
    likely = standing.confidence >= thresholds.likely and standing.gap <= thresholds.competing
    return vague or (likely and not standing.missed)


def _torn(standing: Standing, thresholds: Thresholds) -> bool:
    """Whether a message that is sure enough to answer is a bare word or two that several articles are about."""
    return (
        standing.confidence < thresholds.certain
        and standing.gap <= thresholds.competing
        and not standing.follows
        and standing.said <= thresholds.vague_though_sure
        and standing.words <= thresholds.few_though_sure
    )


def standing_of(found: Found, confidence: float, asked: Asked) -> Standing:
    """What a search gives to decide from."""
    best, second = ([passage.score for passage in found.passages] + [0.0, 0.0])[:2]
    counts = {term: 1 / HAN_PAIR if _HAN.match(term) else 1.0 for term in found.term_weights}
    return Standing(
        confidence,
        gap=(best - second) / best if best > 0 else 0.0,
        said=sum(weight * counts[term] for term, weight in found.term_weights.items()) / found.rarest,
        words=sum(counts.values()),
        follows=bool(asked.before),
        just_clarified=bool(asked.question.choices),
        missed=bool(found.article_ids) and found.article_ids[0] in asked.question.missed,
    )
