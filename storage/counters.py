"""Numbers that are given once."""

from sqlalchemy import Connection, insert, update
from sqlalchemy.exc import IntegrityError

from storage.tables import counters


def next_value(connection: Connection, name: str, first: int) -> int:
    """The counter's next number, starting at `first`; another transaction that asks waits until this one ends."""
    advance = update(counters).where(counters.c.name == name).values(value=counters.c.value + 1)
    value: int | None = connection.scalar(advance.returning(counters.c.value))
    return _start(connection, name, first) if value is None else value


def _start(connection: Connection, name: str, first: int) -> int:
    try:
        with connection.begin_nested():
            connection.execute(insert(counters).values(name=name, value=first))
    except IntegrityError:  # somebody else's first number was committed meanwhile
        return next_value(connection, name, first)
    return first
