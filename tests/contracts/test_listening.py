"""What another process stores is told at once where the database can, on a real PostgreSQL."""

import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from bot.errors import BadInput
from storage.engine import open_engine
from storage.listening import CHANNEL, OWN, Listener
from storage.store import SqlStore
from tests.contracts.postgres import administer
from tests.contracts.rows import conversation, message

PATIENCE = 60
pytestmark = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


@pytest.fixture
def heard(engine: Engine) -> Iterator[set[str]]:
    """What one that takes our own process for another hears."""
    told: set[str] = set()
    with Listener(engine, told.add, own="another", pause=0.05):
        yield told


def say(store: SqlStore, name: str) -> None:
    with store.begin() as work:
        work.conversations.add(conversation(name), "hash")
        work.messages.add(message(f"m-{name}", name, 1))


def until_heard(store: SqlStore, heard: set[str], prefix: str) -> None:
    """It says something again and again: when the listener is there, nobody knows."""
    deadline = time.monotonic() + PATIENCE
    number = 0
    while not any(name.startswith(prefix) for name in heard):
        assert time.monotonic() < deadline, "nothing was heard"
        say(store, f"{prefix}{number}")
        number += 1
        time.sleep(0.05)


def test_what_is_said_elsewhere_is_heard_and_what_was_not_stored_is_not(engine: Engine, heard: set[str]) -> None:
    store = SqlStore(engine)
    until_heard(store, heard, "first")
    with pytest.raises(BadInput), store.begin() as work:
        work.conversations.add(conversation("never"), "hash")
        work.messages.add(message("m-never", "never", 1))
        raise BadInput("no")
    until_heard(store, heard, "then")
    assert "never" not in heard


def test_a_connection_that_was_lost_is_made_again(engine: Engine, heard: set[str], url: str) -> None:
    store = SqlStore(engine)
    until_heard(store, heard, "before")
    administer(url, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN {CHANNEL}'")
    until_heard(store, heard, "after")


def test_a_database_that_is_away_is_no_trouble(engine: Engine) -> None:
    nowhere = open_engine("postgresql://nobody@127.0.0.1:1/nothing")
    with Listener(nowhere, lambda _: None, pause=0.01):
        time.sleep(0.05)


def test_a_stores_followers_are_woken_by_others_alone(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqlStore(engine)
    told: list[str] = []
    woken = threading.Event()

    def tell(conversation_id: str) -> None:
        told.append(conversation_id)
        woken.set()

    monkeypatch.setattr(store.news, "tell", tell)
    with store.listening():
        deadline = time.monotonic() + PATIENCE
        while not woken.is_set():
            assert time.monotonic() < deadline, "nothing was heard"
            administer(engine.url.render_as_string(hide_password=False), f"NOTIFY {CHANNEL}, 'another c7'")
            administer(engine.url.render_as_string(hide_password=False), f"NOTIFY {CHANNEL}, '{OWN} own'")
            woken.wait(0.05)
    assert set(told) == {"c7"}
