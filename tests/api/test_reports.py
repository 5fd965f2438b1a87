"""Deflection with the rows behind it, retention and erasure: over HTTP, in the house's rounds and in the terminal."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from starlette.testclient import TestClient

from api import housekeeping
from api.agents import COOKIE
from api.wiring import Storage
from bot.errors import Busy
from tests.api.commands import Result
from tests.api.talk import Talk
from tests.helpdesk.scripted import Script

Run = Callable[..., Result]
Make = Callable[..., TestClient]


def age(url: str, conversations: list[str], **by: float) -> None:
    """Let these conversations have happened earlier."""
    moment = datetime.now(UTC) - timedelta(**by)
    engine = create_engine(url)
    with engine.begin() as connection:
        for table, column in (("conversations", "id"), ("messages", "conversation_id")):
            for one in conversations:
                connection.execute(
                    text(f"UPDATE {table} SET created_at = :at WHERE {column} = :id"),
                    {"at": moment.strftime("%Y-%m-%d %H:%M:%S.%f"), "id": one},
                )
    engine.dispose()


@pytest.fixture
def client(make_client: Make, storage: Storage) -> TestClient:
    made = make_client(bot=Script())
    storage.agents.create("eva", "agent")
    made.cookies.set(COOKIE, storage.agents.redeem(storage.agents.login_link("eva")))
    return made


@pytest.fixture
def ended(client: TestClient, sqlite_url: str) -> dict[str, str]:
    """One conversation of each kind, an hour ago."""
    words = {
        "confirmed": ["how do I pay", "thanks"],
        "silent": ["how do I pay"],
        "offered_and_left": ["what about the weather"],
        "handed_off": ["give me a human"],
        "nothing asked": ["hello"],
    }
    made = {}
    for state, said in words.items():
        talk = Talk.start(client)
        for message in said:
            talk.say(message)
        made[state] = talk.id
    age(sqlite_url, list(made.values()), hours=1)
    return made


def test_the_report_gives_bounds_and_the_rows_behind_them(client: TestClient, ended: dict[str, str]) -> None:
    report = client.get("/v1/reports/deflection").json()
    assert report["conversations"] == 4
    assert report["deflection"] == {"lower": 0.25, "upper": 0.5}
    assert report["rows"] == {
        "confirmed": [ended["confirmed"]],
        "silent": [ended["silent"]],
        "offered_and_left": [ended["offered_and_left"]],
        "handed_off": [ended["handed_off"]],
        "returned": [],
    }
    assert report["counts"] == {state: len(rows) for state, rows in report["rows"].items()}


def test_what_goes_on_is_not_counted_yet(client: TestClient) -> None:
    Talk.start(client).say("how do I pay")
    report = client.get("/v1/reports/deflection").json()
    assert (report["conversations"], report["deflection"]) == (0, {"lower": None, "upper": None})


def test_the_command_reports_the_same(
    client: TestClient, ended: dict[str, str], firstline: Run, tmp_path: Path
) -> None:
    over_http = client.get("/v1/reports/deflection", params={"days": 7}).json()
    printed = firstline("report", "--json", "--days", 7, "--data", tmp_path).json
    assert {name: printed[name] for name in ("conversations", "deflection", "counts", "rows")} == {
        name: over_http[name] for name in ("conversations", "deflection", "counts", "rows")
    }
    readable = firstline("report", "--data", tmp_path)
    assert readable.code == 0
    assert "last 30 days" in readable.out


@pytest.mark.parametrize("days", ["0", "4000", "x"])
def test_a_report_has_a_period(client: TestClient, days: str) -> None:
    assert client.get("/v1/reports/deflection", params={"days": days}).status_code == 422


def test_a_round_of_the_house_settles_and_forgets(
    make_app: Callable[..., FastAPI], client: TestClient, ended: dict[str, str], sqlite_url: str
) -> None:
    old = Talk.start(client)
    old.say("how do I pay, says old@example.org")
    age(sqlite_url, [old.id], days=31)
    app = make_app(bot=Script(), retention="30d", idle="10s")
    housekeeping.tidy_up(app.state.context)
    assert client.get(f"/v1/conversations/{old.id}", headers=old.headers).status_code == 404
    with app.state.context.service.storage.store.read() as work:
        assert work.conversations.get(ended["confirmed"]).end_state == "confirmed"
    database = Path(sqlite_url.removeprefix("sqlite:///"))
    assert not any(b"old@example.org" in path.read_bytes() for path in database.parent.glob(f"{database.name}*"))


async def test_a_round_that_fails_is_followed_by_the_next(
    make_app: Callable[..., FastAPI], monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[Any] = []
    enough = asyncio.Event()
    loop = asyncio.get_running_loop()

    def failing(context: Any) -> None:
        rounds.append(context)
        if len(rounds) == 3:
            loop.call_soon_threadsafe(enough.set)
        raise (Busy("somebody else publishes"), OSError("no space left"))[len(rounds) % 2]

    monkeypatch.setattr(housekeeping, "PAUSE", 0)
    monkeypatch.setattr(housekeeping, "tidy_up", failing)
    task = asyncio.create_task(housekeeping.keep_house(make_app().state.context))
    await asyncio.wait_for(enough.wait(), 10)
    assert not task.done()
    task.cancel()


def test_erasing_nobody_gives_a_receipt_of_zeros(firstline: Run, tmp_path: Path) -> None:
    receipt = firstline("erase", "--email", "nobody@example.org", "--data", tmp_path).json
    assert list(receipt) == ["erased_at", "removed", "elsewhere"]
    assert receipt["elsewhere"] == []
    assert not any(receipt["removed"].values())
    firstline("erase", "--email", "nobody", "--data", tmp_path).assert_refused("whole e-mail address")
