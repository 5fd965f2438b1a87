"""Zendesk's Ticketing API as far as it is needed, after its reference ("Tickets", "Ticket Audits", "Users",
"Attachments", "Incremental Exports", "Ticketing API: Introduction, Idempotency", "Rate limits")."""

import json
import ssl
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx

from helpdesk.connectors.http import Answer, refuse_errors, send
from helpdesk.delivery import DeliveryFailed, DeliveryRefused

LARGEST = 8_000_000
"""Bytes of an answer: a page of tickets or audits with many fields."""
PAGE = 100
MOST_PAGES = 20
"""Of one ticket's audits; 2,000 changes of a ticket are no support any more."""
Json = dict[str, Any]


class FieldsRefused(DeliveryRefused):
    """What was sent is not valid; `fields` are the names that the answer gives, never what stood in them."""

    def __init__(self, fields: Iterable[str]) -> None:
        self.fields = tuple(sorted(fields))
        super().__init__(f"it refused what was sent (422): {', '.join(self.fields) or 'no field is named'}")


@dataclass(frozen=True, slots=True)
class Account:
    """Where the account is and who asks."""

    url: str
    email: str
    token: str

    @property
    def authorization(self) -> str:
        """Basic authentication with an API token ("Security and authentication")."""
        return "Basic " + b64encode(f"{self.email}/token:{self.token}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Page:
    """Tickets that changed, and where to go on asking."""

    tickets: tuple[Json, ...]
    cursor: str
    last: bool


class ZendeskApi:
    """The calls of one piece of work, which ends when `whole` is over, whatever the other side does; each call has
    `timeout` at most. Raises DeliveryFailed and DeliveryRefused."""

    def __init__(self, account: Account, timeout: timedelta, whole: timedelta, tls: ssl.SSLContext) -> None:
        self._account = account
        self._timeout = timeout
        self._ends = time.monotonic() + whole.total_seconds()
        self._tls = tls

    def find(self, external_id: str) -> str | None:
        """The id of the ticket with this external id. The list, not the search: the search lags behind."""
        found = self._get("tickets.json", external_id=external_id).get("tickets") or ()
        return min((str(each["id"]) for each in found), key=int, default=None)

    def ticket(self, ticket_id: str) -> Json:
        return _part(self._get(f"tickets/{ticket_id}.json"), "ticket")

    def create(self, ticket: Json, key: str) -> str:
        """Its id. Within two hours no second ticket is made with the same key."""
        answer = self._send("POST", "tickets.json", {"ticket": ticket}, {"Idempotency-Key": key})
        return str(_part(answer, "ticket")["id"])

    def update(self, ticket_id: str, ticket: Json) -> None:
        self._send("PUT", f"tickets/{ticket_id}.json", {"ticket": ticket})

    def upload(self, name: str, content: Json) -> str:
        """The token by which a comment within the next hour attaches this JSON file."""
        answer = self._send("POST", f"uploads.json?{urlencode({'filename': name})}", content)
        return str(_part(answer, "upload")["token"])

    def user_with(self, email: str, name: str) -> int:
        """The id of the user with this address; made, with that name, where there is none. One who exists keeps the
        name: `create_or_update` alone would put ours over it."""
        found = self._get("users/search.json", query=f'email:"{email}"').get("users") or ()
        for user in found:
            if str(user.get("email", "")).casefold() == email.casefold():
                return int(user["id"])
        user = {"email": email, "name": name, "skip_verify_email": True}
        return int(_part(self._send("POST", "users/create_or_update.json", {"user": user}), "user")["id"])

    def users(self, ids: Iterable[int]) -> dict[int, Json]:
        asked = ",".join(str(each) for each in sorted(set(ids)))
        found = self._get("users/show_many.json", ids=asked).get("users") if asked else None
        return {int(user["id"]): user for user in found or ()}

    def audits(self, ticket_id: str) -> Iterator[Json]:
        """Every change of the ticket, oldest first."""
        after: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            answer = self._get(f"tickets/{ticket_id}/audits.json", **{"page[size]": str(PAGE)}, **after)
            yield from answer.get("audits") or ()
            meta = answer.get("meta") or {}
            if not meta.get("has_more"):
                return
            after = {"page[after]": str(meta["after_cursor"])}

    def changed(self, cursor: str | None, since: datetime) -> Page:
        """Tickets that changed after the cursor; without one, `since`, which is a minute ago or more."""
        start = {"cursor": cursor} if cursor else {"start_time": str(int(since.timestamp()))}
        answer = self._get("incremental/tickets/cursor.json", per_page=str(PAGE), **start)
        return Page(
            tuple(answer.get("tickets") or ()),
            str(answer.get("after_cursor") or cursor or ""),
            bool(answer.get("end_of_stream", True)),
        )

    def _get(self, path: str, **query: str) -> Json:
        return self._send("GET", f"{path}?{urlencode(query)}" if query else path)

    def _send(self, method: str, path: str, body: Json | None = None, headers: Mapping[str, str] | None = None) -> Json:
        left = timedelta(seconds=self._ends - time.monotonic())
        if left <= timedelta():
            raise DeliveryFailed("its answers took too long together")
        own = {"Authorization": self._account.authorization, "Accept": "application/json", "User-Agent": "Firstline"}
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        if content is not None:
            own["Content-Type"] = "application/json"
        url = f"{self._account.url.rstrip('/')}/api/v2/{path}"
        request = httpx.Request(method, url, content=content, headers=own | dict(headers or {}))
        answer = send(request, min(self._timeout, left), self._tls, LARGEST)
        refuse(answer, datetime.now(UTC))
        return _json(answer) or _no_json(answer)


def refuse(answer: Answer, now: datetime) -> None:
    """Nothing for a 2xx. Raises FieldsRefused, DeliveryFailed or DeliveryRefused.

    A token or an address of the account that is wrong is mended in the settings, for every delivery at once: they are
    tried again later instead of each becoming a dead letter.
    """
    told = _json(answer) or {}
    match answer.status:
        case 401 | 403:
            raise DeliveryFailed(f"it refused the e-mail address or API token of the settings ({answer.status})")
        case 404 if told.get("error") != "RecordNotFound":
            raise DeliveryFailed("there is no Zendesk account at the address of the settings (404)")
        case 404:
            raise DeliveryRefused("it has no such ticket or user any more (404)")
        case 409:
            raise DeliveryFailed("somebody changed the ticket at the same moment (409)")
        case 422:
            details = told.get("details")
            raise FieldsRefused(details if isinstance(details, dict) else ())
        case 400 if told.get("error") == "IdempotentRequestError":
            raise DeliveryFailed("an earlier attempt is known to it (400); its ticket is looked for again")
        case 429 if _number(answer.headers.get("ratelimit-remaining")) > 0:
            # The account has requests left: it is the limit of one ticket's updates, and nobody else has to wait.
            raise DeliveryFailed("too many updates of this ticket (429)")
        case _:
            refuse_errors(answer, now)


def _json(answer: Answer) -> Json | None:
    try:
        found = json.loads(answer.body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _no_json(answer: Answer) -> Json:
    raise DeliveryFailed(f"it answered {answer.status} without the JSON that belongs to it")


def _part(answer: Json, name: str) -> Json:
    found = answer.get(name)
    if not isinstance(found, dict):
        raise DeliveryFailed(f"its answer has no '{name}'")
    return found


def _number(header: str | None) -> int:
    return int(header) if header is not None and header.strip().isdecimal() else 0
