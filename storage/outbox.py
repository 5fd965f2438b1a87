"""Deliveries that are owed, in SQL."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, insert, select

from helpdesk.models import OutboxRow
from storage.tables import outbox


class SqlOutbox:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, row: OutboxRow) -> None:
        self._connection.execute(insert(outbox).values(**asdict(row)))

    def pending(self) -> Sequence[OutboxRow]:
        columns = [outbox.c[name] for name in OutboxRow.__dataclass_fields__]
        rows = self._connection.execute(select(*columns).order_by(outbox.c.position)).mappings()
        return [OutboxRow(**row) for row in rows]
