"""That account behind HTTP, with the faults that real ones have."""

import json
import threading
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.helpdesk.zendesk_account import Account, Json, Refused, not_found

EMAIL, TOKEN = "bot@desk.example", "the-token-of-the-agent"
Fault = str
"""fine, a status with the body that belongs to it, cut (no answer), html (a page), 500-after and cut-after (it was
done, and the answer says otherwise or breaks off), ticket-limit (429 while the account has requests left)."""
_BODIES: dict[str, Json] = {
    "403": {"error": {"title": "Forbidden", "message": "You do not have access to this page."}},
    "409": {"error": "DatabaseConflict", "description": "Database collision"},
    "429": {"error": "TooManyRequests", "description": "You have exceeded the API rate limit"},
    "500": {"error": "InternalServerError"},
    "503": {"error": "ServiceUnavailable"},
}


@dataclass
class Server:
    """`mood` names the fault of each request that changes something, `faults` those of the next requests at all."""

    account: Account = field(default_factory=Account)
    mood: Callable[[], Fault] = lambda: "fine"
    faults: list[Fault] = field(default_factory=list)
    retry_after: str = "7"
    requests: list[str] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> "Server":
        self._http = _Http(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def fault(self, method: str) -> Fault:
        with self._guard:
            if self.faults:
                return self.faults.pop(0)
            return "fine" if method == "GET" else self.mood()

    def answer(self, method: str, path: str, query: Json, body: Json, key: str | None) -> tuple[int, Json]:
        with self._guard:
            self.requests.append(f"{method} {path}")
            try:
                return self._route(method, path, query, body, key)
            except Refused as refused:
                return refused.status, refused.body

    def _route(self, method: str, path: str, query: Json, body: Json, key: str | None) -> tuple[int, Json]:
        account = self.account
        match method, path.removeprefix("/api/v2/").removesuffix(".json").split("/"):
            case "GET", ["tickets"]:
                return 200, {"tickets": account.listed(query["external_id"])}
            case "POST", ["tickets"]:
                return 201, {"ticket": account.create(body["ticket"], key)}
            case "GET", ["tickets", number]:
                return 200, {"ticket": account.ticket(int(number))}
            case "PUT", ["tickets", number]:
                return 200, {"ticket": account.update(int(number), body["ticket"])}
            case "GET", ["tickets", number, "audits"]:
                account.ticket(int(number))
                return 200, _page(account.audits[int(number)], query)
            case "POST", ["uploads"]:
                return 201, {"upload": {"token": account.upload(query["filename"], body)}}
            case "GET", ["users", "search"]:
                email = query["query"].removeprefix('email:"').removesuffix('"')
                return 200, {"users": [user for user in account.users.values() if user["email"] == email]}
            case "GET", ["users", "show_many"]:
                wanted = {int(each) for each in query["ids"].split(",")}
                return 200, {"users": [user for user in account.users.values() if user["id"] in wanted]}
            case "POST", ["users", "create_or_update"]:
                user = account.user_with(body["user"]["email"])
                user["name"] = body["user"]["name"]
                return 200, {"user": user}
            case "GET", ["incremental", "tickets", "cursor"]:
                assert ("cursor" in query) != ("start_time" in query)
                return 200, account.changed(query.get("cursor"), int(query["per_page"]))
            case _:
                raise not_found()


def _page(audits: list[Json], query: Json) -> Json:
    """Two at a time, whatever is asked for, so that every test goes over more than one page."""
    assert query["page[size]"] == "100"
    start = int(query.get("page[after]", "0"))
    more = start + 2 < len(audits)
    meta = {"has_more": more, "after_cursor": str(start + 2) if more else None}
    return {"audits": audits[start : start + 2], "meta": meta}


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away."""


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    basic = "Basic " + b64encode(f"{EMAIL}/token:{TOKEN}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers["Authorization"] != basic:
                self._send(401, {"error": "Couldn't authenticate you"})
                return
            fault = server.fault(self.command)
            if fault in _BODIES:
                self._send(int(fault), _BODIES[fault], {"Retry-After": server.retry_after, "ratelimit-remaining": "0"})
            elif fault == "ticket-limit":
                self._send(429, _BODIES["429"], {"Retry-After": "500", "ratelimit-remaining": "399"})
            elif fault == "html":
                self._raw(200, b"<html>maintenance</html>")
            elif fault != "cut":
                self._do(fault, body)

        do_POST = do_PUT = do_GET  # noqa: N815

        def _do(self, fault: Fault, body: bytes) -> None:
            parts = urlsplit(self.path)
            query, sent = dict(parse_qsl(parts.query)), json.loads(body) if body else {}
            told = server.answer(self.command, parts.path, query, sent, self.headers["Idempotency-Key"])
            if fault == "500-after":
                self._send(500, _BODIES["500"])
            elif fault != "cut-after":
                self._send(*told)

        def _send(self, status: int, body: Json, headers: dict[str, str] | None = None) -> None:
            self._raw(status, json.dumps(body).encode(), headers)

        def _raw(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    return Handler
