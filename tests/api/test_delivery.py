"""What an operator has: the commands, the page, the metrics, the log."""

import json
import logging
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from prometheus_client import CollectorRegistry, generate_latest
from starlette.testclient import TestClient

from api import logs
from api.agents import COOKIE
from api.delivery import DeliveryReport, delivering
from api.desks import make_desks
from api.wiring import Storage
from bot.errors import BadInput
from bot.settings import Site
from helpdesk.conversations import Chat
from helpdesk.courier import Courier
from helpdesk.models import Contact, SiteRules
from storage.engine import open_engine
from storage.migrations import upgrade
from storage.store import SqlStore
from tests.api.commands import Result, command, environment
from tests.api.worlds import ROOT, make_settings
from tests.contracts.receiver import KEY, Receiver
from tests.helpdesk.scripted import Script

Run = Callable[..., Result]
SITES = {"demo": Site(connector="crm")}


def desk_settings(receiver: Receiver, key: str = KEY) -> dict[str, object]:
    return {"crm": {"kind": "webhook", "url": receiver.url, "keys": [key]}}


def hand_over(store: SqlStore, *, connector: str = "crm", note: str | None = None) -> str:
    chat = Chat(store, Script(), sites={"demo": SiteRules(connector=connector)})
    conversation, _ = chat.start("demo", "en")
    return chat.request_person(conversation, Contact("xiomara@example.org", note=note), "r1").label


@pytest.fixture
def refused(storage: Storage) -> str:
    """A dead letter's id: the key is another one than the desk's."""
    hand_over(storage.store)
    with Receiver() as receiver:
        desks = make_desks(make_settings(Path(), desks=desk_settings(receiver, "a key that is wrong")))
        courier = Courier(storage.store, desks)
        claimed = courier.claim("crm")
        assert claimed
        assert courier.deliver(claimed).result == "dead"
    return claimed.row.id


@pytest.fixture
def set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Receiver], Path]:
    """The commands' settings: the site `demo` with the desk `crm`. Gives the data folder."""

    def make(receiver: Receiver, key: str = KEY) -> Path:
        monkeypatch.setenv("FIRSTLINE_SITES", json.dumps({"demo": {"connector": "crm"}, "own": {}}))
        monkeypatch.setenv("FIRSTLINE_DESKS", json.dumps(desk_settings(receiver, key)))
        return tmp_path

    return make


def test_a_desk_is_tried_with_a_marked_ticket(firstline: Run, set_up: Callable[..., Path]) -> None:
    with Receiver() as receiver:
        data = set_up(receiver)
        tried = firstline("desk", "test", "demo", "--data", data)
        own = firstline("desk", "test", "own", "--data", data)
    (sent,) = receiver.deliveries.values()
    assert (tried.code, tried.err) == (0, "")
    assert f"took the test ticket {sent['ticket']['external_id']} as R-FL-0" in tried.out
    assert "TEST from Firstline" in sent["turns"][0]["text"]
    assert sent["ticket"]["contact"]["email"] is None
    assert "built-in desk" in own.out


def test_a_desk_that_does_not_take_it_is_told_of(firstline: Run, set_up: Callable[..., Path]) -> None:
    with Receiver() as receiver:
        data = set_up(receiver, "a key that is wrong")
        firstline("desk", "test", "demo", "--data", data).assert_refused("401", code=1)
    firstline("desk", "test", "demo", "--data", data).assert_refused("no connection", code=1)
    firstline("desk", "test", "nowhere", "--data", data).assert_refused("nowhere", "demo")


@pytest.mark.parametrize(
    ("sites", "desks", "words"),
    [
        ({"demo": {"connector": "nowhere"}}, {}, ["site 'demo'", "nowhere"]),
        ({}, {"desk": {"kind": "webhook", "url": "http://x", "keys": [KEY]}}, ["built-in"]),
        ({}, {"crm": {"kind": "webhook", "url": "x", "keys": [KEY]}}, ["desks.crm.url"]),
        ({}, {"crm": {"kind": "webhook", "url": "http://x", "keys": ["short"]}}, ["16 characters"]),
        ({}, {"crm": {"kind": "pigeon"}}, ["desks.crm", "pigeon"]),
    ],
)
def test_settings_that_cannot_deliver_stop_the_start(
    firstline: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    sites: dict[str, object],
    desks: dict[str, object],
    words: list[str],
) -> None:
    monkeypatch.setenv("FIRSTLINE_SITES", json.dumps(sites))
    monkeypatch.setenv("FIRSTLINE_DESKS", json.dumps(desks))
    firstline("worker", "--data", tmp_path).assert_refused(*words)


def test_dead_letters_are_listed_retried_and_dropped(
    firstline: Run, refused: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = ("--data", tmp_path)
    monkeypatch.setenv("FIRSTLINE_DATABASE", f"sqlite:///{tmp_path}/firstline.db")
    listed = firstline("outbox", "list", "--state", "dead", *data)
    assert listed.lines == [f"{refused} dead      FL-1001  ticket_created crm it answered 401"]
    assert json.loads(firstline("outbox", "list", "--json", *data).out)["state"] == "dead"
    assert firstline("outbox", "retry", refused, *data).out == f"{refused} is tried again\n"
    assert "there is no desk 'crm' in the settings" in firstline("outbox", "list", *data).out
    firstline("outbox", "drop", refused, *data).assert_refused("only dead letters")
    with sqlite3.connect(tmp_path / "firstline.db") as database:
        database.execute("UPDATE outbox SET state = 'dead'")
    database.close()
    assert firstline("outbox", "retry", "--all", "--connector", "other", *data).out.startswith("0 dead letters")
    assert firstline("outbox", "drop", refused, *data).out == f"{refused} is dropped\n"
    firstline("outbox", "retry", refused, *data).assert_refused("dropped already")
    for words in ([], [refused, "--all"]):
        firstline("outbox", "retry", *words, *data).assert_refused("--all")
    firstline("outbox", "drop", "nothing", *data).assert_refused("no such delivery")


def signed_in(make_client: Callable[..., TestClient], storage: Storage, role: str) -> TestClient:
    storage.agents.create(role, role)  # type: ignore[arg-type]
    client = make_client(bot=Script())
    client.cookies.set(COOKIE, storage.agents.redeem(storage.agents.login_link(role)))
    return client


def test_the_page_shows_dead_letters_and_lets_a_lead_act(
    make_client: Callable[..., TestClient], storage: Storage, refused: str
) -> None:
    assert make_client().get("/desk/outbox").status_code == 401
    agent, lead = (signed_in(make_client, storage, role) for role in ("agent", "lead"))
    assert "/desk/outbox" in lead.get("/desk").text
    seen = agent.get("/desk/outbox").text
    assert "FL-1001" in seen
    assert "it answered 401" in seen
    assert "/drop" not in seen
    for act in ("retry", "drop"):
        assert agent.post(f"/desk/outbox/{refused}/{act}").status_code == 403
    assert "/drop" in lead.get("/desk/outbox").text
    assert "No delivery was given up" in lead.post(f"/desk/outbox/{refused}/retry").text
    assert "FL-1001" in lead.get("/desk/outbox?state=pending").text
    assert lead.post(f"/desk/outbox/{refused}/drop").status_code == 400
    assert lead.get("/desk/outbox?state=lost").status_code == 422
    assert lead.post(f"/desk/outbox/{refused}/retry", headers={"Origin": "https://evil.example"}).status_code == 403


def test_metrics_show_the_outbox_and_the_attempts(storage: Storage, refused: str) -> None:
    registry = CollectorRegistry()
    hand_over(storage.store)
    with Receiver() as receiver:
        settings = make_settings(Path(), desks=desk_settings(receiver), sites=SITES)
        with delivering(settings, storage.store, make_desks(settings), registry, work=True):
            wait_for(lambda: len(receiver.deliveries) == 1 and b'state="delivered"' in generate_latest(registry))
        with delivering(settings, storage.store, make_desks(settings), CollectorRegistry(), work=False):
            hand_over(storage.store)
    told = generate_latest(registry).decode()
    assert 'firstline_outbox_rows{connector="crm",state="dead"} 1.0' in told
    assert 'firstline_outbox_rows{connector="crm",state="delivered"} 1.0' in told
    assert 'firstline_outbox_rows{connector="crm",state="pending"} 1.0' in told
    assert 'firstline_deliveries_total{connector="crm",result="delivered"} 1.0' in told
    assert 'firstline_outbox_oldest_pending_seconds{connector="crm"}' in told


@pytest.mark.parametrize(
    "public_url, shown", [("", "/help/refunds"), ("https://a.example/fl/", "https://a.example/fl/help/refunds")]
)
def test_sources_are_addresses_where_the_settings_say_which(storage: Storage, public_url: str, shown: str) -> None:
    chat = Chat(storage.store, Script(), sites={"demo": SiteRules(connector="crm")})
    conversation, _ = chat.start("demo", "en")
    chat.send(conversation, "how do refunds work?", "k1")
    chat.request_person(conversation, Contact(), "r1")
    with Receiver() as receiver:
        settings = make_settings(Path(), desks=desk_settings(receiver), sites=SITES, public_url=public_url)
        with delivering(settings, storage.store, make_desks(settings), CollectorRegistry(), work=True):
            wait_for(lambda: len(receiver.deliveries) == 1)
    (sent,) = receiver.deliveries.values()
    assert [source["url"] for turn in sent["turns"] for source in turn["sources"]] == [shown]


@pytest.fixture
def log_restored() -> Iterator[None]:
    handlers = logging.root.handlers[:]
    yield
    logging.root.handlers = handlers
    structlog.reset_defaults()


@pytest.mark.usefixtures("log_restored")
def test_the_log_says_what_came_of_it_and_nothing_of_the_learner(
    storage: Storage, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure()
    report = DeliveryReport(CollectorRegistry(), storage.store)
    hand_over(storage.store, note="Xiomara is in trouble")

    class Broken:
        longest = make_settings(Path()).poll

        def create(self, delivery: object) -> str:
            raise ValueError("Xiomara")

    courier = Courier(storage.store, {"crm": Broken()})  # type: ignore[dict-item]
    claimed = courier.claim("crm")
    assert claimed
    report.attempt(courier.deliver(claimed))
    report.trouble(BadInput("no such desk"))
    report.trouble(ValueError("Xiomara"))
    said = capsys.readouterr().err
    first, second, third = (json.loads(line) for line in said.splitlines())
    assert "iomara" not in said
    assert (first["event"], first["ticket"], first["reason"]) == (
        "delivery_failed",
        "FL-1001",
        "unforeseen: ValueError",
    )
    assert any("create" in step for step in first["way"])
    assert (second["reason"], third["error"]) == ("no such desk", "ValueError")


def test_a_worker_of_its_own_delivers_and_stops_when_asked(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/firstline.db")
    upgrade(engine)
    number = hand_over(SqlStore(engine))
    engine.dispose()
    with Receiver() as receiver:
        own = {"FIRSTLINE_DESKS": json.dumps(desk_settings(receiver)), "PYTHONPATH": str(ROOT)}
        words = command("worker", "--data", tmp_path)
        with subprocess.Popen(words, env=environment(**own), stderr=subprocess.PIPE, text=True) as process:
            wait_for(lambda: bool(receiver.deliveries))
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
            assert process.stderr
            assert "Delivering to desk, crm" in process.stderr.read()
    (sent,) = receiver.deliveries.values()
    assert sent["ticket"]["number"] == number


def wait_for(look: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not look():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)
