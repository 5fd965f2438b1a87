"""Tokens, turns and routes."""

import threading

import pytest

from bot.models import Audience, Department, Priority
from helpdesk.routing import Route, more_urgent, route
from helpdesk.tokens import hash_token, new_token, token_matches
from helpdesk.turns import Turns


def test_tokens_are_long_and_never_the_same() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {43}


def test_a_token_matches_its_own_hash_alone() -> None:
    token = new_token()
    assert token_matches(token, hash_token(token))
    assert not token_matches(new_token(), hash_token(token))
    assert not token_matches(token, None)
    assert not token_matches("", None)
    assert not token_matches("é\ud800", hash_token(token))
    assert len(hash_token(token)) == 64


def test_turns_are_taken_one_at_a_time_by_key() -> None:
    turns, inside, most = Turns(), 0, 0
    guard = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        for _ in range(50):
            with turns.take("a"):
                with guard:
                    inside += 1
                    most = max(most, inside)
                with guard:
                    inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert len(turns) == 0


def test_other_keys_do_not_wait_and_failures_leave_nothing() -> None:
    turns = Turns()
    with turns.take("a"), turns.take("b"):
        assert len(turns) == 2
    with pytest.raises(KeyError), turns.take("a"):
        raise KeyError
    assert len(turns) == 0


@pytest.mark.parametrize(
    ("category", "audience", "expected"),
    [
        ("refund_dispute", Audience.LEARNER, Route(Department.BILLING, Priority.HIGH)),
        ("Known problems", Audience.LEARNER, Route(Department.TECHNICAL, Priority.MEDIUM)),
        ("sign-in", Audience.PARTNER, Route(Department.PARTNER_SUPPORT, Priority.MEDIUM)),
        ("harassment", Audience.PARTNER, Route(Department.TRUST_SAFETY, Priority.HIGH)),
        ("out_of_scope", Audience.LEARNER, Route(Department.LEARNER_SUPPORT, Priority.LOW)),
        ("never heard of", Audience.LEARNER, Route(Department.LEARNER_SUPPORT, Priority.MEDIUM)),
        ("never heard of", Audience.INTERNAL, Route(Department.PARTNER_SUPPORT, Priority.MEDIUM)),
    ],
)
def test_routes(category: str, audience: Audience, expected: Route) -> None:
    assert route(category, audience) == expected


@pytest.mark.parametrize("one", Priority)
@pytest.mark.parametrize("other", Priority)
def test_the_more_urgent_wins(one: Priority, other: Priority) -> None:
    assert more_urgent(one, other) is more_urgent(other, one)
    assert more_urgent(one, Priority.HIGH) is Priority.HIGH
    assert more_urgent(one, Priority.LOW) is one
