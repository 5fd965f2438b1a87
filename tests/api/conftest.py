"""A small real help center, published once a run; real parts around it, built anew for each test."""

import fcntl
import io
import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from starlette.testclient import TestClient

from api import wiring
from api.app import create_app
from api.cli import main
from api.wiring import Encoders, Service, Storage
from bot.assistant import Assistant
from bot.settings import Settings
from ingestion.corpus import read_corpus
from storage.agents import Agents
from storage.engine import open_engine
from storage.migrations import upgrade
from storage.publications import SqlPublications
from storage.store import SqlStore
from tests.api.commands import Result
from tests.api.talk import StandIn, Talk
from tests.api.worlds import KB_PARTS, MODELS, ROOT, make_settings

QUICK = 2**4
"""Cost of passwords in tests."""


@pytest.fixture(scope="session")
def encoders() -> Encoders:
    return wiring.make_encoders(make_settings(Path("unused")))


@pytest.fixture(scope="session")
def kb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A part of kb_articles: enough to answer, in three languages and for three audiences."""
    folder = tmp_path_factory.mktemp("kb") / "kb_articles"
    for part in KB_PARTS:
        source, target = ROOT / "kb_articles" / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    return folder


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str, kb: Path, encoders: Encoders) -> Path:
    """A data folder with the articles live; whichever worker comes first publishes. To be copied, not changed."""
    shared = tmp_path_factory.getbasetemp().parent / f"published-{testrun_uid[:12]}"
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shared.exists():
            unfinished = shared.with_suffix(".unfinished")
            settings = make_settings(unfinished)
            wiring.make_intents(settings, encoders)  # learned and kept, where they are new
            publish(settings, encoders, kb)
            unfinished.rename(shared)
    return shared


def publish(settings: Settings, encoders: Encoders, source: Path, **options: bool) -> None:
    settings.data.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.database_url)
    upgrade(engine)
    publisher = wiring.make_publisher(settings, SqlPublications(engine), encoders.embedder)
    publisher.publish(read_corpus([source]), **options)
    engine.dispose()


@pytest.fixture(scope="session")
def assistant(published: Path, encoders: Encoders) -> Iterator[Assistant]:
    """The real one, over the articles that never change."""
    settings = make_settings(published)
    engine = open_engine(settings.database_url)
    made = wiring.make_assistant(settings, publications=SqlPublications(engine), encoders=encoders)
    yield made
    made.shelf.close()
    engine.dispose()


@pytest.fixture
def data(published: Path, tmp_path: Path) -> Path:
    """A data folder of the test's own with the articles live."""
    return Path(shutil.copytree(published, tmp_path / "data"))


@pytest.fixture
def storage(sqlite_url: str) -> Iterator[Storage]:
    """An empty database of the test's own."""
    engine = open_engine(sqlite_url)
    yield Storage(SqlStore(engine), SqlPublications(engine), Agents(engine, cost=QUICK))
    engine.dispose()


@pytest.fixture
def make_app(tmp_path: Path, storage: Storage, assistant: Assistant) -> Callable[..., FastAPI]:
    """The application; settings by keyword, and somebody else who answers as `bot`, or other articles as `shelf`."""

    def make(*, bot: Any = None, shelf: Any = None, demo: bool = False, **changes: Any) -> FastAPI:
        settings = make_settings(tmp_path, **changes)
        standin: Any = StandIn(bot or assistant, shelf or assistant.shelf, assistant.retrieval)
        service: Service = wiring.make_service(settings, storage=storage, assistant=standin)
        return create_app(service, demo_page=demo, housekeeping=False)

    return make


@pytest.fixture
def make_client(make_app: Callable[..., FastAPI]) -> Callable[..., TestClient]:
    """A browser or program at the application, at `address`."""

    def make(*, address: str = "192.0.2.1", **options: Any) -> TestClient:
        return TestClient(make_app(**options), raise_server_exceptions=False, client=(address, 50000))

    return make


@pytest.fixture
def client(make_client: Callable[..., TestClient]) -> TestClient:
    return make_client()


@pytest.fixture
def talk(client: TestClient) -> Talk:
    """A conversation that just began."""
    return Talk.start(client)


@pytest.fixture
def firstline(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], encoders: Encoders, tmp_path: Path
) -> Iterator[Callable[..., Result]]:
    """The command in this process, in a folder of its own, with the models that are loaded already."""
    monkeypatch.setattr(wiring, "make_encoders", lambda _: encoders)
    monkeypatch.setenv("FIRSTLINE_MODELS", str(MODELS))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def run(*words: object, typed: str = "") -> Result:
        monkeypatch.setattr("sys.argv", ["firstline", *map(str, words)])
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        return Result(int(left.value.code or 0), *capsys.readouterr())

    handlers = logging.root.handlers[:]
    yield run
    logging.root.handlers = handlers
    structlog.reset_defaults()
