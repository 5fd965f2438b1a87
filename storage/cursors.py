"""How far another system's news were read, in SQL."""

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from storage.tables import cursors


class SqlCursors:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> str | None:
        return self._connection.scalar(select(cursors.c.value).where(cursors.c.name == name))

    def set(self, name: str, value: str) -> None:
        changing = update(cursors).where(cursors.c.name == name).values(value=value)
        if self._connection.execute(changing).rowcount == 1:
            return
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(cursors).values(name=name, value=value))
        except IntegrityError:  # somebody else was first meanwhile
            self._connection.execute(changing)
