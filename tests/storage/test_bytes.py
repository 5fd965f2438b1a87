"""Proof of deletion on SQLite: after an erasure no file holds a word of it."""

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.errors import Busy
from helpdesk.conversations import Chat
from helpdesk.models import Contact
from helpdesk.retention import erase
from storage import engine as engine_module
from storage.engine import open_engine
from storage.store import SqlStore
from tests.helpdesk.scripted import Script

ANA = "Ana.Secreta@example.org"


def bytes_on_disk(folder: Path) -> Iterator[bytes]:
    for file in sorted(folder.iterdir()):
        yield file.read_bytes()


def test_no_byte_of_an_erased_chat_stays_in_the_files(sqlite_store: SqlStore, tmp_path: Path) -> None:
    chat = Chat(sqlite_store, Script())
    rolls = random.Random(3)
    for number in range(60):
        conversation, _ = chat.start("demo", "en")
        secret = rolls.random() < 0.5
        words = "SECRET-7 " if secret else "harmless "
        chat.send(conversation, words * rolls.choice([1, 30, 900]) + "how", f"k{number}")
        if secret:
            chat.request_person(conversation, Contact(email=ANA, note="SECRET-7"), "r1")
    assert any(b"SECRET-7" in content for content in bytes_on_disk(tmp_path))
    erase(sqlite_store, ANA)
    for needle in (b"SECRET-7", ANA.encode(), ANA.casefold().encode()):
        assert not any(needle in content for content in bytes_on_disk(tmp_path))
    assert any(b"harmless" in content for content in bytes_on_disk(tmp_path))


def test_a_reader_that_holds_the_old_bytes_is_named(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "BUSY_SECONDS", 0.05)
    engine = open_engine(sqlite_url)
    store = SqlStore(engine)
    chat = Chat(store, Script())
    conversation, _ = chat.start("demo", "en")
    chat.send(conversation, f"SECRET-7 {ANA}", "k1")
    reader = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM messages").fetchone()
    with pytest.raises(Busy, match="long-running reader"):
        erase(store, ANA)
    reader.close()
    erase(store, ANA)
    engine.dispose()
