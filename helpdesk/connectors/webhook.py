"""A desk behind a URL that takes signed JSON; docs/delivery.md has what a receiver does with it."""

import hashlib
import hmac
import json
import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx

from bot.desk_settings import WebhookDesk as WebhookSettings
from helpdesk.clock import Clock, utc_now
from helpdesk.connectors.http import Answer, checked_url, refuse_errors, send
from helpdesk.delivery import Delivery
from helpdesk.tickets import ticket_json, turn_json

LONGEST_ID = 200


class WebhookDesk:
    """`TicketDesk`: one POST a delivery. The receiver knows a repetition by its delivery id."""

    def __init__(self, url: str, keys: Sequence[str], timeout: timedelta, *, clock: Clock = utc_now) -> None:
        self._url = url
        self._keys = [key.encode() for key in keys]
        self._timeout = timeout
        self._clock = clock
        self._tls = ssl.create_default_context()

    @property
    def longest(self) -> timedelta:
        return self._timeout

    def create(self, delivery: Delivery) -> str:
        return _given_id(self._post(delivery, None)) or delivery.ticket.external_id

    def update(self, delivery: Delivery, remote_id: str) -> None:
        self._post(delivery, remote_id)

    def _post(self, delivery: Delivery, remote_id: str | None) -> Answer:
        body = json.dumps(delivery_json(delivery, remote_id), ensure_ascii=False).encode()
        now = self._clock()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Firstline",
            "Firstline-Signature": signature(self._keys, body, now),
            "Firstline-Delivery": delivery.key,
            "Idempotency-Key": delivery.key,
        }
        answer = send(httpx.Request("POST", self._url, content=body, headers=headers), self._timeout, self._tls)
        refuse_errors(answer, now)
        return answer


def make(name: str, settings: WebhookSettings) -> WebhookDesk:
    """Raises BadInput for an address that is none."""
    url = checked_url(settings.url, f"desks.{name}.url")
    return WebhookDesk(url, [key.get_secret_value() for key in settings.keys], settings.timeout)


def delivery_json(delivery: Delivery, remote_id: str | None) -> dict[str, Any]:
    """What is posted; `id` is what the receiver called the ticket, null while it is being made."""
    return {
        "event": delivery.row.kind,
        "delivery": delivery.key,
        "id": remote_id,
        "change": delivery.row.payload if delivery.row.kind == "ticket_changed" else None,
        "ticket": ticket_json(delivery.ticket),
        "turns": [turn_json(turn) for turn in delivery.turns],
    }


def signature(keys: Sequence[bytes], body: bytes, at: datetime) -> str:
    """`t=<unix time>,v1=<hex>`: the HMAC-SHA256 of `<unix time>.<body>`, one `v1` for each key."""
    time = str(int(at.timestamp()))
    digests = (hmac.new(key, f"{time}.".encode() + body, hashlib.sha256).hexdigest() for key in keys)
    return ",".join([f"t={time}", *(f"v1={digest}" for digest in digests)])


def _given_id(answer: Answer) -> str | None:
    """The `id` of a JSON answer, where there is one that is a text or a number."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        return None
    given = found.get("id") if isinstance(found, dict) else None
    return str(given)[:LONGEST_ID] if isinstance(given, str | int) and given != "" else None
