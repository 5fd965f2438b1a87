"""Decisions, by a table of scores; confidence as a number."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.background import Background, Space
from bot.confidence import COVERED_USUALLY, Calibrator, Signs, covered, signs_of
from bot.decision import Standing, Thresholds, Verdict, decide
from bot.models import Chunk, Passage
from bot.prior import Prior, load_prior
from bot.retrieval import Found
from tests.ingestion.corpora import article

LINES = Thresholds(answer=0.6, near=0.2, competing=0.2, vague=2.0)
SURE = Standing(confidence=0.9, gap=0.5, said=8.0, words=4, follows=False, just_clarified=False, missed=False)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "answer"),
        ({"confidence": 0.6}, "answer"),
        ({"confidence": 0.59}, "low_confidence"),
        ({"confidence": 0.2}, "low_confidence"),
        ({"confidence": 0.19}, "out_of_scope"),
        ({"confidence": 0.0}, "out_of_scope"),
        ({"confidence": 0.9, "gap": 0.1}, "answer"),
        ({"confidence": 0.9, "gap": 0.1, "said": 1.5}, "clarify"),
        ({"confidence": 0.9, "gap": 0.1, "said": 1.6}, "answer"),
        ({"confidence": 0.9, "gap": 0.1, "said": 1.5, "words": 5}, "answer"),
        ({"confidence": 0.99, "gap": 0.1, "said": 1.0}, "answer"),
        ({"confidence": 0.9, "gap": 0.3, "said": 1.0}, "answer"),
        ({"confidence": 0.9, "gap": 0.1, "said": 1.0, "follows": True}, "answer"),
        ({"confidence": 0.9, "gap": 0.1, "said": 1.0, "just_clarified": True}, "answer"),
        ({"confidence": 0.4, "gap": 0.5, "said": 1.0}, "clarify"),
        ({"confidence": 0.4, "gap": 0.5, "said": 1.0, "follows": True}, "clarify"),
        ({"confidence": 0.4, "gap": 0.5, "said": 2.0, "words": 6}, "clarify"),
        ({"confidence": 0.4, "gap": 0.5, "said": 2.0, "words": 7}, "low_confidence"),
        ({"confidence": 0.5, "gap": 0.2}, "clarify"),
        ({"confidence": 0.5, "gap": 0.21}, "low_confidence"),
        ({"confidence": 0.49, "gap": 0.0}, "low_confidence"),
        ({"confidence": 0.5, "gap": 0.0, "just_clarified": True}, "low_confidence"),
        ({"confidence": 0.5, "gap": 0.0, "missed": True}, "not_helped"),
        ({"confidence": 0.4, "said": 1.0, "just_clarified": True}, "low_confidence"),
        ({"confidence": 0.1, "gap": 0.0, "said": 1.0}, "out_of_scope"),
        ({"missed": True}, "not_helped"),
        ({"missed": True, "confidence": 0.1}, "out_of_scope"),
    ],
)
def test_decisions(changed: dict[str, float], verdict: Verdict) -> None:
    assert decide(replace(SURE, **changed), LINES) == verdict


standings = st.builds(
    Standing, st.floats(0, 1), st.floats(0, 1), st.floats(0, 20), st.floats(0, 20), *[st.booleans()] * 3
)


@given(standings, st.floats(0.01, 0.99))
def test_nothing_below_the_line_or_from_what_did_not_help_is_answered(standing: Standing, line: float) -> None:
    verdict = decide(standing, Thresholds(answer=line, near=line / 2))
    assert verdict != "answer" or (standing.confidence >= line and not standing.missed)
    assert not (standing.just_clarified and verdict == "clarify")


signs = st.builds(Signs, *[st.floats(-1, 1)] * len(Signs().values()))


@given(signs, st.floats(-20, 20))
def test_confidence_is_a_probability(given_signs: Signs, intercept: float) -> None:
    calibrator = Calibrator(tuple(range(len(given_signs.values()))), intercept)
    assert 0 <= calibrator.probability(given_signs) <= 1


def test_confidence_is_the_logistic_of_the_weighted_signs() -> None:
    one = Signs(lead=1.0)
    weights = tuple(2.0 if value else 0.0 for value in one.values())
    assert Calibrator(weights, -1.0).probability(one) == pytest.approx(1 / (1 + math.exp(-1)))


def passage(key: str, text: str, score: float) -> Passage:
    of = article(key, text)
    return Passage(of, Chunk(key, of.key, 0, text), score, score, score)


def search(*scores: float) -> Found:
    """Articles a, b, c, … with these scores; a alone has two of the question's three terms."""
    texts = ["refund of a course", *["x"] * (len(scores) - 1)]
    found = [passage(key, text, score) for key, text, score in zip("abcdefghijk", texts, scores, strict=False)]
    return Found(tuple(found), (), {"refund": 2.0, "zebra": 3.0, "course": 1.0})


def test_signs_say_how_far_the_best_stands_out() -> None:
    clear, tied = (signs_of(search(0.9, next_best), "en", Background()) for next_best in (0.2, 0.9))
    assert clear.gap == clear.lead > tied.gap == tied.lead == 0
    assert clear.spread > tied.spread
    assert clear.covered == pytest.approx(0.5)
    assert signs_of(search(), "en", Background()) == Signs()
    assert signs_of(search(), "es", Background()) == Signs(shared_space=1.0)


def test_words_tell_nothing_across_languages_or_in_chinese() -> None:
    for language in ("es", "zh"):
        assert signs_of(search(0.9, 0.2), language, Background()).covered == COVERED_USUALLY
    spanish = passage("a", "refund of a course", 0.9)
    own = replace(spanish, article=replace(spanish.article, locale="es"))
    found = replace(search(0.9), passages=(own,))
    assert signs_of(found, "es", Background()).covered == covered(found) == pytest.approx(0.5)
    assert signs_of(found, "en", Background()).covered == COVERED_USUALLY
    chinese = replace(found, passages=(replace(own, article=replace(own.article, locale="zh")),))
    assert signs_of(chinese, "zh", Background()).covered == COVERED_USUALLY


def test_signs_are_read_by_what_scores_mean_in_the_help_center() -> None:
    easy, hard = Space(own=0.6, stranger=0.2), Space(own=0.9, stranger=0.7)
    there = Background(english=easy, shared=hard)
    assert signs_of(search(0.6, 0.2), "en", there).level == pytest.approx(1.0)
    assert signs_of(search(0.6, 0.2), "es", there).level == pytest.approx(-0.5)


def test_an_article_that_draws_many_questions_must_stand_out_more() -> None:
    crowded = Background(english=Space(usual=0.3, draws={"a": 0.5}))
    plain, drawn = (signs_of(search(0.6, 0.5), "en", known) for known in (Background(), crowded))
    assert drawn.lead == pytest.approx(plain.lead - (0.5 - 0.3) / 2)
    assert (drawn.gap, drawn.spread) == (plain.gap, plain.spread)


def test_own_and_stranger_too_close_are_not_believed() -> None:
    assert Space(own=0.5, stranger=0.5).level(0.6) == pytest.approx(2.0)


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
