"""`firstline serve` as it runs: a process of its own, with its log, its metrics and commands beside it."""

import json
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from api.wiring import Encoders
from tests.api.commands import Result, Served
from tests.api.conftest import publish
from tests.api.talk import ANSWERED, FAR_OFF, PERSON, Talk, events
from tests.api.worlds import make_settings

pytestmark = pytest.mark.xdist_group("server")  # one server is enough, where workers can be told so
PLENTY = {"FIRSTLINE_LIMITS__ADDRESS": "100000/minute", "FIRSTLINE_LIMITS__CONVERSATION": "100000/minute"}


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def metrics() -> str:
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def server(published: Path, tmp_path_factory: pytest.TempPathFactory, metrics: str) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    data = Path(shutil.copytree(published, folder / "data"))
    port = metrics.rpartition(":")[2]
    with Served(data, folder / "log", "--demo", **PLENTY, FIRSTLINE_METRICS_PORT=port) as running:
        yield running


@pytest.fixture
def client(server: Served) -> Iterator[httpx.Client]:
    with server.client() as made:
        yield made


def test_a_whole_conversation(client: httpx.Client) -> None:
    talk = Talk.start(client)
    answered = talk.say(ANSWERED)
    assert answered["outcome"] == "answer"
    number = talk.say(PERSON)["ticket_number"]
    assert talk.ask_for_person(email="ana@example.org") == number
    assert talk.post("feedback", message_id=answered["id"], helpful=True).status_code == 204
    assert [turn["role"] for turn in talk.read()["turns"]] == ["learner", "bot"] * 2


def test_a_reply_is_a_stream_of_events(client: httpx.Client) -> None:
    talk = Talk.start(client)
    message = {"text": ANSWERED, "client_message_id": "m1"}
    with client.stream("POST", f"/v1/conversations/{talk.id}/messages", json=message, headers=talk.headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert "content-length" not in stream.headers
        body = "".join(stream.iter_text())
    assert events(body)[-1][0] == "outcome"


def test_metrics_have_a_port_of_their_own(client: httpx.Client, metrics: str) -> None:
    Talk.start(client).say(ANSWERED)
    told = httpx.get(f"{metrics}/metrics").text
    assert 'firstline_questions_total{outcome="answer",site="demo"}' in told
    assert "firstline_index_version 1.0" in told
    assert client.get("/metrics").status_code == 404


def test_the_log_is_events_without_words(server: Served, client: httpx.Client) -> None:
    talk = Talk.start(client)
    private = "my name is Xiomara Quispe and my card is declined"
    talk.say(private)
    number = talk.ask_for_person(email="xiomara@example.org", phone="+51 999 111 222", note="call Xiomara")
    client.get(f"/v1/conversations/{talk.id}", headers={"Authorization": "Bearer wrong-token-of-mine"})
    client.post("/v1/conversations", content=b"{", headers={"Content-Type": "application/json"})
    log = server.log.read_text()
    for word in ("Xiomara", "xiomara", "999 111", "declined", talk.token, "wrong-token-of-mine"):
        assert word not in log
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    mine = [line for line in lines if line.get("conversation") == talk.id]
    assert [line["event"] for line in mine] == ["replied", "handed_off"]
    assert mine[0]["site"] == "demo"
    assert mine[1]["ticket"] == number
    assert all(line["timestamp"] and line["level"] for line in lines)


def test_the_demos_link_is_told_in_the_terminal_and_works_once(server: Served, client: httpx.Client) -> None:
    link = next(word for word in server.log.read_text().split() if "/desk/login?token=" in word)
    assert "You are signed in" in client.get(link).text
    assert client.get("/v1/tickets").status_code == 200
    assert client.get(link).status_code == 401


def test_erased_beside_the_running_server_no_byte_is_left(
    server: Served, client: httpx.Client, firstline: Callable[..., Result]
) -> None:
    address, words = "Erika.Mustermann@example.org", "Zyzzyva certificates of Erika"
    talk = Talk.start(client)
    talk.say(f"{words}: {FAR_OFF}")
    talk.ask_for_person(email=address, note="Zyzzyva, urgently")
    assert found_in(server, "Zyzzyva", address), "the search finds what is there"

    receipt = firstline("erase", "--email", address.upper(), "--data", server.data)
    assert receipt.code == 0, receipt.err
    assert receipt.json["removed"]["conversations"] == 1
    assert receipt.json["removed"]["tickets"] == 1
    assert address not in receipt.out
    assert found_in(server, "Zyzzyva", address, talk.id) == [(server.log.name, talk.id)], (
        "an id says nothing of anybody"
    )
    assert client.get(f"/v1/conversations/{talk.id}", headers=talk.headers).status_code == 404
    assert talk.send("still there?").status_code == 404


def found_in(server: Served, *words: str) -> list[tuple[str, str]]:
    files = [server.log, *(path for path in server.data.rglob("*") if path.is_file())]
    return [
        (file.name, word)
        for file in files
        for word in words
        for encoded in {word.encode(), word.lower().encode(), word.encode("utf-16-le")}
        if encoded in file.read_bytes()
    ]


def test_a_publish_beside_it_is_taken_over(server: Served, client: httpx.Client, encoders: Encoders, kb: Path) -> None:
    talk = Talk.start(client)
    assert talk.say(ANSWERED, "before")["index_version"] == 1
    more = server.data.parent / "kb"
    shutil.copytree(kb, more)
    shutil.copy(more / "en" / "refunds" / "refund-course.md", more / "en" / "refunds" / "copy.md")
    copy = more / "en" / "refunds" / "copy.md"
    copy.write_text(copy.read_text().replace("id: refund-course", "id: refund-again"))
    publish(make_settings(server.data), encoders, more)
    for attempt in range(100):
        if talk.say(ANSWERED, f"after-{attempt}")["index_version"] == 2:
            break
    assert client.get("/help/en/refund-again").status_code == 200
    assert client.get("/health/ready").status_code == 200
    assert talk.say(ANSWERED, "before")["index_version"] == 1, "a stored reply stays as it was"
