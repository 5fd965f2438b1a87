"""What other processes store is heard at once where the database tells it: PostgreSQL's LISTEN and NOTIFY."""

import threading
import uuid
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text

if TYPE_CHECKING:
    import psycopg

CHANNEL = "firstline_chats"
PAUSE = 5.0
"""Seconds until a connection that was lost is tried again."""
STOPPING = 1.0
"""Seconds that ending may take."""
OWN = uuid.uuid4().hex
"""This process, which need not be told of what it stored itself."""


def announce(connection: Connection, conversation_ids: Collection[str]) -> None:
    """Tell the other processes once this transaction is committed, and only then. Nothing on SQLite."""
    if conversation_ids and connection.dialect.name == "postgresql":
        notify = text("SELECT pg_notify(:channel, id) FROM unnest(CAST(:ids AS text[])) AS id")
        connection.execute(notify, {"channel": CHANNEL, "ids": [f"{OWN} {each}" for each in conversation_ids]})


class Listener:
    """Tells the conversations in which others said something, in a thread and on a connection of its own. Nothing is
    promised: while it cannot listen, and for what was said meanwhile, whoever follows a chat looks for themselves."""

    def __init__(self, engine: Engine, tell: Callable[[str], None], *, own: str = OWN, pause: float = PAUSE) -> None:
        self._address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._tell = tell
        self._own = own
        self._pause = pause
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(2 * STOPPING)

    def _run(self) -> None:
        import psycopg  # not where the database is SQLite

        while not self._stop.is_set():
            with suppress(psycopg.Error), psycopg.connect(self._address, autocommit=True) as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                self._hear(connection)
            self._stop.wait(self._pause)

    def _hear(self, connection: "psycopg.Connection") -> None:
        while not self._stop.is_set():
            for told in connection.notifies(timeout=STOPPING):
                process, _, conversation_id = told.payload.partition(" ")
                if process != self._own:
                    self._tell(conversation_id)
