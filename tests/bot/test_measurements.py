"""What was measured is read beside the version: by a running bot at once, and only where it still applies."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.measurements import FILE, Measurements
from bot.assistant import Assistant
from bot.calibration import Labelled
from bot.confidence import Calibrator
from bot.decision import Thresholds
from bot.errors import NotReady
from bot.models import Answer, Question

LABELS = [Labelled(0.9, right=True)] * 80 + [Labelled(0.1, right=False)] * 20


@pytest.fixture
def measurements(tmp_path: Path, assistant: Assistant) -> Iterator[Measurements]:
    (tmp_path / "1").mkdir()
    yield Measurements(lambda version: tmp_path / str(version), assistant.calibrator, 0.1)


def test_nothing_is_measured_until_it_is(measurements: Measurements) -> None:
    assert measurements(1) is measurements(2) is None
    assert measurements.labels(1) == ()
    assert measurements.run(1) == ""


def test_it_comes_back_as_it_was_kept(measurements: Measurements) -> None:
    measurements.keep(1, "run-1", LABELS)
    assert measurements.labels(1) == tuple(LABELS)
    assert measurements.run(1) == "run-1"
    measured = measurements(1)
    assert measured is not None
    assert measured.status == "measured(100)"


def test_a_second_measurement_takes_the_place_of_the_first(measurements: Measurements) -> None:
    measurements.keep(1, "run-1", LABELS)
    assert measurements(1) is measurements(1) is not None
    measurements.keep(1, "run-2", LABELS[:5])
    assert measurements(1) is None


def test_another_calibrator_makes_it_an_estimate_again(measurements: Measurements, tmp_path: Path) -> None:
    measurements.keep(1, "run-1", LABELS)
    other = Measurements(lambda version: tmp_path / str(version), Calibrator((1.0,) * 4, 0.0), 0.1)
    assert other(1) is None
    assert other.run(1) == ""


@pytest.mark.parametrize("content", ["", "[]", '{"labels": []}', "\x00"])
def test_a_damaged_file_says_what_to_do(measurements: Measurements, tmp_path: Path, content: str) -> None:
    (tmp_path / "1" / FILE).write_text(content)
    with pytest.raises(NotReady, match="measure again"):
        measurements.labels(1)


def test_a_running_bot_takes_it_over(measurements: Measurements, assistant: Assistant) -> None:
    bot = replace(assistant, measured=measurements)
    question = Question("How do I get a refund for a course I bought?")
    before = bot.answer(question).evidence
    assert before.calibration == "estimated"
    measurements.keep(1, "run-1", [Labelled(max(0.01, (before.confidence or 0) - 0.05), right=True)] * 60)
    outcome = bot.answer(question)
    assert outcome.evidence.calibration == "measured(60)"
    assert (outcome.evidence.confidence or 0) >= (before.confidence or 0)
    assert isinstance(outcome, Answer)


def test_a_stricter_line_is_kept_to(measurements: Measurements, assistant: Assistant) -> None:
    generous = replace(assistant, thresholds=Thresholds(answer=0.0, near=0.0), measured=measurements)
    question = Question("what is the capital of France")
    assert isinstance(generous.answer(question), Answer)
    measurements.keep(1, "run-1", LABELS)
    outcome = generous.answer(question)
    assert not isinstance(outcome, Answer)
    assert outcome.evidence.calibration == "measured(100)"
