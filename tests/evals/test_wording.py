"""`evals.wording` and `evals.likeness`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.likeness import alike
from evals.wording import fold, states


@pytest.mark.parametrize(
    ("text", "fact", "expected"),
    [
        ("You have 14 days.", "14 days", True),
        ("You have 14\n days.", "14 DAYS", True),
        ("You have 14 days.", "4 days", False),
        ("You have 14 days, or 4 days.", "4 days", True),
        ("It costs 1,500 dollars.", "500 dollars", False),
        ("It costs 1.5 dollars.", "5 dollars", False),
        ("It costs $1.", "$1", True),
        ("It costs $1.50.", "$1", False),
        ("It costs $10.", "$1", False),
        ("We don’t", "don't", True),
        ("3 次", "3 次|三次", True),
        ("共三次", "3 次|三次", True),
        ("anything", "|", False),
    ],
)
def test_states(text: str, fact: str, expected: bool) -> None:
    assert states(fold(text), fact) is expected


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)).split() == fold(text).split()


def test_alike() -> None:
    left = ["How do I return a course?", "hi"]
    right = ["how do i return a course", "Where is my certificate?", "HI!", "how do I return a curse"]
    assert list(alike(left, right)) == [(0, 0), (0, 3), (1, 2)]
    assert list(alike([], right)) == []
    assert list(alike(left, [])) == []
