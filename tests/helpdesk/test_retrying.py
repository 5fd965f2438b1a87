"""When a delivery that failed is tried again, and when it is given up."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from helpdesk.delivery import DeliveryFailed, DeliveryRefused
from helpdesk.models import OutboxRow
from helpdesk.retrying import FEWEST, Patience, after, backoff
from tests.helpdesk.scripted import NOON

ROW = OutboxRow("row", 1001, "ticket_created", "desk", {}, NOON, attempts=1)
PATIENCE = Patience(longest=timedelta(minutes=10), give_up=timedelta(days=1))


def failed(row: OutboxRow, now: datetime = NOON, *, asked: timedelta | None = None, roll: float = 1.0) -> OutboxRow:
    return after(row, DeliveryFailed("it is down", asked), now, PATIENCE, lambda: roll)


def test_a_failure_is_tried_again_later_with_its_reason() -> None:
    row = failed(ROW)
    assert (row.state, row.next_at, row.error) == ("pending", NOON + timedelta(seconds=1), "it is down")


@pytest.mark.parametrize(
    ("attempts", "roll", "seconds"),
    [(1, 1, 1), (2, 1, 2), (5, 1, 16), (5, 0.25, 4), (5, 0, 0), (11, 1, 600), (10_000, 1, 600), (10_000, 0.5, 300)],
)
def test_waits_double_up_to_the_ceiling_and_are_spread(attempts: int, roll: float, seconds: float) -> None:
    assert backoff(attempts, PATIENCE.longest, roll) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("asked", "seconds"), [(None, 1), (30, 30), (0, 1), (-5, 1), (7200, 3600)], ids=str)
def test_a_desk_that_asks_to_wait_is_given_the_time_within_reason(asked: int | None, seconds: int) -> None:
    wish = None if asked is None else timedelta(seconds=asked)
    assert failed(ROW, asked=wish).next_at == NOON + timedelta(seconds=seconds)


def test_a_refusal_is_a_dead_letter_at_once() -> None:
    row = after(ROW, DeliveryRefused("it answered 422"), NOON, PATIENCE, lambda: 1)
    assert (row.state, row.error, row.done_at) == ("dead", "it answered 422", NOON)


@pytest.mark.parametrize(
    ("attempts", "age", "state"),
    [
        (FEWEST, timedelta(days=1), "dead"),
        (FEWEST, timedelta(hours=23), "pending"),
        (FEWEST - 1, timedelta(days=30), "pending"),
    ],
)
def test_given_up_is_only_what_failed_often_and_for_long(attempts: int, age: timedelta, state: str) -> None:
    assert failed(replace(ROW, attempts=attempts), NOON + age).state == state


def test_a_reason_is_bounded() -> None:
    row = after(ROW, DeliveryFailed("x" * 5000), NOON, PATIENCE, lambda: 1)
    assert row.error == "x" * 300
