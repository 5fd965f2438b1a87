"""Whatever people type can be stored and quoted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput
from helpdesk.texts import clean, excerpt, request_id

ANYTHING = st.text(st.characters(exclude_categories=()))


@given(ANYTHING)
def test_clean_text_fits_any_database_and_cleaning_again_changes_nothing(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert clean(cleaned) == cleaned


@given(ANYTHING, st.integers(1, 50))
def test_an_excerpt_is_a_short_substring(text: str, longest: int) -> None:
    short = excerpt(text, longest)
    assert short in text
    assert len(short) <= longest
    assert bool(short) == bool(text.strip())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" short ", "short"),
        ("exactly ten", "exactly"),
        ("twenty characters in", "twenty"),
        ("退款需要多长时间才能到账呢", "退款需要多长时间才能"),
        ("unbreakableword", "unbreakabl"),
        ("ten chars. and more", "ten chars."),
    ],
)
def test_excerpts_end_between_words(text: str, expected: str) -> None:
    assert excerpt(text, 10) == expected


def test_request_ids_are_bounded() -> None:
    assert request_id(" k1 ", "client_message_id") == "k1"
    for bad in ("", "  ", "\x00", "k" * 201):
        with pytest.raises(BadInput, match="client_message_id has 1 to 200 characters"):
            request_id(bad, "client_message_id")
