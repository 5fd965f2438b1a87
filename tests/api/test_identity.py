"""Who somebody is: conversation tokens, and the host's word for its learner."""

import base64
import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from starlette.testclient import TestClient

from api.agents import COOKIE
from api.wiring import Storage
from tests.api.talk import ANSWERED, PERSON, Talk
from tests.api.worlds import KEY, OTHER_KEY


def identity_token(key: str = KEY, algorithm: str = "HS256", **changes: Any) -> str:
    """What the host of the page signs; a claim that is None is left out."""
    claims = {
        "aud": "demo",
        "sub": "learner-7",
        "email": "ana@example.org",
        "nonce": secrets.token_hex(8),
        "exp": datetime.now(UTC) + timedelta(minutes=5),
    } | changes
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, key, algorithm)


def unsigned(header: dict[str, str]) -> str:
    claims = jwt.decode(identity_token(), options={"verify_signature": False})
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims))
    return ".".join((*parts, ""))


def ago(**duration: float) -> datetime:
    return datetime.now(UTC) - timedelta(**duration)


def start(client: TestClient, token: str, site: str = "demo") -> Any:
    return client.post("/v1/conversations", json={"site": site, "locale": "en", "identity_token": token})


def test_a_signed_learner_is_known_and_their_address_prefilled(client: TestClient, storage: Storage) -> None:
    talk = Talk.start(client, identity_token=identity_token())
    assert talk.email == "ana@example.org"
    assert talk.read()["email"] == "ana@example.org"
    number = talk.say(PERSON)["ticket_number"]
    storage.agents.create("eva", "agent")
    client.cookies.set(COOKIE, storage.agents.redeem(storage.agents.login_link("eva")))
    ticket = client.get(f"/v1/tickets/{number}").json()
    assert (ticket["identity"], ticket["subject"]) == ("verified", "learner-7")
    assert ticket["email"] is None, "a prefilled address is contact only once the learner gives it"


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("empty", lambda: ""),
        ("no token", lambda: "not a token"),
        ("forged", lambda: identity_token("somebody else's key, just as long as the right one")),
        ("another site's key", lambda: identity_token(OTHER_KEY)),
        ("signed by nobody", lambda: unsigned({"alg": "none", "typ": "JWT"})),
        ("signature left out", lambda: unsigned({"alg": "HS256", "typ": "JWT"})),
        ("another algorithm", lambda: identity_token(KEY * 2, "HS512")),
        ("expired", lambda: identity_token(exp=ago(seconds=1))),
        ("for another site", lambda: identity_token(aud="other")),
        ("for nobody", lambda: identity_token(aud=None)),
        ("endless", lambda: identity_token(exp=None)),
        ("too long-lived", lambda: identity_token(exp=ago(minutes=-60))),
        ("far in the future", lambda: identity_token(exp=10**15)),
        ("not yet valid", lambda: identity_token(nbf=ago(minutes=-3))),
        ("without a nonce", lambda: identity_token(nonce=None)),
        ("with an empty nonce", lambda: identity_token(nonce="")),
        ("without a subject", lambda: identity_token(sub=None)),
        ("with an odd address", lambda: identity_token(email=["a@example.org"])),
        ("internal", lambda: identity_token(audience="internal")),
        ("of an unknown audience", lambda: identity_token(audience="staff")),
        ("of a list of audiences", lambda: identity_token(audience=["partner"])),
    ],
)
def test_a_token_that_is_not_right_is_refused(client: TestClient, name: str, make: Callable[[], str]) -> None:
    answer = start(client, make())
    assert answer.status_code == 401, name
    assert answer.json()["error"]["code"] == "unauthorized"
    assert answer.json() == start(client, "").json(), "which of them it was is not told"


def test_a_token_works_once(client: TestClient) -> None:
    token = identity_token()
    assert [start(client, token).status_code for _ in range(3)] == [201, 401, 401]


def test_the_same_nonce_is_no_token_twice(client: TestClient) -> None:
    tokens = [identity_token(nonce="n-1", sub=subject) for subject in ("a", "b")]
    assert [start(client, token).status_code for token in tokens] == [201, 401]
    other = identity_token(OTHER_KEY, nonce="n-1", aud="other")
    assert start(client, other, "other").status_code == 201, "nonces are the sites' own"


def test_a_site_without_a_key_takes_no_token(client: TestClient) -> None:
    answer = start(client, jwt.encode({"aud": "closed"}, "x" * 32), "closed")
    assert answer.status_code in (401, 403)


def test_a_chat_needs_its_own_token(client: TestClient) -> None:
    mine, theirs = Talk.start(client), Talk.start(client)
    theirs.say(ANSWERED)
    stranger = Talk(client, theirs.id, mine.token)
    attempts = [
        client.get(f"/v1/conversations/{theirs.id}", headers=mine.headers),
        client.get(f"/v1/conversations/{theirs.id}", headers={"Authorization": f"Bearer {theirs.token[:-1]}"}),
        client.get(f"/v1/conversations/{theirs.id}", headers={"Authorization": "Bearer "}),
        client.get("/v1/conversations/unknown", headers=mine.headers),
        stranger.send(ANSWERED),
        stranger.post("handoff", client_request_id="r1"),
        stranger.post("feedback", message_id=theirs.read()["turns"][1]["id"], helpful=False),
    ]
    refused = [answer for answer in attempts if answer.status_code != 401]
    assert {answer.status_code for answer in refused} == {404}
    assert len({answer.text for answer in refused}) == 1, "a chat that does not exist and another's look the same"
    assert len(theirs.read()["turns"]) == 2


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"}])
def test_without_a_token_it_is_401(client: TestClient, headers: dict[str, str]) -> None:
    talk = Talk.start(client)
    for answer in (
        client.get(f"/v1/conversations/{talk.id}", headers=headers),
        client.post(
            f"/v1/conversations/{talk.id}/messages", json={"text": "hi", "client_message_id": "m"}, headers=headers
        ),
        client.post(f"/v1/conversations/{talk.id}/handoff", json={"client_request_id": "r"}, headers=headers),
    ):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


def test_the_database_holds_no_token(client: TestClient, storage: Storage, sqlite_url: str) -> None:
    token = identity_token()
    talk = Talk.start(client, identity_token=token)
    talk.say(ANSWERED)
    stored = b"".join(path.read_bytes() for path in _files(sqlite_url))
    assert talk.id.encode() in stored
    assert talk.token.encode() not in stored
    assert token.encode() not in stored


def _files(url: str) -> list[Any]:
    from pathlib import Path

    database = Path(url.removeprefix("sqlite:///"))
    return list(database.parent.glob(f"{database.name}*"))
