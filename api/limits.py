"""How often somebody may ask: the generic cell rate algorithm, one number a key, in this process's memory.

ITU-T I.371, "Traffic control and congestion control in B-ISDN", annex A. Several replicas each count for themselves.
"""

import math
import threading
import time
from collections.abc import Callable, Iterable

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem, body
from bot.units import Rate

MOST_KEYS = 100_000


class Limiter:
    """At most `rate.count` in a burst, refilled evenly over `rate.seconds`."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = rate.seconds / rate.count
        self._burst = float(rate.seconds)
        self._clock = clock
        self._lock = threading.Lock()
        self._due: dict[str, float] = {}

    def wait(self, key: str) -> float:
        """0 when this one may pass (it is then counted), else the seconds until the next may."""
        now = self._clock()
        with self._lock:
            due = max(self._due.get(key, now), now)
            excess = due + self._interval - now - self._burst
            if excess > 1e-9:
                return excess
            self._due[key] = due + self._interval
            if len(self._due) > MOST_KEYS:
                self._due = {each: moment for each, moment in self._due.items() if moment > now}
            return 0.0

    def check(self, key: str, what: str) -> None:
        """Raises a 429 with Retry-After where the key has to wait."""
        if wait := self.wait(key):
            seconds = math.ceil(wait)
            message = f"too many {what}; please wait {seconds} second{'s' if seconds > 1 else ''}"
            raise Problem(429, message, {"Retry-After": str(seconds)})


def client_address(connection: HTTPConnection, trusted_proxies: Iterable[str]) -> str:
    """The address of whoever asks. `X-Forwarded-For` counts from the right, and only past trusted proxies; some of them
    add a line of their own below what the visitor sent."""
    address = connection.client.host if connection.client else "unknown"
    trusted = set(trusted_proxies)
    hops = [hop.strip() for hop in ",".join(connection.headers.getlist("x-forwarded-for")).split(",") if hop.strip()]
    while address in trusted and hops:
        address = hops.pop()
    return address


class BodyLimit:
    """Refuses larger request bodies with 413, counted as they come, whatever Content-Length says."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self._limit:
            await self._refuse(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise Problem(413, self._sentence)
            return message

        await self._app(scope, counted, send)

    @property
    def _sentence(self) -> str:
        return f"the request is larger than {self._limit:,} bytes"

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.responses import JSONResponse

        await JSONResponse(body("too_large", self._sentence), 413)(scope, receive, send)
