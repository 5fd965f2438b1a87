"""Labelled questions prove a line, or they do not; confidence is corrected by them."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calibration import (
    DELTA,
    LINES,
    Labelled,
    fewest,
    kept_line,
    lines_of,
    measure,
    missing,
    tail,
    upper_bound,
)
from bot.decision import Thresholds


def labels(count: int, wrong: int, confidence: float = 0.9) -> list[Labelled]:
    return [Labelled(confidence, at >= wrong) for at in range(count)]


def drawn(count: int, seed: int, honest: float = 1.0) -> list[Labelled]:
    """Questions whose first article is right with probability confidence ** honest."""
    chance = random.Random(seed)
    sure = [chance.random() for _ in range(count)]
    return [Labelled(each, chance.random() < each**honest) for each in sure]


def binomial(wrong: int, answered: int, target: float) -> float:
    return sum(math.comb(answered, k) * target**k * (1 - target) ** (answered - k) for k in range(wrong + 1))


@given(st.integers(1, 60), st.data(), st.floats(0.01, 0.99))
def test_the_tail_is_the_binomial_one(answered: int, data: st.DataObject, target: float) -> None:
    wrong = data.draw(st.integers(0, answered))
    assert tail(wrong, answered, target) == pytest.approx(binomial(wrong, answered, target), abs=1e-9)


@pytest.mark.parametrize(("target", "answers"), [(0.1, 22), (0.05, 45), (0.02, 114)])
def test_without_a_wrong_answer_so_many_are_enough(target: float, answers: int) -> None:
    assert fewest(target) == answers
    assert kept_line(labels(answers, 0), target)
    assert kept_line(labels(answers - 1, 0), target) is None
    assert missing(labels(answers, 0), target) == 0
    assert missing(labels(answers - 5, 0), target) == 5


def test_the_line_is_the_most_generous_one_that_passes() -> None:
    mixed = [*labels(60, 0, 0.95), *labels(60, 30, 0.5)]
    kept = kept_line(mixed, 0.1)
    assert kept is not None
    assert 0.5 < kept.confidence <= 0.95
    assert (kept.answered, kept.wrong) == (60, 0)


def test_where_the_surest_are_wrong_nothing_is_proved() -> None:
    upside_down = [*labels(60, 30, 0.95), *labels(200, 0, 0.5)]
    assert kept_line(upside_down, 0.1) is None
    assert measure(upside_down, 0.1) is None
    assert missing(labels(100, 50), 0.1) is None


def test_a_target_is_broken_no_more_often_than_stated() -> None:
    """Where confidence is the chance of being right, the true risk from a line on is (1 - line) / 2."""
    broken = 0
    for seed in range(200):
        line = kept_line(drawn(300, seed), 0.1)
        broken += line is not None and (1 - line.confidence) / 2 > 0.1
    assert broken / 200 <= DELTA + 0.05


@given(st.integers(0, 40), st.integers(1, 40))
def test_the_upper_bound_is_where_the_counts_become_too_unlikely(wrong: int, right: int) -> None:
    bound = upper_bound(wrong, wrong + right)
    assert wrong / (wrong + right) < bound < 1
    assert tail(wrong, wrong + right, bound) == pytest.approx(DELTA, abs=1e-3)


def test_nothing_answered_bounds_nothing() -> None:
    assert upper_bound(0, 0) == upper_bound(3, 3) == 1.0


def test_lines_run_from_strict_to_generous() -> None:
    lines = lines_of(drawn(100, seed=1))
    assert [line.confidence for line in lines] == sorted(LINES, reverse=True)
    assert [line.answered for line in lines] == sorted(line.answered for line in lines)
    assert all(line.wrong <= line.answered for line in lines)


def test_confidence_that_says_too_much_is_corrected() -> None:
    boasting = drawn(2000, seed=2, honest=3.0)
    measured = measure(boasting, 0.3)
    assert measured is not None
    assert measured.status == "measured(2000)"
    sure = [(measured.probability(each.confidence), each.right) for each in boasting if 0.5 < each.confidence < 0.7]
    share = sum(right for _, right in sure) / len(sure)
    assert sum(p for p, _ in sure) / len(sure) == pytest.approx(share, abs=0.06)


@pytest.mark.parametrize("sure", [0.5, 0.9, 0.9999, 1.0])
def test_questions_that_confidence_tells_apart_completely_are_no_trouble(sure: float) -> None:
    measured = measure([*labels(60, 0, sure), *labels(60, 60, 0.4)], 0.1)
    assert measured is not None
    assert 0 <= measured.probability(0.0) < measured.probability(0.4) < 0.5 < measured.probability(sure) <= 1


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_correction_keeps_the_order(one: float, other: float) -> None:
    measured = measure(drawn(300, seed=3), 0.2)
    assert measured is not None
    low, high = sorted((one, other))
    assert 0 <= measured.probability(low) <= measured.probability(high) <= 1


def test_the_measured_line_takes_the_place_of_the_estimated_one() -> None:
    measured = measure(drawn(500, seed=4), 0.2)
    assert measured is not None
    lines = measured.thresholds(Thresholds(answer=0.99, near=0.95))
    assert lines.answer == measured.probability(measured.line.confidence)
    assert lines.near <= lines.answer
