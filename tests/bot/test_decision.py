"""Decisions, by a table of scores; confidence as a number."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.confidence import Calibrator, Signs, signs_of
from bot.decision import Standing, Thresholds, Verdict, decide
from bot.models import Chunk, Passage
from bot.prior import Prior, load_prior
from bot.retrieval import Found
from tests.ingestion.corpora import article

LINES = Thresholds(answer=0.6, near=0.2, competing=0.02)
SURE = Standing(confidence=0.9, gap=0.5, just_clarified=False, question_words=8)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "answer"),
        ({"confidence": 0.6}, "answer"),
        ({"confidence": 0.9, "gap": 0.0, "question_words": 1}, "answer"),
        ({"confidence": 0.59}, "low_confidence"),
        ({"confidence": 0.2}, "low_confidence"),
        ({"confidence": 0.19}, "out_of_scope"),
        ({"confidence": 0.0}, "out_of_scope"),
        ({"confidence": 0.4, "gap": 0.01, "question_words": 2}, "clarify"),
        ({"confidence": 0.4, "gap": 0.01, "question_words": 2, "just_clarified": True}, "low_confidence"),
        ({"confidence": 0.4, "gap": 0.3, "question_words": 2}, "low_confidence"),
        ({"confidence": 0.1, "gap": 0.0, "question_words": 1}, "out_of_scope"),
    ],
)
def test_decisions(changed: dict[str, float], verdict: Verdict) -> None:
    assert decide(replace(SURE, **changed), LINES) == verdict


@given(st.floats(0, 1), st.floats(0, 1), st.booleans(), st.integers(0, 20), st.floats(0.01, 0.99))
def test_nothing_below_the_line_is_answered(
    confidence: float, gap: float, clarified: bool, words: int, line: float
) -> None:
    verdict = decide(Standing(confidence, gap, clarified, words), Thresholds(answer=line, near=line / 2))
    assert (verdict == "answer") == (confidence >= line)
    assert not (clarified and verdict == "clarify")


signs = st.builds(Signs, *[st.floats(-1, 1)] * len(Signs().values()))


@given(signs, st.floats(-20, 20))
def test_confidence_is_a_probability(given_signs: Signs, intercept: float) -> None:
    calibrator = Calibrator(tuple(range(len(given_signs.values()))), intercept)
    assert 0 <= calibrator.probability(given_signs) <= 1


def test_confidence_is_the_logistic_of_the_weighted_signs() -> None:
    one = Signs(dense=1.0)
    weights = tuple(2.0 if value else 0.0 for value in one.values())
    assert Calibrator(weights, -1.0).probability(one) == pytest.approx(1 / (1 + math.exp(-1)))


def passage(key: str, text: str, score: float) -> Passage:
    of = article(key, text)
    return Passage(of, Chunk(key, of.key, 0, text), score, score, score)


def test_signs_say_how_far_the_best_stands_out() -> None:
    weights = {"refund": 2.0, "zebra": 3.0, "course": 1.0}
    clear = signs_of(Found((passage("a", "refund of a course", 0.9), passage("b", "x", 0.2)), (), weights), "en")
    tied = signs_of(Found((passage("a", "refund of a course", 0.9), passage("b", "x", 0.9)), (), weights), "en")
    assert clear.gap > tied.gap == 0
    assert clear.covered == pytest.approx(0.5)
    assert signs_of(Found((), (), weights), "en") == Signs()


def test_a_stricter_target_never_lowers_the_line() -> None:
    prior = load_prior()
    lines = [prior.thresholds(rate).answer for rate in (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.001)]
    assert lines == sorted(lines)
    assert 0 < lines[0] <= lines[-1] <= 1


def test_the_line_is_that_of_the_largest_rate_not_above_the_target() -> None:
    prior = Prior(Calibrator((), 0.0), ((0.05, 0.9), (0.1, 0.7), (0.2, 0.4)), near=0.1)
    lines = {rate: prior.thresholds(rate).answer for rate in (0.01, 0.05, 0.07, 0.1, 0.15, 0.9)}
    assert lines == {0.01: 0.9, 0.05: 0.9, 0.07: 0.9, 0.1: 0.7, 0.15: 0.7, 0.9: 0.4}
    assert prior.thresholds(0.1).near == 0.1
