"""Tickets and their history in SQL."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from bot.models import Department, Priority
from helpdesk.models import AuditEntry, Change, Claim, Contact, Note, Status, Ticket, TicketPage
from helpdesk.queue import PAGE, Line, QueuePage, Wanted
from storage.counters import next_value
from storage.queue import read_queue
from storage.tables import handoff_requests, ticket_changes, ticket_notes, tickets

FIRST_NUMBER = 1001


class SqlTickets:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def next_number(self) -> int:
        return next_value(self._connection, "ticket", FIRST_NUMBER)

    def add(self, ticket: Ticket) -> None:
        values = {name: getattr(ticket, name) for name in _PLAIN}
        values |= _contact_values(ticket.contact)
        values |= {
            "department": ticket.department.value,
            "priority": ticket.priority.value,
            "status": ticket.status.value,
            "summary": [asdict(claim) for claim in ticket.summary],
            "articles_shown": list(ticket.articles_shown),
        }
        self._connection.execute(insert(tickets).values(values))
        for change in ticket.history:
            self.add_change(ticket.number, change)

    def get(self, number: int) -> Ticket | None:
        return self._one(select(tickets).where(tickets.c.number == number))

    def number_of(self, external_id: str) -> int | None:
        return self._connection.scalar(select(tickets.c.number).where(tickets.c.external_id == external_id))

    def of_conversation(self, conversation_id: str) -> Ticket | None:
        query = select(tickets).where(tickets.c.conversation_id == conversation_id)
        return self._one(query.where(tickets.c.status != Status.CLOSED.value))

    def of_request(self, conversation_id: str, client_request_id: str) -> Ticket | None:
        query = select(tickets).join(handoff_requests, handoff_requests.c.ticket_number == tickets.c.number)
        return self._one(
            query.where(
                handoff_requests.c.conversation_id == conversation_id,
                handoff_requests.c.client_request_id == client_request_id,
            )
        )

    def add_request(self, conversation_id: str, client_request_id: str, number: int) -> None:
        self._connection.execute(
            insert(handoff_requests).values(
                conversation_id=conversation_id, client_request_id=client_request_id, ticket_number=number
            )
        )

    def set_contact(self, number: int, contact: Contact, at: datetime) -> None:
        self._set(number, updated_at=at, **_contact_values(contact))

    def set_status(self, number: int, status: Status, at: datetime) -> None:
        self._set(number, updated_at=at, status=status.value)

    def set_priority(self, number: int, priority: Priority, at: datetime) -> None:
        self._set(number, updated_at=at, priority=priority.value)

    def set_department(self, number: int, department: Department, at: datetime) -> None:
        self._set(number, updated_at=at, department=department.value)

    def set_assignee(self, number: int, login: str | None, at: datetime) -> None:
        self._set(number, updated_at=at, assignee=login)

    def add_change(self, number: int, change: Change) -> None:
        self._connection.execute(insert(ticket_changes).values(ticket_number=number, **asdict(change)))

    def page(self, *, status: Status | None = None, before: int | None = None, limit: int = 50) -> TicketPage:
        query = select(tickets).order_by(tickets.c.number.desc()).limit(limit + 1)
        if status is not None:
            query = query.where(tickets.c.status == status.value)
        if before is not None:
            query = query.where(tickets.c.number < before)
        found = self._all(query)
        more = len(found) > limit
        return TicketPage(tuple(found[:limit]), found[limit - 1].number if more else None)

    def changes(
        self, *, number: int | None = None, actor: str | None = None, before: int | None = None, limit: int = 100
    ) -> Sequence[AuditEntry]:
        table = ticket_changes.c
        query = select(ticket_changes).order_by(table.id.desc()).limit(limit)
        if number is not None:
            query = query.where(table.ticket_number == number)
        if actor is not None:
            query = query.where(table.actor == actor)
        if before is not None:
            query = query.where(table.id < before)
        return [AuditEntry(row.id, row.ticket_number, _change(row)) for row in self._connection.execute(query)]

    def add_note(self, number: int, note: Note) -> None:
        self._connection.execute(insert(ticket_notes).values(ticket_number=number, **asdict(note)))

    def notes(self, number: int) -> Sequence[Note]:
        query = select(ticket_notes).where(ticket_notes.c.ticket_number == number).order_by(ticket_notes.c.id)
        return [Note(row.at, row.author, row.text) for row in self._connection.execute(query)]

    def queue(self, wanted: Wanted, *, offset: int = 0, limit: int = PAGE) -> QueuePage:
        rows, total = read_queue(self._connection, wanted, offset, limit)
        found = {each.number: each for each in self._all(select(tickets).where(tickets.c.number.in_([*rows])))}
        return QueuePage(tuple(Line(found[number], *rest) for number, rest in rows.items()), total)

    def _set(self, number: int, **values: Any) -> None:
        self._connection.execute(update(tickets).where(tickets.c.number == number).values(**values))

    def _one(self, query: Select[Any]) -> Ticket | None:
        found = self._all(query)
        return found[0] if found else None

    def _all(self, query: Select[Any]) -> list[Ticket]:
        rows = self._connection.execute(query).all()
        if not rows:
            return []
        histories = self._histories([row.number for row in rows])
        return [_ticket(row, tuple(histories[row.number])) for row in rows]

    def _histories(self, numbers: Sequence[int]) -> dict[int, list[Change]]:
        query = select(ticket_changes).where(ticket_changes.c.ticket_number.in_(numbers)).order_by(ticket_changes.c.id)
        histories: dict[int, list[Change]] = defaultdict(list)
        for row in self._connection.execute(query):
            histories[row.ticket_number].append(_change(row))
        return histories


_PLAIN = (
    "number",
    "conversation_id",
    "site",
    "external_id",
    "reason",
    "category",
    "language",
    "identity",
    "subject",
    "index_version",
    "created_at",
    "updated_at",
    "assignee",
)


def _contact_values(contact: Contact) -> dict[str, str | None]:
    return asdict(contact) | {"email_folded": contact.email and contact.email.casefold()}


def _change(row: Row[Any]) -> Change:
    return Change(row.at, row.actor, row.field, row.before, row.after)


def _ticket(row: Row[Any], history: tuple[Change, ...]) -> Ticket:
    return Ticket(
        **{name: getattr(row, name) for name in _PLAIN},
        department=Department(row.department),
        priority=Priority(row.priority),
        status=Status(row.status),
        contact=Contact(row.email, row.phone, row.call_at, row.note),
        summary=tuple(Claim(**claim) for claim in row.summary),
        articles_shown=tuple(row.articles_shown),
        history=history,
    )
