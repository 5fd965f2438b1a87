"""One HTTP request with an end: a bounded time, a bounded body, and our words for what went wrong."""

import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.errors import BadInput
from helpdesk.delivery import DeliveryFailed, DeliveryRefused

LARGEST_ANSWER = 64_000
"""Bytes of an answer that are read, where nobody asks for more."""
LATER = (408, 425, 429)
"""Refusals that time may heal, as every 5xx."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def checked_url(url: str, setting: str) -> str:
    """The same. Raises BadInput where it is no http(s) address; it is not repeated, since it may hold a password."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput(f"setting '{setting}': that is no address like https://desk.example/tickets")
    return url


def send(request: httpx.Request, within: timedelta, verify: ssl.SSLContext, largest: int = LARGEST_ANSWER) -> Answer:
    """The answer to this request, on a connection of its own (an old one may be dead without anybody knowing).

    Raises DeliveryFailed where there is none within that time; then the request may have arrived all the same.
    """
    seconds = within.total_seconds()
    request.extensions["timeout"] = httpx.Timeout(seconds).as_dict()
    with _Deadline(seconds) as deadline, httpx.Client(verify=verify) as client:
        request.extensions["trace"] = deadline.trace
        try:
            response = client.send(request, stream=True, follow_redirects=False)
            return Answer(response.status_code, response.headers, _body(response, largest))
        except httpx.HTTPError as error:
            raise DeliveryFailed(_reason(error, deadline.over, seconds)) from error


def refuse_errors(answer: Answer, now: datetime) -> None:
    """Nothing for a 2xx. Raises DeliveryFailed where it may work later, else DeliveryRefused."""
    if 200 <= answer.status < 300:
        return
    if answer.status in LATER or answer.status >= 500:
        raise DeliveryFailed(f"it answered {answer.status}", retry_after(answer.headers.get("retry-after"), now))
    if 300 <= answer.status < 400:
        raise DeliveryRefused(f"it answered {answer.status}, a redirect; set the final address")
    raise DeliveryRefused(f"it answered {answer.status}")


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Retry-After as seconds or as an HTTP date (RFC 9110, 10.2.3); None for anything else."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return timedelta(seconds=min(int(value), 10**6))
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(at.replace(tzinfo=at.tzinfo or UTC) - now, timedelta())


def _body(response: httpx.Response, largest: int) -> bytes:
    body = b""
    for part in response.iter_bytes(LARGEST_ANSWER):
        body += part
        if len(body) >= largest:
            break
    return body[:largest]


def _reason(error: httpx.HTTPError, over: bool, seconds: float) -> str:
    if over or isinstance(error, httpx.TimeoutException):
        return f"no answer within {seconds:g} seconds"
    if isinstance(error, httpx.ConnectError):
        return f"no connection ({str(error)[:150]})"
    return f"the connection broke ({type(error).__name__})"


@dataclass
class _Deadline:
    """Cuts the connection when the time is over. A client's time-outs are those of single reads: an answer that drips
    would hold the thread for ever."""

    seconds: float
    over: bool = False
    _sockets: list[Any] = field(default_factory=list)

    def __enter__(self) -> "_Deadline":
        self._timer = threading.Timer(self.seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def trace(self, event: str, info: dict[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._sockets.append(info["return_value"].get_extra_info("socket"))

    def _cut(self) -> None:
        self.over = True
        for each in self._sockets[-1:]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
