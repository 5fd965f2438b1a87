"""What becomes of a delivery that failed. Pure, but for the dice that it is given."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpdesk.delivery import DeliveryFailed, DeliveryRefused
from helpdesk.models import OutboxRow

FEWEST = 20
"""Attempts before a row may be given up, however old it is: it may have waited behind another."""
LONGEST_ASKED = timedelta(hours=1)
"""A desk that asks to wait longer (a slip, a clock that is wrong) is asked again after this."""
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a delivery is tried."""

    longest: timedelta = timedelta(minutes=10)
    """Between two attempts."""
    give_up: timedelta = timedelta(days=1)
    """Age from which a row that has failed FEWEST times is a dead letter."""


def after(
    row: OutboxRow,
    error: DeliveryFailed | DeliveryRefused,
    now: datetime,
    patience: Patience,
    dice: Callable[[], float],
) -> OutboxRow:
    """The row with its next attempt, or dead. `dice` gives numbers from 0 to 1; `row.attempts` counts this one."""
    reason = str(error)[:LONGEST_REASON]
    spent = row.attempts >= FEWEST and now - row.created_at >= patience.give_up
    if isinstance(error, DeliveryRefused) or spent:
        return replace(row, state="dead", error=reason, done_at=now)
    wait = max(backoff(row.attempts, patience.longest, dice()), asked_to_wait(error))
    return replace(row, next_at=now + wait, error=reason)


def backoff(attempts: int, longest: timedelta, roll: float) -> timedelta:
    """Exponential with full jitter: anything up to 1, 2, 4 ... seconds, so that what failed together does not return
    together (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015)."""
    return min(timedelta(seconds=2.0 ** min(attempts - 1, 30)), longest) * roll


def asked_to_wait(error: DeliveryFailed | DeliveryRefused) -> timedelta:
    """What the desk asked for, within reason."""
    asked = error.retry_after if isinstance(error, DeliveryFailed) else None
    return min(max(asked or timedelta(), timedelta()), LONGEST_ASKED)
