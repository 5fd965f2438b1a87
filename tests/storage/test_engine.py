"""Opening databases, their transactions, and errors in the operator's words."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from bot.errors import BadInput, Busy, StorageUnavailable
from storage import engine as engine_module
from storage.engine import open_engine, reading, sqlite_path, writing
from storage.store import SqlStore
from tests.contracts.rows import conversation

ROOT = Path(__file__).parents[2]


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    engine = open_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("pragma", "expected"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("busy_timeout", 30_000),
    ],
)
def test_every_sqlite_connection_is_set_up(engine: Engine, pragma: str, expected: object) -> None:
    with reading(engine) as one, reading(engine) as other:
        for connection in (one, other):
            assert connection.scalar(text(f"PRAGMA {pragma}")) == expected


def test_the_setting_up_survives_a_scrub(engine: Engine) -> None:
    SqlStore(engine).scrub()
    with pytest.raises(KeyError), writing(engine) as connection:
        connection.execute(text("INSERT INTO tombstones VALUES ('en/a')"))
        raise KeyError
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM tombstones")) == 0


def test_the_folder_of_the_database_is_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.db"
    engine = open_engine(f"sqlite:///{path}")
    assert sqlite_path(engine) == path
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://localhost/x", "mysql: the database can be sqlite or postgresql"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("not an address with secret", "not one like sqlite:///"),
        ("", "not one like sqlite:///"),
    ],
)
def test_other_addresses_are_refused_with_a_sentence(url: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as refused:
        open_engine(url)
    assert "secret" not in str(refused.value)


def test_an_address_of_postgresql_gets_the_driver_that_is_installed() -> None:
    for url in ("postgresql://ana@db/firstline", "postgresql+psycopg://ana@db/firstline"):
        engine = open_engine(url)
        assert engine.url.drivername == "postgresql+psycopg"
        assert sqlite_path(engine) is None


def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    engine = open_engine(f"postgresql://ana:hunter2@/firstline?host={tmp_path}")
    with pytest.raises(StorageUnavailable, match="the database does not answer") as refused, reading(engine):
        pass
    assert "hunter2" not in str(refused.value)


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("no database, but long enough to look like one\n" * 50)
    engine = open_engine(f"sqlite:///{tmp_path}/x.db")
    with pytest.raises(StorageUnavailable), reading(engine):
        pass


def test_a_broken_rule_is_not_called_an_outage(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO tombstones VALUES ('en/a')"))
    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(text("INSERT INTO tombstones VALUES ('en/a')"))


def test_readers_do_not_wait_for_a_writer(engine: Engine) -> None:
    store = SqlStore(engine)
    with store.begin() as writer:
        writer.conversations.add(conversation("c1"), "hash")
        with store.read() as reader:
            assert reader.conversations.get("c1") is None
    with store.read() as reader:
        assert reader.conversations.get("c1") is not None


def test_a_writer_waits_for_another_and_sees_what_it_did(engine: Engine) -> None:
    store, seen = SqlStore(engine), []

    def second() -> None:
        with store.begin() as work:
            seen.append(work.conversations.get("c1"))

    with store.begin() as work:
        thread = threading.Thread(target=second)
        thread.start()
        work.conversations.add(conversation("c1"), "hash")
    thread.join()
    assert seen == [conversation("c1")]


def test_a_writer_that_waits_too_long_is_told_so(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "BUSY_SECONDS", 0.05)
    one, other = open_engine(sqlite_url), open_engine(sqlite_url)
    with writing(one), pytest.raises(Busy, match="another process has been writing"), writing(other):
        pass
    one.dispose()
    other.dispose()


def test_what_was_committed_is_there_after_a_kill(engine: Engine, sqlite_url: str) -> None:
    script = (
        "import os, sys\nfrom storage.engine import open_engine, writing\nfrom sqlalchemy import text\n"
        "engine = open_engine(sys.argv[1])\n"
        "with writing(engine) as c: c.execute(text(\"INSERT INTO tombstones VALUES ('kept')\"))\n"
        "with writing(engine) as c:\n"
        "    c.execute(text(\"INSERT INTO tombstones VALUES ('lost')\"))\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, sqlite_url], cwd=ROOT, check=False)
    assert killed.returncode == -9
    with reading(engine) as connection:
        assert connection.scalars(text("SELECT article FROM tombstones")).all() == ["kept"]
