"""Which pages may use a site's assistant."""

import pytest
from starlette.testclient import TestClient

from tests.api.talk import ANSWERED, Talk
from tests.api.worlds import OTHER_PAGE, PAGE

START = {"site": "demo", "locale": "en"}


def test_the_sites_own_page_may_and_the_browser_is_told_so(client: TestClient) -> None:
    answer = client.post("/v1/conversations", json=START, headers={"Origin": PAGE})
    assert answer.status_code == 201
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://learn.example", "https://learn.example.evil.example", ""]
)
def test_another_page_may_not_and_no_header_says_otherwise(client: TestClient, origin: str) -> None:
    talk = Talk.start(client)
    headers = {"Origin": origin}
    for answer in (
        client.post("/v1/conversations", json=START, headers=headers),
        client.get("/v1/sites/demo", headers=headers),
        client.post(
            f"/v1/conversations/{talk.id}/messages",
            json={"text": ANSWERED, "client_message_id": "m"},
            headers=headers | talk.headers,
        ),
        client.post(
            f"/v1/conversations/{talk.id}/handoff", json={"client_request_id": "r"}, headers=headers | talk.headers
        ),
    ):
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "origin_not_allowed"
        assert not any(name.startswith("access-control") for name in answer.headers)
    assert talk.read()["turns"] == []


def test_a_page_of_another_site_may_use_its_own_site_only(client: TestClient) -> None:
    headers = {"Origin": OTHER_PAGE}
    assert client.post("/v1/conversations", json=START, headers=headers).status_code == 403
    assert client.post("/v1/conversations", json={"site": "other"}, headers=headers).status_code == 201


@pytest.mark.parametrize("headers", [{}, {"Origin": PAGE}, {"Origin": "null"}])
def test_an_empty_list_lets_nobody_in(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/v1/conversations", json={"site": "closed"}, headers=headers).status_code == 403
    assert client.get("/v1/sites/closed", headers=headers).status_code == 403


def test_preflight(client: TestClient) -> None:
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    allowed = client.options("/v1/conversations/x/messages", headers=ask | {"Origin": PAGE})
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == PAGE
    assert {"Authorization", "Content-Type"} <= set(allowed.headers["access-control-allow-headers"].split(", "))
    refused = client.options("/v1/conversations/x/messages", headers=ask | {"Origin": "https://evil.example"})
    assert refused.status_code == 403
    assert not any(name.startswith("access-control") for name in refused.headers)


def test_an_allowed_page_can_read_errors_and_how_long_to_wait(client: TestClient) -> None:
    answer = client.get("/v1/conversations/x", headers={"Origin": PAGE})
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert answer.headers["access-control-expose-headers"] == "Retry-After"


def test_a_program_without_a_page_is_held_by_the_limits_alone(client: TestClient) -> None:
    answer = client.post("/v1/conversations", json=START)
    assert answer.status_code == 201
    assert "access-control-allow-origin" not in answer.headers
