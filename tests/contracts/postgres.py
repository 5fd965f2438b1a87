"""A real PostgreSQL for tests, from the package that carries one."""

import warnings
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url


def start(carried: Any, folder: Path) -> str:
    """The address of a server that is stopped and removed when the last process that started it here leaves.

    The tests kill clients, never the server or the machine: it need not wait for the disk.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a missing XDG_RUNTIME_DIR
        url: str = carried.get_server(folder, cleanup_mode="delete").get_uri(driver="psycopg")
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        administer(url, f"ALTER SYSTEM SET {setting} = off")
    administer(url, "SELECT pg_reload_conf()")
    return url


def new_database(server: str, name: str) -> str:
    administer(server, f"CREATE DATABASE {name}")
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def administer(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
