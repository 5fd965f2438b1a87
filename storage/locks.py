"""A lock between processes that dies with the one that holds it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from bot.errors import Busy
from storage.engine import sqlite_path, unwrapped


def process_lock(engine: Engine, name: str, busy: str) -> AbstractContextManager[None]:
    """Beside the SQLite file, or in PostgreSQL. Raises Busy with the words `busy` when another one holds it."""
    path = sqlite_path(engine)
    if path is None:
        return _postgres_lock(engine, name, busy)
    return _file_lock(path.with_name(f"{path.name}.{name}.lock"), busy)


@contextmanager
def _file_lock(path: Path, busy: str) -> Iterator[None]:
    # The file stays: removing it would let two processes lock two different files of one name.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(busy) from error
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _postgres_lock(engine: Engine, name: str, busy: str) -> Iterator[None]:
    with unwrapped(engine) as connection:
        # A connection of its own, closed for good at the end: returned to the pool it could keep the lock.
        connection.detach()
        key = {"name": f"firstline:{name}"}
        with closing(connection):
            if not connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))"), key):
                raise Busy(busy)
            try:
                yield
            finally:
                # The server notices a closed connection only moments later; the next one need not wait for that.
                connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))"), key)
