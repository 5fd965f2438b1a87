"""The prior: learned from some corpora, judged on another; and what each way of choosing a line promises."""

import json
from pathlib import Path

import numpy as np
import pytest

from bot.calibration import fewest
from bot.confidence import Signs
from evals.promise import METHODS, SPLITS, TARGETS, measured_ece, promises, try_out
from evals.training.observing import Floats, Marks, Observed, outside_questions
from evals.training.prior import (
    ERROR_RATES,
    HELD_BY,
    Judged,
    left_out,
    line_for,
    shared_line,
    train,
    without_background,
)
from evals.training.report import ece, report

SIGNS = len(Signs().values())


def part(corpus: str, *, shared: bool = False, made: bool = False, n: int = 200, seed: int = 0) -> Observed:
    """The more the signs, the likelier right; the last tenth comes from outside and is never right."""
    random = np.random.default_rng([seed, len(corpus), shared])
    signs = random.normal(size=(n, SIGNS))
    outside = np.arange(n) >= n * 9 // 10
    right = (random.random(n) < 1 / (1 + np.exp(-2 * signs.sum(axis=1)))) & ~outside
    settled = right | (random.random(n) < 0.3) & ~outside
    return Observed(corpus, Path(corpus), shared, made, signs, signs[::-1], signs[:, 0], right, settled, outside)


PARTS = [part("a"), part("bb"), part("ccc"), part("a", shared=True, made=True), part("bb", shared=True)]


def certain(n: int, wrong: int) -> tuple[Floats, Marks]:
    """The surest are right; as many as said are wrong, least sure."""
    return np.linspace(1, 0, n), np.arange(n) < n - wrong


def test_a_corpus_is_judged_by_the_others_alone() -> None:
    judged = left_out(PARTS)
    assert [each.part for each in judged] == [*PARTS[:3], PARTS[4]]
    changed = part("a", seed=9)
    again = left_out([changed, *PARTS[1:]])
    assert np.allclose(again[0].probability, judged[0].probability) == np.allclose(changed.signs, PARTS[0].signs)
    assert not np.allclose(again[1].probability, judged[1].probability)
    assert left_out([part("a")]) == []


def test_too_few_right_ones_are_no_measure() -> None:
    assert left_out([part("a"), part("bb", n=12)]) == []


def test_the_prior_holds_what_the_bot_reads() -> None:
    prior = train(PARTS, left_out(PARTS))
    assert len(prior["weights"]) == len(prior["shared"]["weights"]) == SIGNS
    assert [rate for rate, _ in prior["by_error_rate"]] == list(ERROR_RATES)
    lines = [line for _, line in prior["by_error_rate"]]
    assert lines == sorted(lines, reverse=True)
    assert min(prior["weights"]) > 0
    assert 0 < prior["near"] < 1


def test_a_line_keeps_its_error_rate_where_it_was_found() -> None:
    confidence, right = certain(100, wrong=10)
    line = line_for(confidence, right, 0.05)
    assert (~right[confidence >= line]).mean() <= 0.05
    assert (~right[confidence >= line - 0.02]).mean() > 0.05
    assert line_for(confidence, ~right, 0.05) == 1.0


def test_the_shared_line_is_held_by_most_english_parts() -> None:
    judged = left_out(PARTS)
    english = [each for each in judged if not each.part.shared]
    held = [each.line(0.2) <= shared_line(judged, 0.2) for each in english]
    assert sum(held) / len(held) >= HELD_BY - 1 / len(held)
    assert shared_line([], 0.2) == 1.0


def test_the_report_names_every_part_and_target() -> None:
    lines = report(left_out(PARTS), left_out(without_background(PARTS)))
    assert len(lines) == 1 + 4 * (1 + len(ERROR_RATES))
    assert "bb shared space n=180" in "\n".join(lines)


def test_the_calibration_error_is_that_of_the_bins() -> None:
    assert ece(np.array([0.95, 0.95, 0.05, 0.05]), np.array([True, True, False, False])) == pytest.approx(0.05)
    assert ece(np.array([0.95] * 4), np.array([False] * 4)) == pytest.approx(0.95)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("target", TARGETS)
def test_where_nothing_is_wrong_every_promise_holds(method: str, target: float) -> None:
    confidence, right = certain(400, wrong=0)
    found = try_out(confidence, right, method, target)
    assert found.held == 1.0
    assert found.silent == 0.0
    assert found.coverage > 0.5


def test_learn_then_test_is_silent_where_questions_are_too_few() -> None:
    confidence, right = certain(2 * fewest(0.1) - 2, wrong=0)
    found = try_out(confidence, right, "learn-then-test", 0.1)
    assert (found.silent, found.coverage) == (1.0, 0.0)
    assert np.isnan(found.wrong)


def test_conformal_risk_control_bounds_the_wrong_per_question_on_average() -> None:
    each = Judged(part("a", n=600), np.random.default_rng(1).random(600))
    for target in TARGETS:
        found = try_out(each.probability, each.part.right, "conformal risk control", target)
        assert found.wrong_per_question <= target + 0.01


def test_boasting_is_measured_away() -> None:
    random = np.random.default_rng(5)
    confidence = random.uniform(0.01, 0.99, 1000)
    right = random.random(1000) < confidence**3
    assert measured_ece(confidence, right) < ece(confidence, right) / 2


def test_every_set_method_and_target_has_its_line() -> None:
    judged = left_out(PARTS)
    lines = promises(judged)
    assert str(SPLITS) in lines[0]
    assert len(lines) == 2 + len(judged) * (1 + len(METHODS) * len(TARGETS))


def test_questions_from_outside_are_those_marked_so(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    rows = [{"text": "a", "intent": "oos"}, {"text": "b", "intent": "refund"}]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    assert outside_questions(file) == ["a"]
