"""A desk behind a signed webhook, with an idempotent store and as many faults as real ones have."""

import hashlib
import hmac
import json
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "a key that only Firstline and the desk know"
Fault = str
"""fine, 429, 500, cut (the connection goes while the request is read), 500-after and cut-after (it was accepted, and
the answer says otherwise or breaks off), slow, late (accepted, answered when nobody waits any more)."""


def steady() -> Fault:
    return "fine"


def mixed(rolls: random.Random, *faults: Fault, share: float = 0.4) -> Callable[[], Fault]:
    """One of these faults in `share` of all requests."""
    return lambda: rolls.choice(faults) if rolls.random() < share else "fine"


@dataclass
class Receiver:
    """What arrived, in its order; each delivery id once, however often it is sent."""

    mood: Callable[[], Fault] = steady
    late: float = 1.5
    """Seconds after which a late answer comes."""
    deliveries: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: int = 0
    unsigned: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _server: ThreadingHTTPServer | None = None
    _port: int = 0

    def __enter__(self) -> "Receiver":
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/tickets"

    def open(self) -> None:
        """Listen, on the same port as before."""
        self._server = _Server(("127.0.0.1", self._port), _handler(self))
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Nobody listens: connections are refused."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def accept(self, sent: dict[str, Any]) -> str:
        """The ticket's id here; the delivery is stored the first time alone."""
        with self._guard:
            self.deliveries.setdefault(sent["delivery"], sent)
        return f"R-{sent['ticket']['number']}"

    def by_ticket(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for sent in self.deliveries.values():
            found[sent["ticket"]["number"]].append(sent)
        return found


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is one of the faults."""


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.requests += 1
            fault, length = receiver.mood(), int(self.headers["Content-Length"])
            if fault == "cut":
                self.rfile.read(length // 2)
                return
            body = self.rfile.read(length)
            if len(body) < length:
                return  # whoever sent it was killed, or waits no longer
            if not signed(self.headers["Firstline-Signature"], body):
                receiver.unsigned += 1
                self._answer(401)
            elif fault == "429":
                self._answer(429, {"Retry-After": random.choice(["1", formatdate(time.time() + 1, usegmt=True)])})
            elif fault == "500":
                self._answer(500)
            else:
                self._accept(fault, json.loads(body))

        def _accept(self, fault: Fault, sent: dict[str, Any]) -> None:
            answer = json.dumps({"id": receiver.accept(sent)}).encode()
            time.sleep({"slow": 0.3, "late": receiver.late}.get(fault, 0))
            if fault == "500-after":
                self._answer(500)
            elif fault == "cut-after":
                self._answer(200, {"Content-Length": "500"}, answer)
            else:
                self._answer(200, {"Content-Length": str(len(answer))}, answer)

        def _answer(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
            self.send_response(status)
            for name, value in ({"Content-Length": "0"} | (headers or {})).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    return Handler


def signed(header: str, body: bytes) -> bool:
    parts = [part.partition("=")[::2] for part in header.split(",")]
    at = dict(parts)["t"]
    expected = hmac.new(KEY.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return abs(time.time() - int(at)) < 300 and any(hmac.compare_digest(expected, v) for k, v in parts if k == "v1")
