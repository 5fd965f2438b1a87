"""The store that the helpdesk works with, on SQLite or PostgreSQL."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Connection, Engine, text

from bot.errors import Busy
from helpdesk.news import News
from storage.conversations import SqlConversations
from storage.cursors import SqlCursors
from storage.engine import reading, unwrapped, writing
from storage.listening import Listener, announce
from storage.messages import SqlMessages
from storage.nonces import SqlNonces
from storage.outbox import SqlOutbox
from storage.tickets import SqlTickets


class SqlWork:
    """The repositories of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.conversations = SqlConversations(connection)
        self.messages = SqlMessages(connection)
        self.tickets = SqlTickets(connection)
        self.outbox = SqlOutbox(connection)
        self.nonces = SqlNonces(connection)
        self.cursors = SqlCursors(connection)


class SqlStore:
    """`helpdesk.ports.Store`. Safe to share between threads; processes each open their own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.news = News()
        """Told after each transaction in which something was said."""
        self.owed = threading.Event()

    @contextmanager
    def begin(self) -> Iterator[SqlWork]:
        with writing(self._engine) as connection:
            work = SqlWork(connection)
            yield work
            announce(connection, work.messages.grown)
        for conversation_id in work.messages.grown:
            self.news.tell(conversation_id)
        if work.outbox.added:
            self.owed.set()

    @contextmanager
    def read(self) -> Iterator[SqlWork]:
        with reading(self._engine) as connection:
            yield SqlWork(connection)

    def listening(self) -> AbstractContextManager[None]:
        """As long as the block lasts, `news` also has what other processes store, where the database tells it."""
        return Listener(self._engine, self.news.tell) if self._engine.dialect.name == "postgresql" else nullcontext()

    def scrub(self) -> None:
        """SQLite: no byte of a removed row stays in the database, its log or its index. PostgreSQL: the rows are
        vacuumed away; pages, its write-ahead log and backups are the operator's."""
        with unwrapped(self._engine) as connection:
            connection.execute(text("VACUUM"))
            if self._engine.dialect.name == "sqlite":
                busy, *_ = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()
                if busy:
                    raise Busy("erased, but a long-running reader still holds the old bytes; run it again")
