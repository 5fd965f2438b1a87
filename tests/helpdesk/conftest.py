"""A chat on a real SQLite store, with a scripted bot and a clock that is set by hand."""

import pytest

from helpdesk.conversations import Chat
from helpdesk.desk import Desk
from helpdesk.models import SiteRules
from storage.store import SqlStore
from tests.helpdesk.scripted import Clock, Script


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def store(sqlite_store: SqlStore) -> SqlStore:
    return sqlite_store


@pytest.fixture
def chat(store: SqlStore, script: Script, clock: Clock) -> Chat:
    sites = {"demo": SiteRules(collections=("refunds",), connector="zendesk")}
    return Chat(store, script, sites=sites, clock=clock)


@pytest.fixture
def desk(store: SqlStore, clock: Clock) -> Desk:
    return Desk(store, clock=clock)
