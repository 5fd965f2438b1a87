"""The agents' pages: the queue, a ticket and everything that can be done with it, the team, the audit."""

import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import watching
from api.agents import COOKIE
from api.reasons import reasons
from api.wiring import Storage
from bot.confidence import Signs
from helpdesk.models import Message
from tests.api.talk import Talk, events
from tests.helpdesk.scripted import NOON, Script

Make = Callable[..., TestClient]
HTML = {"Accept": "text/html"}
OWN = {"Origin": "http://testserver"}


@pytest.fixture(autouse=True)
def _one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LONGEST", 1)


@pytest.fixture
def app_client(make_client: Make) -> TestClient:
    return make_client(bot=Script())


@pytest.fixture
def sign_in(app_client: TestClient, storage: Storage) -> Callable[..., TestClient]:
    """Another browser at the same service, with somebody signed in: `sign_in("kim", "lead", name="Kim")`."""

    def make(login: str, role: Any = "agent", name: str | None = None) -> TestClient:
        if storage.agents.get(login) is None:
            storage.agents.create(login, role, name=name)
        browser = TestClient(app_client.app, client=("192.0.2.9", 50000))
        browser.cookies.set(COOKIE, storage.agents.redeem(storage.agents.login_link(login)))
        return browser

    return make


@pytest.fixture
def kim(sign_in: Callable[..., TestClient]) -> TestClient:
    return sign_in("kim@staff.example", "lead", "Kim")


@pytest.fixture
def talk(app_client: TestClient) -> Talk:
    talk = Talk.start(app_client)
    talk.say("how do refunds work?")
    talk.ask_for_person(email="ana@example.org")
    return talk


def act(agent: TestClient, what: str, number: str = "FL-1001", **fields: str) -> Any:
    return agent.post(f"/desk/tickets/{number}/{what}", data=fields, headers=OWN)


def says(talk: Talk, text: str) -> list[tuple[str, dict[str, Any]]]:
    return events(talk.send(text).text)


def test_taken_over_the_stream_ends_with_delivered_and_no_outcome(talk: Talk, kim: TestClient) -> None:
    assert act(kim, "join").status_code == 200
    ((name, data),) = says(talk, "are you there?")
    assert (name, list(data)) == ("delivered", ["message_id"])
    turns = talk.read()["turns"]
    assert (turns[-1]["id"], turns[-1]["role"]) == (data["message_id"], "learner")
    assert talk.read()["person"] == {"name": "Kim"}
    assert act(kim, "release").status_code == 200
    assert talk.read()["person"] is None
    assert talk.say("how do refunds work?")["outcome"] == "answer"


def test_the_learner_hears_who_joined_and_what_became_of_the_ticket(talk: Talk, kim: TestClient) -> None:
    act(kim, "reply", text="Hello Ana", client_request_id="a1")

    def listen() -> list[tuple[str, dict[str, Any]]]:
        return events(talk.client.get(f"/v1/conversations/{talk.id}/events", headers=talk.headers).text)

    (_, joined), (_, said), (name, state) = listen()
    assert [joined["role"], said["role"], said["author"], said["text"]] == ["system", "agent", "Kim", "Hello Ana"]
    assert (name, state) == (
        "state",
        {"person": {"name": "Kim"}, "ticket": {"number": "FL-1001", "status": "In progress"}},
    )
    act(kim, "status", status="Closed")
    assert listen()[-1] == ("state", {"person": None, "ticket": {"number": "FL-1001", "status": "Closed"}})


def test_no_login_leaves_the_house(talk: Talk, kim: TestClient, sign_in: Callable[..., TestClient]) -> None:
    act(kim, "reply", text="Hello", client_request_id="a1")
    act(kim, "notes", text="a secret among agents")
    act(sign_in("lee@staff.example"), "join", instead_of="kim@staff.example")
    act(kim, "assignee", assignee="lee@staff.example")
    told = str(talk.read()) + talk.client.get(f"/v1/conversations/{talk.id}/events", headers=talk.headers).text
    assert "staff.example" not in told
    assert "secret" not in told


def test_the_ticket_page_shows_what_there_is(talk: Talk, kim: TestClient) -> None:
    page = kim.get("/desk/tickets/FL-1001", headers=HTML).text
    for words in (
        "how do refunds work?",
        "Answered from the help center · 83% sure (estimated)",
        "From version 7 of the articles",
        'href="/help/refunds"',
        "ana@example.org",
        "The assistant answers this chat.",
        "unverified",
    ):
        assert words in page, words
    assert re.search(r'<time datetime="[^"]+">[^<]+ UTC</time>', page)


def test_the_reasons_are_in_plain_words() -> None:
    outcome = {"outcome": "handoff", "reason": "low_confidence", "confidence": 0.412, "calibration": "estimated"}
    outcome |= {"department": "Billing", "priority": "Low", "index_version": 3}
    evidence = {"scores": asdict(Signs(level=0.5, lead=0.125, covered=1)), "timings": {"search": 3.0, "rest": 1.4}}
    message = Message("m", "c", 2, "bot", "…", NOON, outcome=outcome, kind="identity_verification", evidence=evidence)
    assert reasons(message) == [
        "Not sure enough to answer; offered a person · 41% sure (estimated)",
        "Topic: identity verification",
        "Meant for: Billing, low priority",
        "Likeness to the best article (0 like a stranger's question, 1 like the article's own): 0.50",
        "Lead over the next article: 0.12",
        "Share of the question's words that the article has: 1.00",
        "Took 4 ms",
        "From version 3 of the articles",
    ]


def test_every_change_is_in_the_history_with_who(talk: Talk, kim: TestClient) -> None:
    act(kim, "priority", priority="High")
    act(kim, "department", department="Billing")
    act(kim, "assignee", assignee="kim@staff.example")
    act(kim, "notes", text="Called back: <b>no answer</b>")
    page = act(kim, "assignee").text
    history = kim.get("/v1/tickets/FL-1001").json()["history"]
    done = [(each["actor"], each["field"], each["before"], each["after"]) for each in history[1:]]
    assert done == [
        ("kim@staff.example", "priority", "Medium", "High"),
        ("kim@staff.example", "department", "Learner support", "Billing"),
        ("kim@staff.example", "assignee", None, "kim@staff.example"),
        ("kim@staff.example", "assignee", "kim@staff.example", None),
    ]
    assert "&lt;b&gt;no answer&lt;/b&gt;" in page


@pytest.mark.parametrize(
    ("what", "fields", "status"),
    [
        ("reply", {"text": " ", "client_request_id": "a"}, 400),
        ("reply", {"text": "x" * 4001, "client_request_id": "a"}, 400),
        ("reply", {"text": "hello"}, 422),
        ("notes", {"text": " "}, 400),
        ("priority", {"priority": "Never"}, 422),
        ("assignee", {"assignee": "nobody@here"}, 404),
    ],
)
def test_bad_input_gets_a_sentence(talk: Talk, kim: TestClient, what: str, fields: Any, status: int) -> None:
    answer = act(kim, what, **fields)
    assert answer.status_code == status
    assert len(answer.json()["error"]["message"]) > 10
    page = kim.post(f"/desk/tickets/FL-1001/{what}", data=fields, headers=OWN | HTML)
    assert page.status_code == status
    assert "That was not done" in page.text


def test_a_second_agent_does_not_push_the_first_out(
    talk: Talk, kim: TestClient, sign_in: Callable[..., TestClient]
) -> None:
    lee = sign_in("lee@staff.example", name="Lee")
    act(kim, "join")
    refused = act(lee, "reply", text="me too", client_request_id="b1")
    assert (refused.status_code, "kim@staff.example is in this chat" in refused.text) == (400, True)
    assert "Take over from kim@staff.example" in lee.get("/desk/tickets/FL-1001").text
    act(lee, "join", instead_of="kim@staff.example")
    assert talk.read()["turns"][-1]["text"] == "Lee, a person from our team, has taken over this chat."


def test_the_queue_narrows(talk: Talk, kim: TestClient, app_client: TestClient) -> None:
    Talk.start(app_client).ask_for_person()
    act(kim, "join")

    def shown(**query: Any) -> list[str]:
        return re.findall(r'class="number" href="/desk/tickets/(FL-\d+)"', kim.get("/desk", params=query).text)

    assert shown() == ["FL-1001", "FL-1002"]
    assert shown(assignee="me") == ["FL-1001"]
    assert shown(assignee="nobody", department="", priority="", site="", q="") == ["FL-1002"]
    assert shown(q="refunds work") == ["FL-1001"]
    assert shown(status="Open", waiting="true") == ["FL-1002"]
    assert shown(page=2) == []
    assert kim.get("/desk", params={"status": "x"}).status_code == 422
    assert "kim@staff.example is in the chat" in kim.get("/desk").text


def test_earlier_conversations_by_the_same_typed_email_are_marked(talk: Talk, kim: TestClient) -> None:
    again = Talk.start(talk.client)
    number = again.ask_for_person(email="ANA@example.org")
    page = kim.get(f"/desk/tickets/{number}").text
    assert "Unverified: only the same e-mail was typed" in page
    assert f"/desk/conversations/{talk.id}" in page
    assert "how do refunds work?" in kim.get(f"/desk/conversations/{talk.id}").text
    assert kim.get("/desk/conversations/nothing").status_code == 404


def test_pages_hear_of_news(talk: Talk, kim: TestClient) -> None:
    answer = kim.get("/desk/tickets/FL-1001/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert events(answer.text) == [("news", {})]
    assert talk.client.get("/desk/tickets/FL-1001/events").status_code == 401


def test_only_leads_manage_agents_and_read_the_audit(talk: Talk, sign_in: Callable[..., TestClient]) -> None:
    lee = sign_in("lee")
    for path in ("/desk/agents", "/desk/audit"):
        assert lee.get(path).status_code == 403
        assert path not in lee.get("/desk").text
    for path in ("", "/lee", "/lee/link", "/lee/remove"):
        answer = lee.post(f"/desk/agents{path}", data={"login": "x", "role": "lead"}, headers=OWN)
        assert answer.status_code == 403, path


def test_a_lead_adds_changes_and_removes_agents(kim: TestClient, storage: Storage, app_client: TestClient) -> None:
    page = kim.post("/desk/agents", data={"login": "Max", "name": "Max M.", "role": "agent"}, headers=OWN).text
    found = re.search(r"http://testserver(/desk/login\?token=[\w-]+)", page)
    assert found is not None
    newcomer = TestClient(app_client.app)
    assert newcomer.get(found[1]).status_code == 200
    assert found[1] not in kim.get("/desk/agents").text
    assert newcomer.post("/desk/me/name", data={"name": "Maxi"}, headers=OWN).status_code == 200
    kim.post("/desk/agents/max", data={"name": "Maxi", "role": "lead"}, headers=OWN)
    agent = storage.agents.get("max")
    assert agent is not None
    assert (agent.role, agent.name) == ("lead", "Maxi")
    assert newcomer.post("/desk/me/password", data={"password": "short"}, headers=OWN).status_code == 400
    assert "Sign in" in newcomer.post("/desk/me/password", data={"password": "long enough now"}, headers=OWN).text
    assert kim.post("/desk/agents/max/remove", headers=OWN).status_code == 200
    assert storage.agents.get("max") is None


def test_a_lead_stays(kim: TestClient) -> None:
    own = "/desk/agents/kim@staff.example"
    assert kim.post(f"{own}/remove", headers=OWN).status_code == 400
    assert kim.post(own, data={"role": "agent"}, headers=OWN).status_code == 400


def test_the_audit_says_who_did_what(talk: Talk, kim: TestClient) -> None:
    act(kim, "reply", text="Hello", client_request_id="a1")
    rows = kim.get("/desk/audit", params={"actor": "kim@staff.example"}).text.count("<tr>") - 1
    assert rows == 4  # in the chat, assignee, status, reply
    assert "Nothing was changed here" in kim.get("/desk/audit", params={"ticket": "FL-9999", "actor": ""}).text
    assert kim.get("/desk/audit", params={"ticket": "x"}).status_code == 404


def test_another_page_cannot_speak_for_an_agent(talk: Talk, kim: TestClient) -> None:
    for what in ("join", "reply", "release", "notes", "priority", "department", "assignee"):
        answer = kim.post(f"/desk/tickets/FL-1001/{what}", data={}, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403, what
    assert kim.post("/desk/agents", data={"login": "x"}, headers={"Origin": "https://evil.example"}).status_code == 403


def test_whoever_is_not_signed_in_sees_a_page_that_says_so(app_client: TestClient) -> None:
    answer = app_client.get("/desk/tickets/FL-1001", headers=HTML)
    assert (answer.status_code, "Please sign in" in answer.text) == (401, True)
