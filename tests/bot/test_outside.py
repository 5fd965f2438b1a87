"""What the help center does not talk about is not answered, and then nothing is cited."""

from dataclasses import replace

import pytest

from bot.assistant import Assistant
from bot.models import Answer
from bot.prior import load_prior
from bot.settings import Settings
from evals.cases import golden_cases

FAR = [case for case in golden_cases() if case.kind == "oos_far"]


def test_there_are_questions_enough_in_three_languages() -> None:
    assert len(FAR) >= 200
    assert {case.language for case in FAR} == {"en", "es", "zh"}


@pytest.mark.parametrize("target", [0.05, 0.1, Settings.model_fields["target_error_rate"].default])
def test_of_questions_from_elsewhere_at_least_95_in_100_are_not_answered(assistant: Assistant, target: float) -> None:
    bot = replace(assistant, thresholds=load_prior().thresholds(target))
    outcomes = [bot.answer(case.question) for case in FAR]
    answered = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
    assert len(answered) / len(FAR) <= 0.05
    assert not any(getattr(outcome, "citations", ()) for outcome in outcomes if not isinstance(outcome, Answer))
