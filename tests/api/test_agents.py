"""Signing in to the desk, and what only the signed-in may do."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from api.agents import COOKIE
from api.wiring import Storage
from tests.api.talk import Talk
from tests.helpdesk.scripted import Script

Make = Callable[..., TestClient]
PASSWORD = "correct horse battery"
OWN = {"Origin": "http://testserver"}
ELSEWHERE = {"Origin": "https://evil.example"}


@pytest.fixture
def desk(make_client: Make, storage: Storage) -> TestClient:
    """Nobody is signed in; `eva` could be."""
    storage.agents.create("eva", "agent", PASSWORD)
    return make_client(bot=Script())


def sign_in(desk: TestClient, password: str = PASSWORD, **headers: str) -> int:
    return desk.post("/desk/login", data={"login": "Eva", "password": password}, headers=headers or OWN).status_code


def test_signed_in_agents_see_the_tickets(desk: TestClient) -> None:
    number = Talk.start(desk).ask_for_person(email="ana@example.org")
    assert "Sign in" in desk.get("/desk").text
    assert desk.get("/v1/tickets").status_code == 401
    assert desk.get(f"/desk/tickets/{number}").status_code == 401
    assert sign_in(desk) == 200
    assert number in desk.get("/desk").text
    assert "ana@example.org" in desk.get(f"/desk/tickets/{number}").text
    assert desk.get("/v1/tickets").json()["tickets"][0]["number"] == number


def test_the_cookie_is_out_of_reach(desk: TestClient, make_client: Make) -> None:
    for client, secure in ((desk, False), (make_client(secure_cookies=True), True)):
        answer = client.post("/desk/login", data={"login": "eva", "password": PASSWORD}, headers=OWN)
        cookie = answer.headers["set-cookie"].lower()
        assert cookie.startswith(f"{COOKIE}=")
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert ("secure" in cookie) is secure
        assert answer.headers["cache-control"] == "no-store"


def test_a_learners_conversation_sets_no_cookie(desk: TestClient) -> None:
    talk = Talk.start(desk)
    talk.say("how do I pay")
    assert not desk.cookies


def test_a_wrong_password_is_refused_without_saying_what_was_wrong(desk: TestClient) -> None:
    wrong = desk.post("/desk/login", data={"login": "eva", "password": "wrong"}, headers=OWN)
    unknown = desk.post("/desk/login", data={"login": "nobody", "password": PASSWORD}, headers=OWN)
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.text == unknown.text
    assert COOKIE not in desk.cookies


def test_after_five_wrong_passwords_the_right_one_waits_too(desk: TestClient) -> None:
    assert [sign_in(desk, f"wrong {number}") for number in range(5)] == [401] * 5
    locked = desk.post("/desk/login", data={"login": "eva", "password": PASSWORD}, headers=OWN)
    assert locked.status_code == 401
    assert "15 minutes" in locked.text


def test_a_link_signs_in_once(desk: TestClient, storage: Storage) -> None:
    link = f"/desk/login?token={storage.agents.login_link('eva')}"
    assert desk.get(link).status_code == 200
    assert desk.get("/v1/tickets").status_code == 200
    desk.cookies.clear()
    again = desk.get(link)
    assert again.status_code == 401
    assert "used already" in again.text
    assert desk.get("/v1/tickets").status_code == 401


def test_signing_out_ends_the_session(desk: TestClient) -> None:
    sign_in(desk)
    stolen = desk.cookies[COOKIE]
    assert desk.post("/desk/logout", headers=OWN, follow_redirects=False).status_code == 303
    assert COOKIE not in desk.cookies
    desk.cookies.set(COOKIE, stolen)
    assert desk.get("/v1/tickets").status_code == 401


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example"])
def test_another_page_cannot_act_for_an_agent(desk: TestClient, origin: str) -> None:
    number = Talk.start(desk).ask_for_person()
    sign_in(desk)
    headers = {"Origin": origin}
    for answer in (
        desk.post(f"/desk/tickets/{number}/status", data={"status": "Closed"}, headers=headers),
        desk.post(f"/v1/tickets/{number}/status", json={"status": "Closed"}, headers=headers),
        desk.post("/desk/logout", headers=headers),
        desk.post("/desk/login", data={"login": "eva", "password": PASSWORD}, headers=headers),
    ):
        assert answer.status_code == 403
    assert desk.get(f"/v1/tickets/{number}").json()["status"] == "Open"


def test_the_form_changes_the_status(desk: TestClient) -> None:
    number = Talk.start(desk).ask_for_person()
    sign_in(desk)
    answer = desk.post(f"/desk/tickets/{number}/status", data={"status": "In progress"}, headers=OWN)
    assert answer.status_code == 200
    assert "Open → In progress" in answer.text
    assert number in desk.get("/desk", params={"status": "In progress"}).text
    assert number not in desk.get("/desk", params={"status": "Open"}).text


def test_tickets_come_a_page_at_a_time(desk: TestClient) -> None:
    made = [Talk.start(desk).ask_for_person() for _ in range(5)]
    sign_in(desk)
    seen, before = [], None
    while True:
        page = desk.get("/v1/tickets", params={"limit": 2} | ({"before": before} if before else {})).json()
        seen += [ticket["number"] for ticket in page["tickets"]]
        before = page["next_before"]
        if before is None:
            break
    assert seen == made[::-1]


@pytest.mark.parametrize("number", ["FL-9999", "x", "FL-99999999999999999999", "%00"])
def test_an_unknown_ticket_is_404(desk: TestClient, number: str) -> None:
    sign_in(desk)
    assert desk.get(f"/v1/tickets/{number}").status_code == 404
    assert desk.get(f"/desk/tickets/{number}").status_code == 404


def test_a_role_or_word_that_does_not_exist_is_refused(desk: TestClient) -> None:
    number = Talk.start(desk).ask_for_person()
    sign_in(desk)
    assert desk.post(f"/v1/tickets/{number}/status", json={"status": "Done"}).status_code == 422
    assert desk.post(f"/desk/tickets/{number}/status", data={"status": "Done"}, headers=OWN).status_code == 422


class TestTheDemosButton:
    """Signs in without a password: at this very machine, from the demo page, and only there."""

    @pytest.fixture
    def options(self) -> dict[str, object]:
        from bot.settings import Site

        return {"demo": True, "sites": {"demo": Site(origins=("http://testserver",))}}

    @pytest.fixture
    def local(self, make_client: Make, storage: Storage, options: dict[str, object]) -> TestClient:
        storage.agents.create("demo", "lead")
        return make_client(address="127.0.0.1", **options)

    def test_from_the_page_itself(self, local: TestClient) -> None:
        assert local.post("/demo/desk", headers=OWN).status_code == 200
        assert local.get("/v1/tickets").status_code == 200

    @pytest.mark.parametrize("headers", [{}, ELSEWHERE, OWN | {"X-Forwarded-For": "127.0.0.1"}])
    def test_not_from_elsewhere(self, local: TestClient, headers: dict[str, str]) -> None:
        assert local.post("/demo/desk", headers=headers, follow_redirects=False).status_code == 403

    def test_not_from_another_machine(self, make_client: Make, local: TestClient, options: dict[str, object]) -> None:
        remote = make_client(address="192.0.2.7", **options)
        assert remote.post("/demo/desk", headers=OWN, follow_redirects=False).status_code == 403

    def test_not_where_there_is_no_demo(self, desk: TestClient) -> None:
        assert desk.post("/demo/desk", headers=OWN).status_code == 404
        assert desk.get("/").status_code == 404

    def test_no_key_stands_in_the_page(self, local: TestClient) -> None:
        page = local.get("/").text
        assert "token=" not in page
        assert not re.search(r"[A-Za-z0-9_-]{40,}", page)
