"""What an operator does about deliveries: look, try again, drop."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bot.errors import BadInput, NotFound
from helpdesk.clock import Clock, utc_now
from helpdesk.models import Listed, OutboxRow, RowState, ticket_label
from helpdesk.ports import Store, Work

LARGEST_LIST = 1000


def listed(
    store: Store,
    desks: Collection[str],
    *,
    state: RowState | None = None,
    connector: str | None = None,
    limit: int = 100,
) -> Sequence[Listed]:
    """Newest first; what waits for a desk that is not among the `desks` of the settings says so.

    Raises BadInput for a limit outside 1 to 1000.
    """
    if not 1 <= limit <= LARGEST_LIST:
        raise BadInput(f"a list has 1 to {LARGEST_LIST} deliveries")
    with store.read() as work:
        return [_explained(each, desks) for each in work.outbox.listed(state, connector, limit)]


def retry(store: Store, row_id: str) -> OutboxRow:
    """Due at once, with its whole patience ahead; also one that only waits for its next attempt.

    Raises NotFound, and BadInput where it was delivered or dropped.
    """
    with store.begin() as work:
        row = _undelivered(work, row_id)
        # One attempt stays counted, where there was any: an erasure asks whether something may have arrived.
        again = replace(row, state="pending", attempts=min(1, row.attempts), next_at=None, done_at=None)
        work.outbox.reopen(again)
        return again


def retry_dead(store: Store, connector: str | None = None) -> int:
    """Every dead letter (to this connector) is due again. How many those were."""
    with store.read() as work:
        dead = [each.row.id for each in work.outbox.listed("dead", connector, None)]
    for row_id in dead:
        with suppress(BadInput):  # erased or dropped meanwhile
            retry(store, row_id)
    return len(dead)


def drop(store: Store, row_id: str, actor: str, *, clock: Clock = utc_now) -> OutboxRow:
    """Never deliver a dead letter. With a ticket's making all that the ticket is still owed goes too: nobody is there
    to be told. Raises NotFound, and BadInput for what is not dead."""
    with store.begin() as work:
        row = _undelivered(work, row_id)
        if row.state != "dead":
            raise BadInput(f"{row_id}: it is still being tried; only dead letters can be dropped")
        now, reason = clock(), f"dropped by {actor}"
        dropped = replace(row, state="dropped", error=f"{reason}: {row.error}", done_at=now)
        work.outbox.reopen(dropped)
        if row.kind == "ticket_created":
            work.outbox.drop_after(row, f"{reason} with the making of its ticket", now)
        return dropped


def _explained(each: Listed, desks: Collection[str]) -> Listed:
    if each.state != "pending" or each.row.connector in desks:
        return each
    return replace(each, row=replace(each.row, error=f"there is no desk '{each.row.connector}' in the settings"))


def _undelivered(work: Work, row_id: str) -> OutboxRow:
    """Locked against whatever a learner or an agent adds meanwhile."""
    row = work.outbox.get(row_id)
    ticket = None if row is None else work.tickets.get(row.ticket_number)
    if ticket is None:
        raise NotFound(f"{row_id[:60]!r}: there is no such delivery; 'firstline outbox list' shows them")
    work.conversations.lock(ticket.conversation_id)
    row = work.outbox.get(row_id)
    if row is None or row.state in ("delivered", "dropped"):
        raise BadInput(f"{row_id}: it is {'gone' if row is None else row.state} already")
    return row


def outbox_json(each: Listed) -> dict[str, Any]:
    """A delivery for an operator's tools; times in ISO 8601, UTC. It says nothing of the learner."""
    row = each.row
    times = {name: value.isoformat() if (value := getattr(row, name)) else None for name in _TIMES}
    plain = {"id": row.id, "ticket": ticket_label(row.ticket_number), "kind": row.kind, "connector": row.connector}
    return plain | {"state": each.state, "attempts": row.attempts, "error": row.error} | times


_TIMES = ("created_at", "next_at", "done_at")
