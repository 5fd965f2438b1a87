"""Addresses of sources in what leaves the house."""

import pytest

from helpdesk.links import reachable
from helpdesk.models import Message
from helpdesk.outcomes import outcome_json
from tests.helpdesk.scripted import NOON, answer


def turn(url: str | None) -> Message:
    outcome = None if url is None else outcome_json(answer(), "m1", None)
    if outcome is not None:
        outcome["citations"][0]["url"] = url
    return Message("m1", "c1", 1, "bot", "Five days.", NOON, outcome=outcome)


@pytest.mark.parametrize("url", [None, "", "https://b.example/x", "//b.example/x", "guide.html"])
def test_what_is_no_path_of_ours_stays(url: str | None) -> None:
    assert reachable(turn(url), "https://a.example") == turn(url)


def test_a_path_becomes_an_address_and_the_stored_turn_stays_as_it_is() -> None:
    stored = turn("/help/en/refunds")
    assert reachable(stored, "") is stored
    assert reachable(stored, "https://a.example") == turn("https://a.example/help/en/refunds")
    assert stored == turn("/help/en/refunds")
