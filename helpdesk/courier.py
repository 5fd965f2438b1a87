"""One delivery from its claim to what came of it."""

import random
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from helpdesk.clock import Clock, utc_now
from helpdesk.delivery import Delivery, DeliveryFailed, DeliveryRefused, TicketDesk
from helpdesk.links import reachable
from helpdesk.models import OutboxRow
from helpdesk.ports import Store, Work
from helpdesk.retrying import Patience, after

MARGIN = timedelta(seconds=10)
"""A claim outlasts the longest call by this: time to write down what came of it, and for clocks that differ."""

Result = Literal["delivered", "failed", "dead", "erased", "lost"]
Failure = DeliveryFailed | DeliveryRefused


@dataclass(frozen=True, slots=True)
class Claimed:
    row: OutboxRow
    claim: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one. `erased`: the row went while it was being sent, so that the desk has what cannot be erased from
    here. `lost`: the claim had ended before this was written down; the row comes again."""

    row: OutboxRow
    result: Result
    seconds: float
    remote_id: str | None = None
    error: Failure | None = None
    bug: Exception | None = None
    """What the desk's code raised that it should not have."""


class Courier:
    """Claims and delivers one row at a time; safe to call from several threads and processes."""

    def __init__(
        self,
        store: Store,
        desks: Mapping[str, TicketDesk],
        *,
        patience: Patience | None = None,
        public_url: str = "",
        clock: Clock = utc_now,
        dice: Callable[[], float] = random.random,
    ) -> None:
        """`public_url`: what comes before the paths of help pages in what is sent; empty: nothing."""
        self._store = store
        self._desks = desks
        self._patience = patience or Patience()
        self._public_url = public_url
        self._clock = clock
        self._dice = dice

    def claim(self, connector: str) -> Claimed | None:
        """The oldest row that is due to this desk, from now on in these hands alone."""
        now, claim = self._clock(), str(uuid.uuid4())
        with self._store.read() as work:
            if not work.outbox.is_due(connector, now):
                return None  # nothing to do, and no writer was kept waiting for that
        until = now + self._desks[connector].longest + MARGIN
        with self._store.begin() as work:
            row = work.outbox.claim(connector, claim, now, until)
        return None if row is None else Claimed(row, claim)

    def deliver(self, claimed: Claimed) -> Attempt:
        """Send it, outside any transaction, and write down what came of it. Raises what the store raises: then the row
        comes again when the claim has ended."""
        start = time.perf_counter()
        remote_id: str | None = None
        error: Failure | None = None
        bug: Exception | None = None
        try:
            remote_id = self._send(claimed.row)
        except (DeliveryFailed, DeliveryRefused) as problem:
            error = problem
        except Exception as problem:  # noqa: BLE001 - a bug in one desk's code must not stop what is owed to others
            error, bug = DeliveryFailed(f"unforeseen: {type(problem).__name__}"), problem
        seconds = time.perf_counter() - start
        with self._store.begin() as work:
            row, result, error = self._settle(work, claimed, remote_id, error)
        return Attempt(row, result, seconds, remote_id, error, bug)

    def _send(self, row: OutboxRow) -> str | None:
        with self._store.read() as work:
            delivery = read_delivery(work, row, self._public_url)
            remote_id = work.outbox.remote_id(row.ticket_number, row.connector)
        if delivery is None:
            return None
        desk = self._desks[row.connector]
        if row.kind == "ticket_created":
            return desk.create(delivery)
        if row.kind == "reply_mailed":
            desk.update(delivery, remote_id or "")  # to the learner, who needs no ticket over there
            return remote_id
        if remote_id is None:
            raise DeliveryRefused("its ticket was never made at this desk")
        desk.update(delivery, remote_id)
        return remote_id

    def _settle(
        self, work: Work, claimed: Claimed, remote_id: str | None, error: Failure | None
    ) -> tuple[OutboxRow, Result, Failure | None]:
        row, now = claimed.row, self._clock()
        if remote_id is not None and work.outbox.ticket_at(row.connector, remote_id) not in (None, row.ticket_number):
            error = DeliveryRefused(f"the desk gave the id {remote_id[:60]!r}, which another ticket has")
        if error is None:
            settled = replace(row, state="delivered", next_at=None, error=None, done_at=now)
        else:
            settled = after(row, error, now, self._patience, self._dice)
        if not work.outbox.settle(settled, claimed.claim):
            return row, "erased" if work.outbox.get(row.id) is None else "lost", error
        if error is None and remote_id is not None:
            work.outbox.add_remote(row.ticket_number, row.connector, remote_id, now)
        return settled, _RESULTS[settled.state], error


_RESULTS: dict[str, Result] = {"delivered": "delivered", "pending": "failed", "dead": "dead"}
_TELLING = ("ticket_created", "turn_added", "reply_mailed")


def read_delivery(work: Work, row: OutboxRow, public_url: str = "") -> Delivery | None:
    """The row with its ticket and turns as they are now; None where the learner was erased."""
    ticket = work.tickets.get(row.ticket_number)
    if ticket is None:
        return None
    turns = work.messages.of(ticket.conversation_id) if row.kind in _TELLING else ()
    through, message_id = row.payload.get("through", 0), row.payload.get("message_id")
    told = (turn for turn in turns if turn.sequence <= through or turn.id == message_id)
    conversation = work.conversations.get(ticket.conversation_id)
    sent = tuple(reachable(turn, public_url) for turn in told)
    return Delivery(row, ticket, sent, conversation.identity if conversation else None)
