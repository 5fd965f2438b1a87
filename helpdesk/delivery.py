"""What is delivered to a desk that the team already uses, and what such a desk promises."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.errors import FirstlineError
from helpdesk.models import Identity, Message, OutboxRow, Ticket

BUILT_IN = "desk"
"""The connector of the desk that Firstline brings along: its tickets are already where they belong."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the outbox with all that a desk needs to act on it, read when it is delivered."""

    row: OutboxRow
    ticket: Ticket
    turns: tuple[Message, ...]
    """Of `ticket_created`: the transcript up to the handoff. Of `turn_added` and `reply_mailed`: that turn. Else
    nothing."""
    identity: Identity | None = None
    """What the host vouched for, where the learner is signed in."""

    @property
    def key(self) -> str:
        """The same for every attempt at this delivery, and for no other."""
        return self.row.id


class DeliveryFailed(FirstlineError):
    """It may work later: the desk is down, slow, or asks to wait. What became of the attempt may be unknown."""

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class DeliveryRefused(FirstlineError):
    """Trying again changes nothing until somebody mends the settings or the row: it goes to the dead letters."""


class TicketDesk(Protocol):
    """One desk. Calls come from several threads; those of one ticket never at the same time, and in order.

    After `DeliveryFailed`, or when the process died, the same delivery comes again: it must be recognised by
    `ticket.external_id` and `delivery.key`, so that out there is one ticket and each turn once. A call ends within
    `longest` whatever the other side does. Errors are `DeliveryFailed` or `DeliveryRefused`; their text names no
    learner and no secret.
    """

    @property
    def longest(self) -> timedelta: ...

    def create(self, delivery: Delivery) -> str:
        """Make the ticket, or find the one that an earlier attempt made; its id over there."""
        ...

    def update(self, delivery: Delivery, remote_id: str) -> None:
        """Tell the ticket `remote_id` what came later: a turn, contact, a change of status or priority.
        `reply_mailed` comes to mailers alone and tells the learner; then there may be no `remote_id` (empty)."""
        ...
