"""The way of a question over HTTP: from the first word to a ticket that an agent works on."""

import json
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from api.agents import COOKIE
from api.wiring import Storage
from tests.api.talk import ANSWERED, FAR_OFF, OUTCOME_KEYS, PERSON, Talk, events, outcome_of


def test_starting_gives_a_token_that_is_told_only_there(client: TestClient) -> None:
    answer = client.post("/v1/conversations", json={"site": "demo", "locale": "es-MX"})
    told = answer.json()
    assert answer.status_code == 201
    assert list(told) == ["conversation_id", "token", "locale", "email"]
    assert (told["locale"], told["email"]) == ("es", None)
    talk = Talk(client, told["conversation_id"], told["token"])
    assert told["token"] not in json.dumps(talk.read())


def test_a_locale_that_the_site_does_not_offer_becomes_its_first(client: TestClient) -> None:
    answer = client.post("/v1/conversations", json={"site": "other", "locale": "zh"})
    assert answer.json()["locale"] == "es"


def test_a_question_is_answered_with_its_source(talk: Talk) -> None:
    answer = talk.send(ANSWERED, "m1")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-cache"
    outcome = outcome_of(answer.text)
    assert list(outcome) == OUTCOME_KEYS
    assert outcome["outcome"] == "answer"
    assert outcome["citations"][0]["article_id"].startswith("refund-")
    assert [citation["number"] for citation in outcome["citations"]] == [
        number + 1 for number in range(len(outcome["citations"]))
    ]
    assert outcome["calibration"] == "estimated"
    assert outcome["index_version"] == 1


def test_the_citation_leads_to_a_page_that_holds_the_quote(talk: Talk) -> None:
    for citation in talk.say(ANSWERED)["citations"]:
        page = talk.client.get(citation["url"])
        assert page.status_code == 200
        assert citation["title"] in page.text


@pytest.mark.parametrize(
    ("text", "outcome", "handoff"),
    [
        ("Thank you!", "chat", None),
        (FAR_OFF, "handoff", "offered"),
        (PERSON, "handoff", "required"),
    ],
)
def test_each_kind_of_outcome_has_the_same_keys(talk: Talk, text: str, outcome: str, handoff: str | None) -> None:
    told = talk.say(text)
    assert list(told) == OUTCOME_KEYS
    assert (told["outcome"], told["handoff"]) == (outcome, handoff)
    assert told["citations"] == []


def test_an_offer_makes_nothing_until_it_is_taken(talk: Talk) -> None:
    offered = talk.say(FAR_OFF)
    assert offered["ticket_number"] is None
    assert talk.read()["ticket"] is None
    number = talk.ask_for_person(email="ana@example.org", note="It is urgent")
    assert talk.read()["ticket"] == {"number": number, "status": "Open"}


def test_a_required_handoff_names_its_ticket(talk: Talk) -> None:
    told = talk.say(PERSON)
    assert told["ticket_number"].startswith("FL-")
    assert told["ticket_number"] in told["text"]
    assert (told["reason"], told["department"]) == ("asked_for_human", "Learner support")
    assert talk.read()["ticket"]["number"] == told["ticket_number"]
    assert talk.ask_for_person(email="ana@example.org") == told["ticket_number"]


def test_repeating_a_handoff_gives_the_same_ticket(talk: Talk) -> None:
    first = talk.ask_for_person("r1", email="ana@example.org")
    assert talk.ask_for_person("r1", email="ana@example.org") == first
    assert talk.ask_for_person("r2", phone="+34 600 000 000", call_at="mornings") == first


@pytest.mark.parametrize(
    ("contact", "word"), [({"email": "ana at example"}, "e-mail"), ({"phone": "call me"}, "phone")]
)
def test_a_contact_that_cannot_be_used_is_refused(talk: Talk, contact: dict[str, str], word: str) -> None:
    answer = talk.post("handoff", client_request_id="r1", **contact)
    assert answer.status_code == 400
    assert word in answer.json()["error"]["message"]
    assert talk.read()["ticket"] is None


def test_a_chat_reloads_as_it_was_streamed(talk: Talk) -> None:
    asked = [
        ANSWERED,
        "And for a subscription?",
        "¿Cómo pido un reembolso?",
        "怎么申请退款？",
        "Thanks",
        FAR_OFF,
        PERSON,
    ]
    streamed = [talk.send(text, f"m{number}") for number, text in enumerate(asked)]
    turns = talk.read()["turns"]
    assert [turn["role"] for turn in turns] == ["learner", "bot"] * len(asked)
    assert [turn["text"] for turn in turns[::2]] == asked
    assert [turn["client_message_id"] for turn in turns[::2]] == [f"m{number}" for number in range(len(asked))]
    for answer, turn in zip(streamed, turns[1::2], strict=True):
        last = answer.text.strip().split("\n\n")[-1].split("data: ", 1)[1]
        assert json.dumps(turn["outcome"], ensure_ascii=False) == json.dumps(json.loads(last), ensure_ascii=False)
        assert turn["id"] == turn["outcome"]["id"]
        assert turn["text"] == turn["outcome"]["text"]


def test_the_same_message_id_replays_the_stored_reply(talk: Talk) -> None:
    first = talk.send(ANSWERED, "m1")
    again = talk.send("something else", "m1")
    assert again.text == first.text
    assert len(talk.read()["turns"]) == 2


def test_a_follow_up_is_understood_from_the_turns_before(talk: Talk) -> None:
    talk.say("How long do I have to ask for a refund of a course?")
    told = talk.say("And of a degree deposit?")
    assert "refund-degree-deposit" in told["retrieved"]


def test_feedback_is_kept_and_replaced(talk: Talk) -> None:
    reply = talk.say(ANSWERED)["id"]
    assert talk.post("feedback", message_id=reply, helpful=True, comment=None).status_code == 204
    assert talk.read()["turns"][1]["helpful"] is True
    assert talk.post("feedback", message_id=reply, helpful=False, comment="too long").status_code == 204
    assert talk.read()["turns"][1]["helpful"] is False


def test_feedback_belongs_to_a_reply_of_this_chat(talk: Talk, client: TestClient) -> None:
    other = Talk.start(client)
    reply = talk.say(ANSWERED)["id"]
    own_message = talk.read()["turns"][0]["id"]
    assert other.post("feedback", message_id=reply, helpful=True).status_code == 404
    assert talk.post("feedback", message_id=own_message, helpful=True).status_code == 404


def test_an_agent_sees_the_ticket_with_the_whole_chat_and_works_on_it(talk: Talk, storage: Storage) -> None:
    talk.say(ANSWERED)
    number = talk.say(PERSON)["ticket_number"]
    talk.ask_for_person(email="ana@example.org", note="Please be quick")
    storage.agents.create("eva", "agent")
    desk = talk.client
    desk.cookies.set(COOKIE, storage.agents.redeem(storage.agents.login_link("eva")))

    assert [ticket["number"] for ticket in desk.get("/v1/tickets").json()["tickets"]] == [number]
    ticket = desk.get(f"/v1/tickets/{number}").json()
    assert [turn["text"] for turn in ticket["transcript"]] == [turn["text"] for turn in talk.read()["turns"]]
    assert (ticket["email"], ticket["note"], ticket["identity"]) == ("ana@example.org", "Please be quick", "unverified")
    assert ticket["articles_shown"]
    texts = {turn["id"]: turn["text"] for turn in ticket["transcript"]}
    assert ticket["summary"]
    assert all(claim["quote"] in texts[claim["message_id"]] for claim in ticket["summary"])

    changed = desk.post(f"/v1/tickets/{number}/status", json={"status": "In progress"}).json()
    assert changed["status"] == "In progress"
    last = changed["history"][-1]
    assert (last["actor"], last["before"], last["after"]) == ("eva", "Open", "In progress")
    assert talk.read()["ticket"] == {"number": number, "status": "In progress"}


def test_after_the_ticket_is_closed_questions_are_answered_again(talk: Talk, storage: Storage) -> None:
    number = talk.say(PERSON)["ticket_number"]
    storage.agents.create("eva", "agent")
    talk.client.cookies.set(COOKIE, storage.agents.redeem(storage.agents.login_link("eva")))
    talk.client.post(f"/v1/tickets/{number}/status", json={"status": "Closed"})
    assert talk.say(ANSWERED)["outcome"] == "answer"
    assert talk.say(PERSON, "later")["ticket_number"] != number


def test_suggested_questions_come_in_the_language_of_the_page(client: TestClient) -> None:
    told = client.get("/v1/sites/demo", params={"locale": "es"}).json()
    assert told == {
        "site": "demo",
        "name": "Quillmere",
        "locales": ["en", "es", "zh"],
        "locale": "es",
        "suggestions": ["¿Cómo pido un reembolso?"],
    }
    assert client.get("/v1/sites/nowhere").status_code == 404


def test_search_gives_articles_of_the_readers_language(client: TestClient) -> None:
    results = client.get("/v1/search", params={"q": "reembolso de un curso", "locale": "es"}).json()["results"]
    assert results[0]["article_id"].startswith("refund-")
    assert results[0]["locale"] == "es"
    assert client.get(results[0]["url"]).status_code == 200


def test_a_stream_holds_nothing_but_its_documented_events(make_client: Callable[..., TestClient]) -> None:
    body = Talk.start(make_client()).send(ANSWERED).text
    told = events(body)
    assert {name for name, _ in told} == {"delta", "outcome"}
    assert all(list(data) == ["text"] for name, data in told if name == "delta")
    assert all(
        list(citation) == ["number", "article_id", "title", "url", "quote"] for citation in told[-1][1]["citations"]
    )
    assert all(line.startswith(("event: ", "data: ", ":")) for line in body.splitlines() if line)
