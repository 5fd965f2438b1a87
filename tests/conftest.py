"""What tests of every package may use."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from api.wiring import Encoders, make_encoders
from bot.settings import Settings
from ingestion.corpus import Corpus, read_corpus
from storage.engine import open_engine
from storage.migrations import upgrade
from storage.publications import SqlPublications
from storage.store import SqlStore

ROOT = Path(__file__).parents[1]
settings.register_profile("firstline", deadline=None)  # a busy machine is no failure
settings.load_profile("firstline")


@pytest.fixture(scope="session")
def encoders() -> Encoders:
    """The real models, loaded once a worker."""
    return make_encoders(Settings(models=ROOT / "var" / "models"))


@pytest.fixture(scope="session")
def kb() -> Corpus:
    """The sample help center, read."""
    return read_corpus([ROOT / "kb_articles"])


@pytest.fixture
def publications(sqlite_url: str) -> Iterator[SqlPublications]:
    """The register of index versions in an empty SQLite database in `tmp_path`."""
    engine = open_engine(sqlite_url)
    yield SqlPublications(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy: the steps take ten times as long."""
    path = tmp_path_factory.mktemp("migrated") / "firstline.db"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """The address of a migrated, empty SQLite database of the test's own."""
    shutil.copy(migrated_file, tmp_path / "firstline.db")
    return f"sqlite:///{tmp_path}/firstline.db"


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[SqlStore]:
    engine = open_engine(sqlite_url)
    yield SqlStore(engine)
    engine.dispose()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where nothing may skip (CI), a skipped test is a failed run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("NOTHING_MAY_SKIP") == "1" and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("a test was skipped, and nothing may skip here", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
