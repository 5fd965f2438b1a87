"""Password hashes."""

import pytest

from storage.passwords import DEFAULT_COST, hash_password, password_matches


def test_a_hash_matches_its_password_alone() -> None:
    stored = hash_password("correct horse", 16)
    assert password_matches("correct horse", stored)
    assert not password_matches("correct horse ", stored)
    assert not password_matches("", stored)


def test_two_hashes_of_one_password_differ() -> None:
    assert hash_password("correct horse", 16) != hash_password("correct horse", 16)


@pytest.mark.parametrize("cost", [16, DEFAULT_COST])
def test_the_cost_is_written_into_the_hash(cost: int) -> None:
    stored = hash_password("马 \ud800", cost)
    assert stored.startswith(f"scrypt${cost}$")
    assert password_matches("马 \ud800", stored)
