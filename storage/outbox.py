"""Deliveries that are owed, and where tickets stand in other systems, in SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, insert, or_, select, update

from helpdesk.models import Backlog, Listed, OutboxRow, RowState
from storage.tables import outbox, remote_tickets

_COLUMNS = [outbox.c[name] for name in OutboxRow.__dataclass_fields__]
_UNDELIVERED = ("pending", "dead")


class SqlOutbox:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.added = False
        """Whether this transaction owes anybody something new."""

    def add(self, row: OutboxRow) -> None:
        self._connection.execute(insert(outbox).values(**asdict(row)))
        self.added = True

    def get(self, row_id: str) -> OutboxRow | None:
        return self._one(select(*_COLUMNS).where(outbox.c.id == row_id))

    def pending(self) -> Sequence[OutboxRow]:
        query = select(*_COLUMNS).where(outbox.c.state == "pending").order_by(outbox.c.position)
        return [OutboxRow(**row) for row in self._connection.execute(query).mappings()]

    def desk_of(self, ticket_number: int) -> str | None:
        query = select(outbox.c.connector).where(outbox.c.ticket_number == ticket_number)
        return self._connection.scalar(query.where(outbox.c.kind == "ticket_created", outbox.c.state != "dropped"))

    def listed(self, state: RowState | None, connector: str | None, limit: int | None) -> Sequence[Listed]:
        query = select(*_COLUMNS, _held().label("held")).order_by(outbox.c.position.desc()).limit(limit)
        if connector is not None:
            query = query.where(outbox.c.connector == connector)
        if state is not None:
            query = query.where(_is(state))
        return [_listed(dict(row)) for row in self._connection.execute(query).mappings()]

    def connectors(self) -> Sequence[str]:
        query = select(outbox.c.connector).where(outbox.c.state == "pending").distinct()
        return self._connection.scalars(query.order_by(outbox.c.connector)).all()

    def is_due(self, connector: str, now: datetime) -> bool:
        return self._connection.scalar(select(outbox.c.position).where(_due(connector, now)).limit(1)) is not None

    def claim(self, connector: str, claim: str, now: datetime, until: datetime) -> OutboxRow | None:
        # Whoever waits for a locked row would find it claimed: PostgreSQL's others take the next one instead.
        oldest = select(outbox.c.position).where(_due(connector, now)).order_by(outbox.c.position).limit(1)
        position = self._connection.scalar(oldest.with_for_update(skip_locked=True))
        if position is None:
            return None
        values = {"claim": claim, "claimed_until": until, "attempts": outbox.c.attempts + 1}
        self._connection.execute(update(outbox).where(outbox.c.position == position).values(values))
        return self._one(select(*_COLUMNS).where(outbox.c.position == position))

    def settle(self, row: OutboxRow, claim: str) -> bool:
        own = (outbox.c.claim == claim) & (outbox.c.state == "pending")
        return self._write(row, own, claim=None, claimed_until=None)

    def reopen(self, row: OutboxRow) -> None:
        # A claim that lasts is not touched: two would deliver one ticket's rows at once.
        self._write(row, outbox.c.state.in_(_UNDELIVERED))
        self.added = True

    def drop_after(self, row: OutboxRow, error: str, at: datetime) -> None:
        undelivered = outbox.c.state.in_(_UNDELIVERED)
        later = and_(outbox.c.ticket_number == row.ticket_number, outbox.c.id != row.id, undelivered)
        self._connection.execute(update(outbox).where(later).values(state="dropped", error=error, done_at=at))

    def backlog(self) -> Sequence[Backlog]:
        query = select(outbox.c.connector, outbox.c.state, func.count(), func.min(outbox.c.created_at))
        rows = self._connection.execute(query.group_by(outbox.c.connector, outbox.c.state))
        return [Backlog(*row) for row in rows]

    def remote_id(self, ticket_number: int, connector: str) -> str | None:
        here = (remote_tickets.c.ticket_number == ticket_number) & (remote_tickets.c.connector == connector)
        return self._connection.scalar(select(remote_tickets.c.remote_id).where(here))

    def ticket_at(self, connector: str, remote_id: str) -> int | None:
        there = (remote_tickets.c.connector == connector) & (remote_tickets.c.remote_id == remote_id)
        return self._connection.scalar(select(remote_tickets.c.ticket_number).where(there))

    def add_remote(self, ticket_number: int, connector: str, remote_id: str, at: datetime) -> None:
        if self.remote_id(ticket_number, connector) is None:
            values = {"ticket_number": ticket_number, "connector": connector, "remote_id": remote_id, "created_at": at}
            self._connection.execute(insert(remote_tickets).values(values))

    def _write(self, row: OutboxRow, where: ColumnElement[bool], **others: Any) -> bool:
        values = {name: getattr(row, name) for name in ("state", "attempts", "next_at", "error", "done_at")}
        statement = update(outbox).where(outbox.c.id == row.id, where).values(values | others)
        return self._connection.execute(statement).rowcount == 1

    def _one(self, query: Select[Any]) -> OutboxRow | None:
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else OutboxRow(**row)


def _due(connector: str, now: datetime) -> ColumnElement[bool]:
    """Oldest of what is still owed to this desk of its ticket, not waiting for its time, and in nobody's hands."""
    earlier = outbox.alias()
    first = ~exists().where(
        earlier.c.ticket_number == outbox.c.ticket_number,
        earlier.c.connector == outbox.c.connector,
        earlier.c.position < outbox.c.position,
        or_(earlier.c.state == "pending", and_(earlier.c.state == "dead", earlier.c.kind == "ticket_created")),
    )
    return and_(
        outbox.c.connector == connector,
        outbox.c.state == "pending",
        or_(outbox.c.next_at.is_(None), outbox.c.next_at <= now),
        or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until <= now),
        first,
    )


def _held() -> ColumnElement[bool]:
    """Behind a ticket that could not be made."""
    first = outbox.alias()
    dead = and_(first.c.state == "dead", first.c.kind == "ticket_created")
    same = and_(first.c.ticket_number == outbox.c.ticket_number, first.c.connector == outbox.c.connector)
    return and_(outbox.c.state == "pending", exists().where(same, dead))


def _is(state: RowState) -> ColumnElement[bool]:
    if state == "waiting":
        return _held()
    return and_(outbox.c.state == state, ~_held())


def _listed(row: dict[str, Any]) -> Listed:
    held = row.pop("held")
    found = OutboxRow(**row)
    return Listed(found, "waiting" if held else found.state)
