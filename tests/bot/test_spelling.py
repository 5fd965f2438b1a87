"""Misspelled words are put right by the words of the help center, and by no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.snapshot import Snapshot
from bot.keywords import KeywordIndex, terms
from bot.models import Audience
from bot.spelling import corrected

TEXTS = ("reset your password again", "receive a refund of the subscription", "password of a video")
INDEX = KeywordIndex([terms(text) for text in TEXTS])


def never(_word: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("forgot my pasword", "forgot my password"),
        ("Pasword agian?", "password again?"),
        ("i recieve no refnud", "i receive no refund"),
        ("subscriptin", "subscription"),
        ("passwords and videos", "passwords and videos"),
        ("the vido", "the vido"),
        ("XQZ_pasword pasword77", "XQZ_pasword pasword77"),
        ("contraseña", "contraseña"),
        ("怎么退款", "怎么退款"),
    ],
)
def test_one_letter_is_put_right(text: str, right: str) -> None:
    assert corrected(text, INDEX, never) == right


def test_a_word_that_is_one_elsewhere_is_left_alone() -> None:
    assert corrected("refunk", INDEX, never) == "refund"
    assert corrected("refunk", INDEX, lambda word: word == "refunk") == "refunk"


@given(st.text(max_size=40))
def test_only_words_of_the_help_center_come_in(text: str) -> None:
    if corrected(text, INDEX, lambda _: True) != text:
        raise AssertionError(text)


def test_a_misspelled_question_becomes_the_right_one(library: Snapshot) -> None:
    index, _ = library.keywords(Audience.LEARNER)
    assert corrected("refnud of my subscriptoin", index, never) == "refund of my subscription"
