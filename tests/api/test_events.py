"""What others say in a chat, as a stream that can be taken up again."""

from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from api import watching
from api.wiring import Storage
from helpdesk.models import Message
from tests.api.talk import PERSON, Talk, events


@pytest.fixture(autouse=True)
def _one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LONGEST", 1)
    monkeypatch.setattr(watching, "PAUSE", 0)


def said(storage: Storage, talk: Talk, role: str, text: str) -> None:
    with storage.store.begin() as work:
        work.conversations.lock(talk.id)
        place = work.messages.next_sequence(talk.id)
        work.messages.add(Message(f"m-{place}", talk.id, place, role, text, datetime.now(UTC)))  # type: ignore[arg-type]


def listen(talk: Talk, last: str | None = None) -> list[str]:
    """Texts of the messages that came."""
    headers: dict[str, str | bytes] = {**talk.headers} | (
        {"Last-Event-ID": last.encode("latin-1")} if last is not None else {}
    )
    answer = talk.client.get(f"/v1/conversations/{talk.id}/events", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    return [data["text"] for name, data in events(answer.text) if name == "message"]


def test_agents_and_notes_come_the_learners_own_turns_do_not(talk: Talk, storage: Storage) -> None:
    talk.say(PERSON)
    assert listen(talk) == []
    said(storage, talk, "system", "Eva has joined")
    said(storage, talk, "agent", "Hello, I am Eva")
    assert listen(talk) == ["Eva has joined", "Hello, I am Eva"]


@pytest.mark.parametrize(
    ("last", "texts"),
    [("1", ["two"]), ("2", []), ("", ["one", "two"]), ("x", ["one", "two"]), ("\xb2", ["one", "two"])],
)
def test_it_goes_on_where_it_was(talk: Talk, storage: Storage, last: str, texts: list[str]) -> None:
    said(storage, talk, "agent", "one")
    said(storage, talk, "agent", "two")
    assert listen(talk, last) == texts


def test_only_the_chats_own_token_hears_it(talk: Talk, client: TestClient) -> None:
    other = Talk.start(client)
    path = f"/v1/conversations/{talk.id}/events"
    assert client.get(path).status_code == 401
    assert client.get(path, headers=other.headers).status_code == 404
