"""Zendesk's webhook over HTTP: signed or refused, and what it leads to."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from api.wiring import Storage
from bot.desk_settings import WebhookDesk, ZendeskDesk
from bot.settings import Site
from tests.api.commands import Result
from tests.api.talk import Talk, events
from tests.helpdesk.scripted import Script
from tests.helpdesk.test_zendesk_news import sign
from tests.helpdesk.zendesk_account import KIM, Account
from tests.helpdesk.zendesk_server import EMAIL, TOKEN, Server

SECRET = "the webhook's signing secret"
PATH = "/v1/desks/support/zendesk"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def client(make_client: Callable[..., TestClient], server: Server) -> TestClient:
    support = ZendeskDesk(
        kind="zendesk", url=server.url, email=EMAIL, token=SecretStr(TOKEN), webhook_secrets=(SecretStr(SECRET),)
    )
    other = WebhookDesk(kind="webhook", url="https://desk.example", keys=(SecretStr("a key of sixteen or more"),))
    sites = {"demo": Site(origins=("https://learn.example",), connector="support")}
    return make_client(bot=Script(), sites=sites, desks={"support": support, "other": other})


@pytest.fixture
def talk(client: TestClient, storage: Storage, server: Server) -> Talk:
    """A conversation whose ticket Zendesk has."""
    talk = Talk.start(client)
    talk.ask_for_person()
    with storage.store.begin() as work:
        ticket = work.tickets.get(1001)
        assert ticket is not None
        made = {"external_id": ticket.external_id, "comment": {"body": "the transcript", "public": False}}
        there = server.account.create(made, None)["id"]
        work.outbox.add_remote(1001, "support", str(there), ticket.created_at)
    return talk


def tell(client: TestClient, body: object, path: str = PATH, secret: str = SECRET, late: float = 0) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    timestamp = f"{datetime.now(UTC) - timedelta(seconds=late):%Y-%m-%dT%H:%M:%SZ}"
    headers = {
        "X-Zendesk-Webhook-Signature": sign(secret, timestamp, raw),
        "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
    }
    return client.post(path, content=raw, headers=headers)


def replied(account: Account) -> dict[str, str]:
    """An agent answered; what the trigger's webhook then says."""
    (there,) = account.tickets
    account.update(there, {"comment": {"body": "We paid it back.", "public": True}, "status": "open"}, by=KIM)
    return {"ticket_id": str(there)}


def test_an_agents_answer_is_in_the_learners_chat_once(client: TestClient, talk: Talk, server: Server) -> None:
    told = replied(server.account)
    assert [tell(client, told).status_code for _ in range(2)] == [204, 204]
    (turn,) = [turn for turn in talk.read()["turns"] if turn["role"] == "agent"]
    assert turn["text"] == "We paid it back."


def test_the_learner_sees_who_writes_and_writes_to_them(client: TestClient, talk: Talk, server: Server) -> None:
    tell(client, replied(server.account))
    read = talk.read()
    assert read["person"] == {"name": "Kim"}
    assert read["turns"][-2]["text"] == "Kim, a person from our team, has joined this chat."
    assert [name for name, _ in events(talk.send("Thank you!").text)] == ["delivered"]
    (there,) = server.account.tickets
    server.account.update(there, {"status": "solved", "assignee_email": "kim@desk.example"}, by=KIM)
    tell(client, {"ticket_id": str(there)})
    assert talk.read()["person"] is None
    assert talk.say("how do refunds work?")["outcome"] == "answer"


@pytest.mark.parametrize("wrong", [{"secret": "another"}, {"late": 400}, {"late": -400}])
def test_what_is_not_signed_by_zendesk_or_not_lately_is_refused(
    client: TestClient, talk: Talk, server: Server, wrong: dict[str, Any]
) -> None:
    told = replied(server.account)
    server.requests.clear()
    assert tell(client, told, **wrong).status_code == 401
    assert client.post(PATH, json=told).status_code == 401
    assert server.requests == []
    assert all(turn["role"] != "agent" for turn in talk.read()["turns"])


def test_only_a_desk_of_the_kind_is_there(client: TestClient) -> None:
    assert tell(client, {"ticket_id": "1"}, "/v1/desks/nowhere/zendesk").status_code == 404
    assert tell(client, {"ticket_id": "1"}, "/v1/desks/other/zendesk").status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", {"ticket_id": "x"}])
def test_a_body_without_a_ticket_is_bad(client: TestClient, body: object) -> None:
    answer = tell(client, body)
    assert answer.status_code == 400
    assert "names no ticket" in answer.json()["error"]["message"]


def test_tickets_that_are_not_ours_are_nothing(client: TestClient, server: Server) -> None:
    assert tell(client, {"ticket_id": "999"}).status_code == 204
    assert server.requests == []


def test_a_ticket_that_was_deleted_there_is_nothing(client: TestClient, talk: Talk, server: Server) -> None:
    told = replied(server.account)
    server.account.delete(int(told["ticket_id"]))
    assert tell(client, told).status_code == 204


def test_zendesk_is_asked_to_tell_again_where_it_does_not_answer(
    client: TestClient, talk: Talk, server: Server
) -> None:
    told = replied(server.account)
    server.faults = ["503"]
    answer = tell(client, told)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert tell(client, told).status_code == 204


def test_the_desk_can_be_tried(
    firstline: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    monkeypatch.setenv("FIRSTLINE_SITES", json.dumps({"demo": {"connector": "support"}}))
    desk = {"kind": "zendesk", "url": server.url, "email": EMAIL}
    monkeypatch.setenv("FIRSTLINE_DESKS", json.dumps({"support": desk}))
    monkeypatch.setenv("FIRSTLINE_DESKS__SUPPORT__TOKEN", TOKEN)
    result = firstline("desk", "test", "demo")
    (there,) = server.account.tickets.values()
    assert result.code == 0, result.err
    assert f"as {there['id']}" in result.out
    assert there["external_id"].startswith("firstline-test-")
    monkeypatch.setenv("FIRSTLINE_DESKS__SUPPORT__TOKEN", "wrong")
    result = firstline("desk", "test", "demo")
    assert result.code == 1
    assert "refused the e-mail address or API token of the settings (401)" in result.err
    assert "wrong" not in result.err
