"""How much one may ask: rates, sizes and lengths."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.limits import Limiter
from bot.units import Rate
from tests.api.talk import Talk
from tests.api.worlds import limits
from tests.helpdesk.scripted import Script

Make = Callable[..., TestClient]
THREE = Rate(3, 60)
START = {"site": "demo", "locale": "en"}


def assert_told_to_wait(answer: Any, most: int = 60) -> None:
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "rate_limited"
    assert 1 <= int(answer.headers["retry-after"]) <= most


def start(client: TestClient, **headers: str) -> Any:
    return client.post("/v1/conversations", json=START, headers=headers)


def test_per_address(make_client: Make) -> None:
    client = make_client(bot=Script(), limits=limits(address=THREE))
    talk = Talk.start(client)
    talk.say("one")
    talk.say("two")
    assert_told_to_wait(talk.send("three"))
    assert_told_to_wait(start(client))
    assert_told_to_wait(client.get("/v1/search", params={"q": "refund"}))
    assert_told_to_wait(client.get("/v1/sites/demo"))
    assert len(talk.read()["turns"]) == 4, "what was refused was not stored"


def test_per_conversation(make_client: Make) -> None:
    client = make_client(bot=Script(), limits=limits(conversation=THREE))
    one, other = Talk.start(client), Talk.start(client)
    for word in ("one", "two", "three"):
        one.say(word)
    assert_told_to_wait(one.send("four"))
    assert other.say("one")["outcome"] == "answer"


def test_per_site(make_client: Make) -> None:
    client = make_client(bot=Script(), limits=limits(site=THREE))
    for word in ("one", "two", "three"):
        Talk.start(client).say(word)
    assert_told_to_wait(Talk.start(client).send("four"))
    assert Talk.start(client, "other").say("one")["outcome"] == "answer"


def test_handoffs_per_address(make_client: Make) -> None:
    client = make_client(bot=Script(), limits=limits(handoffs=Rate(2, 3600)))
    for _ in range(2):
        Talk.start(client).ask_for_person()
    assert_told_to_wait(Talk.start(client).post("handoff", client_request_id="r"), most=3600)


def test_messages_of_a_conversation(make_client: Make) -> None:
    client = make_client(bot=Script(), limits=limits(messages=2))
    talk = Talk.start(client)
    first = talk.say("one", "m1")
    talk.say("two", "m2")
    full = talk.send("three", "m3")
    assert_told_to_wait(full, most=3600)
    assert "start a new one" in full.json()["error"]["message"]
    assert talk.say("one", "m1") == first, "what was answered before is replayed also then"
    assert talk.ask_for_person(), "a person can still be asked for"


def test_an_address_is_the_connections_unless_a_proxy_is_trusted(make_client: Make) -> None:
    client = make_client(bot=Script(), limits=limits(address=THREE))
    answers = [start(client, **{"X-Forwarded-For": f"203.0.113.{number}"}) for number in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]


def test_behind_a_trusted_proxy_each_visitor_counts_alone(make_client: Make) -> None:
    client = make_client(
        bot=Script(), limits=limits(address=THREE), address="10.0.0.1", trusted_proxies=("10.0.0.1", "10.0.0.2")
    )
    for visitor in ("203.0.113.1", "203.0.113.2"):
        answers = [start(client, **{"X-Forwarded-For": f"{visitor}, 10.0.0.2"}) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [201, 201, 201, 429]


def test_what_a_visitor_writes_before_the_proxy_counts_for_nothing(make_client: Make) -> None:
    client = make_client(bot=Script(), limits=limits(address=THREE), address="10.0.0.1", trusted_proxies=("10.0.0.1",))
    answers = [start(client, **{"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.1"}) for number in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]


def test_nor_does_a_header_of_their_own_beside_the_proxys(make_client: Make) -> None:
    client = make_client(bot=Script(), limits=limits(address=THREE), address="10.0.0.1", trusted_proxies=("10.0.0.1",))
    codes = []
    for number in range(4):
        lines = [("X-Forwarded-For", f"198.51.100.{number}"), ("X-Forwarded-For", "203.0.113.1")]
        codes.append(client.post("/v1/conversations", json=START, headers=lines).status_code)
    assert codes == [201, 201, 201, 429]


def test_too_large_a_body(make_client: Make) -> None:
    client = make_client(bot=Script(), limits=limits(body=2_000))
    talk = Talk.start(client)
    declared = talk.send("x" * 3_000)
    chunked = client.post(
        f"/v1/conversations/{talk.id}/messages",
        content=(b"x" * 500 for _ in range(10)),
        headers=talk.headers | {"Content-Type": "application/json"},
    )
    form = client.post(
        "/desk/login",
        content=(b"login=" + b"x" * 500 for _ in range(10)),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    for answer in (declared, chunked, form):
        assert answer.status_code == 413
        assert answer.json() == {"error": {"code": "too_large", "message": "the request is larger than 2,000 bytes"}}
    assert talk.read()["turns"] == []


@pytest.mark.parametrize("text", ["", "x" * 4001])
def test_a_message_has_a_length(talk: Talk, text: str) -> None:
    answer = talk.send(text)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"].startswith("text: ")
    assert talk.read()["turns"] == []


def test_the_longest_message_is_answered(talk: Talk) -> None:
    assert talk.say(("refund " * 600)[:4000])["outcome"]


def test_sign_ins_per_address(make_client: Make) -> None:
    client = make_client(limits=limits(logins=THREE))
    form = {"login": "eva", "password": "wrong password"}
    answers = [client.post("/desk/login", data=form | {"login": f"eva{number}"}) for number in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert client.get("/desk/login", params={"token": "x"}).status_code == 429


def test_a_burst_then_evenly() -> None:
    now = 1000.0
    limiter = Limiter(Rate(4, 60), clock=lambda: now)
    assert [limiter.wait("a") for _ in range(4)] == [0] * 4
    assert limiter.wait("a") == pytest.approx(15)
    assert limiter.wait("b") == 0
    now += 15
    assert limiter.wait("a") == 0
    assert limiter.wait("a") == pytest.approx(15)
    now += 3600
    assert [limiter.wait("a") for _ in range(4)] == [0] * 4
    assert limiter.wait("a") > 0
