"""Killed while learners write: nothing that was acknowledged is lost, and asking again finishes the job."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.commands import GUARD, Served
from tests.api.talk import Talk

LEARNERS = 4
ASKED = ("How do I get a refund?", "I want to talk to a person", "Thanks")
PLENTY = {f"FIRSTLINE_LIMITS__{name}": "1000000/minute" for name in ("ADDRESS", "CONVERSATION", "SITE", "HANDOFFS")}


@dataclass
class Diary:
    """What the service promised."""

    sent: dict[tuple[str, str], tuple[Talk, str]] = field(default_factory=dict)
    told: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    tickets: dict[str, str] = field(default_factory=dict)
    """Numbers by conversation, as the handoff gave them."""

    def chat(self, server: Served) -> None:
        with server.client() as client:
            while True:
                try:
                    self._one(Talk.start(client))
                except (httpx.HTTPError, AssertionError):
                    return

    def _one(self, talk: Talk) -> None:
        for at, text in enumerate(ASKED):
            key = (talk.id, f"m{at}")
            self.sent[key] = (talk, text)
            self.told[key] = talk.say(text, key[1])
        self.tickets[talk.id] = talk.ask_for_person(email=f"{talk.id}@example.org")


@pytest.fixture
def server(data: Path, tmp_path: Path, kb: Path) -> Iterator[Served]:
    watch = {"PYTHONPATH": str(GUARD), "GUARD_LOG": str(tmp_path / "tried")}
    with Served(data, tmp_path / "log", "--publish", kb, **PLENTY, **watch) as running:
        yield running


def test_a_killed_server_keeps_what_it_promised(server: Served) -> None:
    diary = Diary()
    learners = [threading.Thread(target=diary.chat, args=(server,)) for _ in range(LEARNERS)]
    for learner in learners:
        learner.start()
    end = time.monotonic() + 30
    while len(diary.told) < 20 and time.monotonic() < end:
        time.sleep(0.02)
    server.kill()
    for learner in learners:
        learner.join(30)
    assert len(diary.told) >= 20
    built = [path.stat().st_mtime_ns for path in sorted(server.data.glob("versions/*/vectors.npy"))]

    server.start()
    assert [path.stat().st_mtime_ns for path in sorted(server.data.glob("versions/*/vectors.npy"))] == built
    assert "Publishing" not in server.log.read_text(), "a second start embeds nothing"
    with server.client() as client:
        for (conversation, key), (old, text) in diary.sent.items():
            talk = Talk(client, conversation, old.token)
            again = talk.say(text, key)
            if promised := diary.told.get((conversation, key)):
                assert again == promised
            turns = talk.read()["turns"]
            assert [turn["client_message_id"] for turn in turns].count(key) == 1
            assert [turn["id"] for turn in turns].count(again["id"]) == 1
        for conversation, number in diary.tickets.items():
            token = next(talk.token for talk, _ in diary.sent.values() if talk.id == conversation)
            assert Talk(client, conversation, token).read()["ticket"]["number"] == number
    named = [told["ticket_number"] for told in diary.told.values() if told["ticket_number"]]
    assert len(set(named)) == len(named), "each conversation has a ticket of its own"
    assert_ends_when_asked(server)
    assert not (server.log.parent / "tried").exists(), "it never reached for another machine"


def assert_ends_when_asked(server: Served) -> None:
    """Also with a stream open that would go on for minutes."""
    with server.client() as client:
        talk = Talk.start(client)
        with client.stream("GET", f"/v1/conversations/{talk.id}/events", headers=talk.headers) as stream:
            assert next(stream.iter_text())
            assert server.stop() in (0, -15)
