"""Building a ticket from a conversation, and the deliveries that go with it."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.models import Department, Handoff, Priority
from helpdesk.history import articles_shown, outcomes
from helpdesk.models import Change, Contact, Conversation, Message, OutboxRow, Status, Ticket
from helpdesk.routing import route
from helpdesk.summary import summarize

_NAMESPACE = uuid.UUID("6f3f0e4e-35c5-5c0b-9d0a-2b7f7f0c8a11")


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a ticket is made, and who gets it."""

    reason: str
    category: str
    department: Department
    priority: Priority
    language: str
    index_version: int | None
    key: str
    """What asked for it (a message's id, a request's id): the same key in a conversation is the same handoff."""
    trigger: Message | None = None


def required(handoff: Handoff, trigger: Message) -> Grounds:
    """The bot says that only a person may settle this turn."""
    return Grounds(
        reason=handoff.reason,
        category=handoff.category,
        department=handoff.department,
        priority=handoff.priority,
        language=handoff.evidence.question_language,
        index_version=handoff.evidence.index_version,
        key=trigger.id,
        trigger=trigger,
    )


def requested(conversation: Conversation, messages: Sequence[Message], request_id: str) -> Grounds:
    """The learner says so: for the reason of the last offer, else because they asked for a person."""
    told = list(outcomes(messages))
    last = told[-1][1] if told else {}
    language = last.get("question_language") or conversation.locale
    version = last.get("index_version")
    for message, outcome in reversed(told):
        if outcome["handoff"] == "offered":
            department, priority = Department(outcome["department"]), Priority(outcome["priority"])
            category = message.kind or outcome["reason"]
            return Grounds(outcome["reason"], category, department, priority, language, version, request_id)
    asked = route("asked_for_human", conversation.audience)
    return Grounds(
        "asked_for_human", "asked_for_human", asked.department, asked.priority, language, version, request_id
    )


def build(
    number: int,
    conversation: Conversation,
    messages: Sequence[Message],
    grounds: Grounds,
    contact: Contact,
    at: datetime,
) -> Ticket:
    """An open ticket that says all an agent needs to begin."""
    identity = conversation.identity
    return Ticket(
        number=number,
        conversation_id=conversation.id,
        site=conversation.site,
        external_id=external_id(conversation.id, grounds.key),
        reason=grounds.reason,
        category=grounds.category,
        department=grounds.department,
        priority=grounds.priority,
        status=Status.OPEN,
        language=grounds.language,
        identity="unverified" if identity is None else "verified",
        subject=None if identity is None else identity.subject,
        index_version=grounds.index_version,
        created_at=at,
        updated_at=at,
        contact=contact,
        summary=summarize(messages, grounds.reason, grounds.trigger),
        articles_shown=articles_shown(messages),
        history=(Change(at, "firstline", "status", None, Status.OPEN.value),),
    )


def external_id(conversation_id: str, key: str) -> str:
    """The same handoff, the same id: a connector that sees it twice knows that it is one ticket."""
    return f"firstline-{uuid.uuid5(_NAMESPACE, f'{conversation_id}/{key}')}"


def ticket_json(ticket: Ticket) -> dict[str, Any]:
    """The ticket for a connector or an agent's page; times in ISO 8601, UTC."""
    return {
        "number": ticket.label,
        "external_id": ticket.external_id,
        "conversation_id": ticket.conversation_id,
        "site": ticket.site,
        "status": ticket.status.value,
        "reason": ticket.reason,
        "category": ticket.category,
        "department": ticket.department.value,
        "priority": ticket.priority.value,
        "language": ticket.language,
        "identity": ticket.identity,
        "subject": ticket.subject,
        "contact": asdict(ticket.contact),
        "summary": [asdict(claim) for claim in ticket.summary],
        "articles_shown": list(ticket.articles_shown),
        "index_version": ticket.index_version,
        "created_at": ticket.created_at.isoformat(),
        "updated_at": ticket.updated_at.isoformat(),
        "history": [asdict(change) | {"at": change.at.isoformat()} for change in ticket.history],
    }


def turn_json(message: Message) -> dict[str, Any]:
    """A turn as the learner saw it, with the articles that the bot named; times in ISO 8601, UTC."""
    citations = (message.outcome or {}).get("citations", [])
    return {
        "id": message.id,
        "sequence": message.sequence,
        "role": message.role,
        "author": message.author,
        "text": message.text,
        "created_at": message.created_at.isoformat(),
        "sources": [{name: each[name] for name in ("number", "title", "url")} for each in citations],
    }


def created(ticket: Ticket, connector: str, through: int) -> OutboxRow:
    """The delivery of a new ticket with the turns up to the sequence `through`; each later one is a delivery of its
    own. Ticket and turns are read when it is delivered, so that nothing personal waits here."""
    return OutboxRow(
        str(uuid.uuid4()), ticket.number, "ticket_created", connector, {"through": through}, ticket.created_at
    )


def contact_added(ticket: Ticket, connector: str, at: datetime) -> OutboxRow:
    """The delivery of what the learner added to a ticket that was made before; it is read from the ticket."""
    return OutboxRow(str(uuid.uuid4()), ticket.number, "contact_added", connector, {}, at)


def changed(ticket: Ticket, change: Change, connector: str) -> OutboxRow:
    """The delivery of a change of status, priority, department or assignee."""
    payload = {"field": change.field, "before": change.before, "after": change.after, "actor": change.actor}
    return OutboxRow(str(uuid.uuid4()), ticket.number, "ticket_changed", connector, payload, change.at)
