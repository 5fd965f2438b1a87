"""The signed webhook, over real sockets: what it sends, and what it makes of every answer."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.desk_settings import WebhookDesk as WebhookSettings
from bot.errors import BadInput
from helpdesk.connectors.http import LARGEST_ANSWER, retry_after
from helpdesk.connectors.webhook import WebhookDesk, make, signature
from helpdesk.delivery import Delivery, DeliveryFailed, DeliveryRefused
from helpdesk.models import Contact, DeliveryKind, OutboxRow
from tests.contracts.receiver import KEY, Receiver, signed
from tests.contracts.rows import message, ticket
from tests.helpdesk.scripted import NOON

ROOT = Path(__file__).parents[2]
QUICK = timedelta(seconds=1)


def delivery(kind: DeliveryKind = "ticket_created", key: str = "delivery-1") -> Delivery:
    outcome = {"citations": [{"number": 1, "article_id": "a", "title": "Refunds", "url": "/help/en/a", "quote": "q"}]}
    turns = (message("m1", "c1", 1, text="退款?"), message("m2", "c1", 2, role="bot", outcome=outcome))
    row = OutboxRow(key, 1001, kind, "crm", {"field": "priority"} if kind == "ticket_changed" else {}, NOON)
    return Delivery(row, ticket(1001, "c1", contact=Contact("ana@example.org")), turns)


def desk(url: str, *keys: str, timeout: timedelta = QUICK) -> WebhookDesk:
    return WebhookDesk(url, keys or (KEY,), timeout)


@contextmanager
def answering(respond: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that does as it likes with each connection, once the request is read."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(100_000)
                    with suppress(OSError):  # the client is gone
                        respond(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/x?secret=hush"
        listener.shutdown(socket.SHUT_RDWR)


def says(status: str, *headers: str, body: bytes = b"") -> Callable[[socket.socket], None]:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""])
    return lambda connection: connection.sendall(head.encode() + body)


def test_what_is_sent_is_signed_and_whole() -> None:
    with Receiver() as receiver:
        assert desk(receiver.url).create(delivery()) == "R-FL-1001"
        desk(receiver.url).update(delivery("ticket_changed", "delivery-2"), "R-FL-1001")
    first, second = receiver.deliveries.values()
    assert receiver.unsigned == 0
    assert list(first) == ["event", "delivery", "id", "change", "ticket", "turns"]
    assert (first["event"], first["delivery"], first["id"], first["change"]) == (
        "ticket_created",
        "delivery-1",
        None,
        None,
    )
    assert first["ticket"]["contact"]["email"] == "ana@example.org"
    assert [(turn["role"], turn["text"]) for turn in first["turns"]] == [("learner", "退款?"), ("bot", "text of m2")]
    assert first["turns"][1]["sources"] == [{"number": 1, "title": "Refunds", "url": "/help/en/a"}]
    assert (second["event"], second["id"], second["change"]) == ("ticket_changed", "R-FL-1001", {"field": "priority"})


def test_a_request_is_signed_with_every_key_and_no_other_fits() -> None:
    now = datetime.now(UTC)
    header = signature([b"a key that is new", KEY.encode()], b"body", now)
    assert header.startswith(f"t={int(now.timestamp())},v1=")
    assert header.count(",v1=") == 2
    assert signed(header, b"body")
    assert not signed(header, b"another body")
    assert not signed(signature([b"a key that is new"], b"body", now), b"body")
    assert not signed(signature([KEY.encode()], b"body", now - timedelta(minutes=6)), b"body"), "it was recorded"


@pytest.mark.parametrize(
    ("body", "id"),
    [
        (b'{"id": "T-7"}', "T-7"),
        (b'{"id": 7}', "7"),
        *((body, "firstline-1001") for body in (b"", b"thanks", b"[1]", b'{"id": null}', b'{"id": ""}', b"\xff\xfe")),
        (b'{"id": "' + b"x" * 300 + b'"}', "x" * 200),
        (b'{"id": "' + b"x" * (LARGEST_ANSWER + 1000) + b'"}', "firstline-1001"),
    ],
)
def test_the_answer_may_name_the_ticket(body: bytes, id: str) -> None:
    with answering(says("200 OK", body=body)) as url:
        assert desk(url).create(delivery()) == id


@pytest.mark.parametrize("status", ["408 Late", "425 Early", "429 Many", "500 Oh", "503 Away"])
def test_what_time_may_heal_is_tried_again(status: str) -> None:
    with answering(says(status, "Retry-After: 7")) as url, pytest.raises(DeliveryFailed, match=status[:3]) as failed:
        desk(url).create(delivery())
    assert failed.value.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize("status", ["301 Moved", "307 There", "400 Bad", "401 Who", "404 No", "410 Gone", "422 Wrong"])
def test_what_time_will_not_heal_is_a_refusal(status: str) -> None:
    answer = says(status, "Location: http://127.0.0.1:1/", body=b"ana@example.org is wrong")
    with answering(answer) as url, pytest.raises(DeliveryRefused, match=status[:3]) as refused:
        desk(url).create(delivery())
    assert "ana" not in str(refused.value)


def drip(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"H")
        time.sleep(0.05)


def drip_a_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    drip(connection)


@pytest.mark.parametrize("respond", [lambda connection: time.sleep(3), drip, drip_a_body])
def test_a_call_ends_in_its_time_whatever_comes(respond: Callable[[socket.socket], None]) -> None:
    with answering(respond) as url, pytest.raises(DeliveryFailed, match=r"no answer within 0\.4 seconds"):
        desk(url, timeout=timedelta(seconds=0.4)).create(delivery())


@pytest.mark.parametrize(
    "respond", [lambda connection: None, lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Le")]
)
def test_a_connection_that_breaks_is_a_failure(respond: Callable[[socket.socket], None]) -> None:
    with answering(respond) as url, pytest.raises(DeliveryFailed, match="the connection broke") as failed:
        desk(url).create(delivery())
    assert "hush" not in str(failed.value)


def test_nobody_there_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(DeliveryFailed, match="no connection") as failed:
        desk(f"http://127.0.0.1:{port}/?secret=hush").create(delivery())
    assert "hush" not in str(failed.value)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("7", 7),
        ("soon", None),
        ("Mon, 02 Mar 2026 12:00:30 GMT", 30),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: int | None) -> None:
    assert retry_after(value, NOON) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize("url", ["crm.example/x", "ftp://crm.example", "https:///x", "mailto:a@b.org"])
def test_an_address_that_is_none_is_refused_and_not_repeated(url: str) -> None:
    settings = WebhookSettings(kind="webhook", url=url, keys=(SecretStr(KEY),))
    with pytest.raises(BadInput, match=r"desks\.crm\.url") as refused:
        make("crm", settings)
    assert url not in str(refused.value)


def test_the_receiver_of_the_documentation_works(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "delivery.md").read_text("utf-8")
    (tmp_path / "receiver.py").write_text(page.partition("```python\n")[2].partition("```")[0], "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    own = {"FIRSTLINE_KEY": KEY, "PORT": str(port), "TICKETS": str(tmp_path / "tickets.db")}
    with subprocess.Popen([sys.executable, "receiver.py"], cwd=tmp_path, env=os.environ | own, stderr=-3) as process:
        try:
            wait_for(port)
            url = f"http://127.0.0.1:{port}/"
            rotated = desk(url, "a key that is new", KEY)
            assert [rotated.create(delivery()) for _ in range(2)] == ["firstline-1001"] * 2
            rotated.update(delivery("turn_added", "delivery-2"), "firstline-1001")
            with pytest.raises(DeliveryRefused, match="401"):
                desk(url, "a key that is wrong").create(delivery(key="delivery-3"))
        finally:
            process.kill()
    import sqlite3

    with sqlite3.connect(tmp_path / "tickets.db") as store:
        rows = store.execute("SELECT id, ticket, body FROM deliveries ORDER BY id").fetchall()
    store.close()
    assert [row[:2] for row in rows] == [("delivery-1", "firstline-1001"), ("delivery-2", "firstline-1001")]
    assert json.loads(rows[1][2])["event"] == "turn_added"


def wait_for(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the receiver did not start")
