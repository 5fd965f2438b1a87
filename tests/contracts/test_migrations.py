"""A database is brought to the shape of `storage/tables.py`, by several processes at once if need be."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from bot.errors import BadInput
from storage.engine import open_engine, reading, writing
from storage.migrations import HEAD, upgrade
from storage.tables import metadata

ROOT = Path(__file__).parents[2]
STARTER = """
import sys
from storage.engine import open_engine
from storage.migrations import upgrade
upgrade(open_engine(sys.argv[1]))
"""


@pytest.fixture
def empty(url: str) -> Iterator[str]:
    """A database without any table."""
    engine = open_engine(url)
    with writing(engine) as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
    engine.dispose()
    yield url
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()


def test_a_migrated_database_is_what_the_tables_say(engine: Engine) -> None:
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    assert differences == []


def test_head_is_the_newest_step() -> None:
    scripts = ScriptDirectory(str(ROOT / "storage" / "migrations"))
    assert scripts.get_heads() == [HEAD]


def test_a_second_run_changes_nothing(engine: Engine) -> None:
    upgrade(engine)
    with reading(engine) as connection:
        assert connection.scalars(text("SELECT version_num FROM alembic_version")).all() == [HEAD]


def test_several_processes_may_start_at_once(empty: str) -> None:
    starters = [subprocess.Popen([sys.executable, "-c", STARTER, empty], cwd=ROOT) for _ in range(4)]
    assert [starter.wait(30) for starter in starters] == [0, 0, 0, 0]
    engine = open_engine(empty)
    test_a_migrated_database_is_what_the_tables_say(engine)
    engine.dispose()


def test_the_database_of_a_newer_firstline_is_left_alone(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadInput, match="newer Firstline"):
        upgrade(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": HEAD})
