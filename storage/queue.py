"""The agents' queue in SQL."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, case, exists, func, or_, select

from helpdesk.models import TO_PERSON, Status
from helpdesk.queue import Wanted
from storage.tables import conversations, messages, tickets
from storage.texts import contains
from storage.types import UtcDateTime

Rows = dict[int, tuple[datetime, datetime | None, str | None]]

_OF_TICKET = messages.c.conversation_id == tickets.c.conversation_id
_LAST_SAID = select(func.max(messages.c.created_at)).where(_OF_TICKET).scalar_subquery()
# SQLite's max() of two values is PostgreSQL's greatest(); CASE is the same on both.
_ACTIVE = case((tickets.c.updated_at < _LAST_SAID, _LAST_SAID), else_=tickets.c.updated_at)
_BY_AGENT = messages.alias()
_LAST_BY_AGENT = (
    select(func.max(_BY_AGENT.c.sequence))
    .where(_BY_AGENT.c.conversation_id == tickets.c.conversation_id, _BY_AGENT.c.role == "agent")
    .correlate(tickets)
    .scalar_subquery()
)
_FIRST_WAITING = (
    select(func.min(messages.c.created_at))
    .where(_OF_TICKET, messages.c.kind == TO_PERSON, messages.c.sequence > func.coalesce(_LAST_BY_AGENT, 0))
    .correlate(tickets)
    .scalar_subquery()
)
# Whoever got a ticket and no word from a person yet has waited since it was made.
_WAITING_SINCE = case(
    (tickets.c.status == Status.CLOSED.value, None),
    (_LAST_BY_AGENT.is_(None), tickets.c.created_at),
    else_=_FIRST_WAITING,
)


def read_queue(connection: Connection, wanted: Wanted, offset: int, limit: int) -> tuple[Rows, int]:
    """By ticket number, in order: when it was last active, since when the learner waits, who is in the chat."""
    conditions = _conditions(wanted)
    columns = (
        tickets.c.number,
        func.coalesce(_ACTIVE, None, type_=UtcDateTime).label("active_at"),
        func.coalesce(_WAITING_SINCE, None, type_=UtcDateTime).label("waiting_since"),
        conversations.c.taken_by,
    )
    query = select(*columns).join(conversations, conversations.c.id == tickets.c.conversation_id).where(*conditions)
    ordered = query.order_by(_ACTIVE.desc(), tickets.c.number.desc()).offset(offset).limit(limit)
    total = connection.scalar(select(func.count()).select_from(tickets).where(*conditions))
    return {row[0]: (row[1], row[2], row[3]) for row in connection.execute(ordered)}, total or 0


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = []
    match wanted.status:
        case Status():
            conditions.append(tickets.c.status == wanted.status.value)
        case "not closed":
            conditions.append(tickets.c.status != Status.CLOSED.value)
    if wanted.department is not None:
        conditions.append(tickets.c.department == wanted.department.value)
    if wanted.priority is not None:
        conditions.append(tickets.c.priority == wanted.priority.value)
    if wanted.assignee is not None:
        conditions.append(tickets.c.assignee == wanted.assignee if wanted.assignee else tickets.c.assignee.is_(None))
    if wanted.site is not None:
        conditions.append(tickets.c.site == wanted.site)
    if wanted.waiting:
        conditions.append(_WAITING_SINCE.is_not(None))
    return [*conditions, *(_mentions(word) for word in wanted.words.split())]


def _mentions(word: str) -> ColumnElement[bool]:
    """The ticket's number, or a part of its contact or of anything that was said."""
    said = exists().where(_OF_TICKET, contains(messages.c.text, word))
    fields = (tickets.c.email, tickets.c.phone, tickets.c.note, tickets.c.subject)
    digits = word.upper().removeprefix("FL-")
    number = [tickets.c.number == int(digits)] if digits.isascii() and digits.isdigit() and len(digits) <= 9 else []
    return or_(*number, said, *(contains(field, word) for field in fields))
