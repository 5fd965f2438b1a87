"""What agents do in Zendesk, read from a ticket's audits. A webhook or the export of changes only says which ticket to
look at: so nothing of theirs is believed, their order does not matter, and either may be told twice."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.errors import BadInput
from helpdesk.clock import Clock, utc_now
from helpdesk.connectors.zendesk import ZendeskDesk
from helpdesk.connectors.zendesk_texts import DELIVERY, STATUSES_THERE
from helpdesk.delivery import DeliveryRefused
from helpdesk.inbound import Inbound
from helpdesk.ports import Store

WINDOW = timedelta(minutes=5)
"""How old, or how far ahead of our clock, a signature may be."""
FIRST_LOOK = timedelta(days=1)
"""How far back the first export goes."""
MOST_PAGES = 5
"""Of an export in one round: Zendesk allows ten a minute, for everybody who exports from the account."""
OURS = "firstline-"
Json = dict[str, Any]


class ZendeskNews:
    """News of one account. Raises DeliveryFailed where Zendesk does not answer now."""

    def __init__(
        self,
        name: str,
        desk: ZendeskDesk,
        store: Store,
        secrets: Sequence[str] = (),
        every: timedelta = timedelta(),
        *,
        clock: Clock = utc_now,
    ) -> None:
        self._name = name
        self._desk = desk
        self._store = store
        self._inbound = Inbound(store, clock=clock)
        self._secrets = [secret.encode() for secret in secrets]
        self._clock = clock
        self.every = every
        """Between two polls; zero: none."""

    def signed(self, signature: str, timestamp: str, body: bytes) -> bool:
        """Whether Zendesk sent this, and lately: base64(HMAC-SHA256(timestamp + body)) ("Verifying webhooks")."""
        at = _moment(timestamp)
        if at is None or abs(self._clock() - at) > WINDOW:
            return False
        digests = (hmac.new(secret, timestamp.encode() + body, hashlib.sha256).digest() for secret in self._secrets)
        return any(hmac.compare_digest(b64encode(digest), signature.encode()) for digest in digests)

    def look(self, remote_id: str, external_id: str | None = None) -> None:
        """Bring here what is new on this ticket; nothing where it is none of ours."""
        number = self._inbound.find(self._name, remote_id, external_id)
        if number is None:
            return
        api = self._desk.api()
        audits = [audit for audit in api.audits(remote_id) if not _own(audit)]
        people = api.users(author for audit in audits for author in _authors(audit))
        for audit in audits:
            self._take(number, audit, people)

    def poll(self) -> None:
        """Look at every ticket of ours that changed since the last time."""
        place = f"zendesk/{self._name}"
        with self._store.read() as work:
            cursor = work.cursors.get(place)
        for _ in range(MOST_PAGES):
            page = self._changed(cursor)
            for ticket in page.tickets:
                self._look_at(ticket)
            cursor = page.cursor
            with self._store.begin() as work:
                work.cursors.set(place, cursor)
            if page.last:
                return

    def _changed(self, cursor: str | None) -> Any:
        api, since = self._desk.api(), self._clock() - FIRST_LOOK
        try:
            return api.changed(cursor, since)
        except DeliveryRefused:
            if not cursor:
                raise
            return api.changed(None, since)  # a cursor of another account, or one that is too old

    def _look_at(self, ticket: Json) -> None:
        external_id = str(ticket.get("external_id") or "")
        if external_id.startswith(OURS):
            try:
                self.look(str(ticket["id"]), external_id)
            except DeliveryRefused:
                return  # deleted meanwhile

    def _take(self, number: int, audit: Json, people: dict[int, Json]) -> None:
        at = _moment(str(audit.get("created_at") or ""))
        for event in audit.get("events") or ():
            key = str(event.get("id"))
            author = people.get(_author(event, audit), {})
            if _is_reply(event) and author.get("role") in ("agent", "admin"):
                text = str(event.get("plain_body") or event.get("body") or "")
                self._inbound.reply(number, _name(author), text, key, self._name, at)
            elif event.get("type") == "Change" and event.get("field_name") == "status":
                status = STATUSES_THERE.get(str(event.get("value")))
                if status is not None:
                    self._inbound.status(number, status, _name(author), key, self._name, at)


def ticket_id(told: object) -> str:
    """The ticket that a webhook tells of: `ticket_id` of a trigger's JSON, or `detail.id` of an event's. Raises
    BadInput where there is none."""
    found = told.get("ticket_id") if isinstance(told, dict) else None
    detail = told.get("detail") if isinstance(told, dict) else None
    if found is None and isinstance(detail, dict):
        found = detail.get("id")
    words = str(found)
    if not (words.isascii() and words.isdecimal() and len(words) <= 20):
        raise BadInput('the webhook names no ticket; let its JSON be {"ticket_id": "{{ticket.id}}"}')
    return words


def _own(audit: Json) -> bool:
    return DELIVERY in ((audit.get("metadata") or {}).get("custom") or {})


def _is_reply(event: Json) -> bool:
    return event.get("type") == "Comment" and event.get("public") is True


def _authors(audit: Json) -> list[int]:
    """Whose names are wanted; -1 is Zendesk itself."""
    authors = [_author(event, audit) for event in audit.get("events") or ()]
    return [author for author in authors if author > 0]


def _author(event: Json, audit: Json) -> int:
    return int(event.get("author_id") or audit.get("author_id") or -1)


def _name(user: Json) -> str | None:
    """What end users see an agent as: the alias, where there is one."""
    return user.get("alias") or user.get("name")


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
