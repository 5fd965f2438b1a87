"""Many at once: nobody waits for somebody else's stalled model, nobody gets two replies."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi import FastAPI

from bot.models import Outcome, Question
from tests.api.talk import Talk, outcome_of
from tests.helpdesk.scripted import Script

CROWD = 100
Make = Callable[..., FastAPI]


@dataclass
class Stalled(Script):
    """Says nothing until it is let go."""

    go: threading.Event = field(default_factory=threading.Event)

    def answer(self, question: Question) -> Outcome:
        self.asked.append(question)
        assert self.go.wait(60)
        return self.answer_to(question.text)


@pytest.fixture
def stalled() -> Stalled:
    return Stalled()


@pytest.fixture
async def crowd(make_app: Make, stalled: Stalled) -> AsyncIterator[httpx.AsyncClient]:
    async with connected(make_app(bot=stalled)) as client:
        yield client


def connected(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://firstline.test")


async def start(client: httpx.AsyncClient) -> Talk:
    told = (await client.post("/v1/conversations", json={"site": "demo"})).json()
    return Talk(client, told["conversation_id"], told["token"])


async def transcript(talk: Talk) -> list[dict[str, str]]:
    answer = await talk.client.get(f"/v1/conversations/{talk.id}", headers=talk.headers)
    turns: list[dict[str, str]] = answer.json()["turns"]
    return turns


async def test_a_hundred_streams_on_a_stalled_model(crowd: httpx.AsyncClient, stalled: Stalled) -> None:
    talks = [await start(crowd) for _ in range(CROWD)]
    streams = [asyncio.create_task(talk.send(f"question {at}", "m1")) for at, talk in enumerate(talks)]
    while len(stalled.asked) < CROWD:
        await asyncio.sleep(0.01)

    assert (await crowd.get("/health/live")).json() == {"status": "live"}
    assert (await crowd.get("/health/ready")).status_code == 200
    assert [turn["role"] for turn in await transcript(talks[0])] == ["learner"]
    assert (await talks[0].post("handoff", client_request_id="r")).status_code == 201
    assert not any(stream.done() for stream in streams)

    stalled.go.set()
    outcomes = [outcome_of(answer.text) for answer in await asyncio.gather(*streams)]
    assert [outcome["text"] for outcome in outcomes] == [f"About: question {at}" for at in range(CROWD)]
    for at, talk in enumerate(talks):
        assert [turn["text"] for turn in await transcript(talk)] == [f"question {at}", f"About: question {at}"]


async def test_who_leaves_while_waiting_finds_the_reply_later(crowd: httpx.AsyncClient, stalled: Stalled) -> None:
    talk = await start(crowd)
    stream = asyncio.create_task(talk.send("question", "m1"))
    while not stalled.asked:
        await asyncio.sleep(0.01)
    stream.cancel()
    stalled.go.set()
    again = outcome_of((await talk.send("question", "m1")).text)
    turns = await transcript(talk)
    assert [turn["role"] for turn in turns] == ["learner", "bot"]
    assert turns[1]["id"] == again["id"]


async def test_five_messages_in_a_second_get_one_reply_each_in_order(make_app: Make) -> None:
    async with connected(make_app(bot=Script(pause=0.02))) as client:
        talk = await start(client)
        sent = [talk.send(f"question {at}", f"m{at}") for at in range(5)]
        outcomes = [outcome_of(answer.text) for answer in await asyncio.gather(*sent)]
        assert [outcome["text"] for outcome in outcomes] == [f"About: question {at}" for at in range(5)]
        turns = await transcript(talk)
        assert Counter(turn["role"] for turn in turns) == {"learner": 5, "bot": 5}
        assert {turn["id"] for turn in turns if turn["role"] == "bot"} == {outcome["id"] for outcome in outcomes}
        asked = [turn["text"] for turn in turns if turn["role"] == "learner"]
        answered = [turn["text"] for turn in turns if turn["role"] == "bot"]
        assert answered == [f"About: {text}" for text in asked]


async def test_the_same_message_ten_times_at_once_gets_one_reply(make_app: Make) -> None:
    script = Script(pause=0.05)
    async with connected(make_app(bot=script)) as client:
        talk = await start(client)
        answers = await asyncio.gather(*(talk.send("give me a human", "m1") for _ in range(10)))
        assert len({answer.text for answer in answers}) == 1
        assert len(script.asked) == 1
        assert len(await transcript(talk)) == 2


async def test_ten_requests_for_a_person_at_once_are_one_ticket(make_app: Make) -> None:
    async with connected(make_app(bot=Script())) as client:
        talk = await start(client)
        answers = await asyncio.gather(*(talk.post("handoff", client_request_id=f"r{at % 3}") for at in range(10)))
        assert len({answer.json()["ticket_number"] for answer in answers}) == 1
