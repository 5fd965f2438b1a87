"""Opening a database and its two kinds of transaction. SQLite and PostgreSQL behave the same from here on."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import BadInput, Busy, StorageUnavailable

BUSY_SECONDS = 30
_READ = "firstline_read"
_BARE = "firstline_bare"
_WRITERS: "WeakKeyDictionary[Engine, threading.Lock]" = WeakKeyDictionary()


def open_engine(url: str) -> Engine:
    """`sqlite:////path/to/file.db` (its folder is made) or `postgresql://user@host/database`. Opens no connection yet.

    Raises BadInput for any other address. Call `storage.migrations.upgrade` before the first use.
    """
    parsed = _parse(url)
    match parsed.get_backend_name():
        case "sqlite":
            return _open_sqlite(parsed)
        case "postgresql":
            address = parsed.set(drivername="postgresql+psycopg")
            return create_engine(address, pool_size=10, max_overflow=30, pool_pre_ping=True)
        case other:
            raise BadInput(f"{other}: the database can be sqlite or postgresql, nothing else")


def sqlite_path(engine: Engine) -> Path | None:
    """The database's file, or None where it is a server."""
    return Path(engine.url.database or "") if engine.dialect.name == "sqlite" else None


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: all of it is on disk when the block is left, none of it after an exception."""
    with _one_writer(engine), _translated(), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One read transaction; on SQLite it neither waits for a writer nor holds one up."""
    with _translated(), engine.connect().execution_options(**{_READ: True}) as connection, connection.begin():
        yield connection


@contextmanager
def unwrapped(engine: Engine) -> Iterator[Connection]:
    """A connection outside any transaction, for the few commands that refuse to run in one."""
    options: dict[str, Any] = {_BARE: True}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "AUTOCOMMIT"
    with _translated(), engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def _one_writer(engine: Engine) -> Iterator[None]:
    """SQLite has one writer at a time, and lets those who wait sleep and try again: among many threads some never get
    their turn. So they queue up here, and only one of a process asks."""
    lock = _WRITERS.get(engine)
    if lock is None:
        yield
        return
    if not lock.acquire(timeout=BUSY_SECONDS):
        raise Busy(f"others have been writing to the database for {BUSY_SECONDS} seconds")
    try:
        yield
    finally:
        lock.release()


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError as error:
        # The address may hold a password, so it is not repeated.
        raise BadInput("the database address is not one like sqlite:////data/firstline.db") from error


def _open_sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise BadInput("the SQLite database needs a file, like sqlite:////data/firstline.db")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=10, max_overflow=30, connect_args={"timeout": BUSY_SECONDS})
    _WRITERS[engine] = threading.Lock()
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    # Python's driver begins transactions of its own accord, and too late (not IMMEDIATE); `_begin` does it instead.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later could fail with "locked" half-way; IMMEDIATE waits at the start.
    options = connection.get_execution_options()
    if not options.get(_BARE):
        connection.exec_driver_sql("BEGIN" if options.get(_READ) else "BEGIN IMMEDIATE")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise Busy("all connections to the database are in use; try again") from error
    except DBAPIError as error:
        # A broken rule (IntegrityError, DataError) is not an outage.
        if type(error) not in (OperationalError, InterfaceError, DatabaseError):
            raise
        raise _in_our_words(error) from error


def _in_our_words(error: DBAPIError) -> Busy | StorageUnavailable:
    if "database is locked" in str(error.orig):
        return Busy(f"another process has been writing to the database for {BUSY_SECONDS} seconds")
    return StorageUnavailable(f"the database does not answer: {str(error.orig).splitlines()[0]}")
