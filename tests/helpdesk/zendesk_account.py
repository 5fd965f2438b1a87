"""A Zendesk account as its API reference describes one: tickets, users, audits, uploads, and what it refuses."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]
API_AGENT, REQUESTS_BY, KIM, LEE = 1, 2, 3, 4
"""Whose token it is, a placeholder, and two agents."""
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")


class Refused(Exception):
    """An error of the API: its status and its JSON."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(status, body)
        self.status, self.body = status, body


def invalid(**details: str) -> Refused:
    told = {name: [{"description": words, "error": "InvalidValue"}] for name, words in details.items()}
    return Refused(422, {"error": "RecordInvalid", "description": "Record validation errors", "details": told})


def not_found() -> Refused:
    return Refused(404, {"error": "RecordNotFound", "description": "Not found"})


def _people() -> dict[int, Json]:
    rows = (
        (API_AGENT, "Firstline", "bot@desk.example", "agent", None),
        (REQUESTS_BY, "Somebody from the chat", "nobody@desk.example", "end-user", None),
        (KIM, "Kim Park", "kim@desk.example", "agent", "Kim"),
        (LEE, "Lee Young", "lee@desk.example", "admin", None),
    )
    return {row[0]: dict(zip(("id", "name", "email", "role", "alias"), row, strict=True)) for row in rows}


@dataclass
class Account:
    """`now` is its clock."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    tickets: dict[int, Json] = field(default_factory=dict)
    audits: dict[int, list[Json]] = field(default_factory=dict)
    users: dict[int, Json] = field(default_factory=_people)
    uploads: dict[str, Json] = field(default_factory=dict)
    suspended: set[str] = field(default_factory=set)
    groups: set[int] = field(default_factory=lambda: {77})
    lagging: int = 0
    """How often the list of tickets still shows nothing."""
    _changes: list[int] = field(default_factory=list)
    _created: dict[str, tuple[Json, int]] = field(default_factory=dict)
    _last_id: int = 1000

    def create(self, ticket: Json, key: str | None) -> Json:
        if key in self._created:
            sent, made = self._created[key]
            if sent != ticket:
                words = "Request parameters don't match the given idempotency key"
                raise Refused(400, {"error": "IdempotentRequestError", "description": words})
            return self.tickets[made]
        requester = self._requester(ticket)
        self._check(ticket)
        number = self._id()
        kept = {name: ticket.get(name) for name in ("external_id", "subject", "priority", "tags", "custom_fields")}
        self.tickets[number] = kept | {
            "id": number,
            "status": "new",
            "requester_id": requester,
            "assignee_id": None,
            "group_id": ticket.get("group_id"),
        }
        if key is not None:
            self._created[key] = (ticket, number)
        self._audit(number, [self._comment(ticket["comment"], requester)], ticket.get("metadata"), API_AGENT)
        return self.tickets[number]

    def update(self, number: int, ticket: Json, by: int = API_AGENT) -> Json:
        there = self.ticket(number)
        if there["status"] == "closed":
            raise invalid(status="Status: closed prevents ticket update")
        self._check(ticket)
        changes = {name: ticket[name] for name in ("status", "priority", "group_id", "requester_id") if name in ticket}
        if "assignee_email" in ticket:
            changes["assignee_id"] = self.user_with(ticket["assignee_email"])["id"]
        if changes.get("status") == "solved" and not (there["assignee_id"] or changes.get("assignee_id")):
            raise invalid(assignee="Assignee: is required when solving")
        events = [self._comment(ticket["comment"], by)] if "comment" in ticket else []
        for name, value in changes.items():
            if there[name] != value:
                events.append({"type": "Change", "field_name": name, "value": value, "previous_value": there[name]})
        there |= changes
        # No change, no audit, and no metadata either.
        if events:
            self._audit(number, events, ticket.get("metadata"), by)
        return there

    def ticket(self, number: int) -> Json:
        if number not in self.tickets:
            raise not_found()
        return self.tickets[number]

    def listed(self, external_id: str) -> list[Json]:
        if self.lagging:
            self.lagging -= 1
            return []
        return [ticket for ticket in self.tickets.values() if ticket["external_id"] == external_id]

    def changed(self, cursor: str | None, count: int) -> Json:
        """Each ticket once a page, where it changed last."""
        start = int(cursor) if cursor else 0
        if start > len(self._changes):
            raise Refused(400, {"error": "InvalidCursor", "description": "cursor is invalid"})
        rows = self._changes[start : start + count]
        end = start + len(rows)
        tickets = [self.tickets[number] for number in dict.fromkeys(rows) if number in self.tickets]
        return {"tickets": tickets, "after_cursor": str(end), "end_of_stream": end == len(self._changes)}

    def delete(self, number: int) -> None:
        del self.tickets[number], self.audits[number]

    def user_with(self, email: str, name: str | None = None) -> Json:
        """Made where there is none."""
        self._check_email(email)
        for user in self.users.values():
            if user["email"].casefold() == email.casefold():
                return user
        number = self._id()
        self.users[number] = {"id": number, "name": name, "email": email, "role": "end-user", "alias": None}
        return self.users[number]

    def comments(self, number: int) -> list[Json]:
        return [event for audit in self.audits[number] for event in audit["events"] if event["type"] == "Comment"]

    def upload(self, name: str, content: Json) -> str:
        token = f"token-{self._id()}"
        self.uploads[token] = {"file_name": name, "content": content}
        return token

    def _requester(self, ticket: Json) -> int:
        if "requester" not in ticket:
            return API_AGENT
        user = self.user_with(ticket["requester"]["email"], ticket["requester"].get("name"))
        return int(user["id"])

    def _check_email(self, email: str) -> None:
        if not _EMAIL.fullmatch(email):
            raise invalid(requester=f"Requester: Email: {email} is not properly formatted")
        if email in self.suspended:
            raise invalid(requester=f"Requester: {email} is suspended.")

    def _check(self, ticket: Json) -> None:
        if ticket.get("group_id") is not None and ticket["group_id"] not in self.groups:
            raise invalid(group="Group: is invalid")
        if ticket.get("comment") is not None and not ticket["comment"]["body"].strip():
            raise invalid(base="Description: cannot be blank")

    def _comment(self, comment: Json, author: int) -> Json:
        author = comment.get("author_id", author)
        body = comment["body"]
        if self.users[author]["role"] != "end-user":
            body = _PLACEHOLDER.sub("(what only agents may see)", body)
        files = [self.uploads[token] for token in comment.get("uploads", ())]
        public = comment.get("public", True)
        return {"type": "Comment", "author_id": author, "body": body, "public": public, "attachments": files}

    def _audit(self, number: int, events: Iterable[Json], metadata: Json | None, by: int) -> None:
        self.now += timedelta(seconds=1)
        self._changes.append(number)
        self.audits.setdefault(number, []).append(
            {
                "id": self._id(),
                "ticket_id": number,
                "created_at": f"{self.now:%Y-%m-%dT%H:%M:%SZ}",
                "author_id": by,
                "metadata": {"system": {}, "custom": metadata or {}},
                "events": [{"id": self._id()} | event for event in events],
            }
        )

    def _id(self) -> int:
        self._last_id += 1
        return self._last_id
