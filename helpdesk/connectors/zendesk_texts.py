"""A ticket as people read it in Zendesk. Pure."""

import re
from collections.abc import Iterable
from typing import Any

from bot.desk_settings import ZendeskDesk
from bot.models import Priority
from helpdesk.connectors.ticket_texts import opening, subject
from helpdesk.delivery import Delivery
from helpdesk.models import Status, Ticket
from helpdesk.texts import excerpt

LONGEST_COMMENT = 60_000
"""Characters; Zendesk takes 64 kB."""
DELIVERY = "firstline_delivery"
"""Name of the metadata by which our own changes are known again."""

PRIORITIES = {Priority.LOW: "low", Priority.MEDIUM: "normal", Priority.HIGH: "high"}
STATUSES = {Status.OPEN: "open", Status.IN_PROGRESS: "open", Status.CLOSED: "solved"}
"""`new` is Zendesk's alone, and `closed` would lock the ticket for good."""
STATUSES_THERE = {
    "open": Status.IN_PROGRESS,
    "pending": Status.IN_PROGRESS,
    "hold": Status.IN_PROGRESS,
    "solved": Status.CLOSED,
    "closed": Status.CLOSED,
}


def new_ticket(delivery: Delivery, settings: ZendeskDesk, requester: str | None, token: str) -> dict[str, Any]:
    """`requester` is an e-mail address, None for the agent of the API token; `token` that of the attached JSON."""
    ticket = delivery.ticket
    made: dict[str, Any] = {
        "external_id": ticket.external_id,
        "subject": literal(subject(ticket)),
        "priority": PRIORITIES[ticket.priority],
        "tags": tags(ticket, settings.tags),
        "comment": {"body": bounded(opening(delivery)), "public": settings.public, "uploads": [token]},
        "custom_fields": [{"id": field, "value": attribute(ticket, name)} for field, name in settings.fields.items()],
        "metadata": {DELIVERY: delivery.key},
    }
    if (group := settings.groups.get(ticket.department)) is not None:
        made["group_id"] = group
    if requester is not None:
        made["requester"] = {"email": requester, "name": name_of(requester)}
    return made


def tags(ticket: Ticket, own: Iterable[str]) -> list[str]:
    """Each once; Zendesk takes no spaces in them."""
    words = [*own, ticket.reason, f"language_{ticket.language}", f"identity_{ticket.identity}"]
    return list(dict.fromkeys(re.sub(r"[^\w:/-]+", "_", word).strip("_").lower() for word in words))


def attribute(ticket: Ticket, name: str) -> str:
    """A ticket's attribute as a custom field takes it."""
    if name == "number":
        return ticket.label
    value = getattr(ticket, name)
    return "" if value is None else str(value)


def name_of(email: str) -> str:
    return email.partition("@")[0] or email


def bounded(text: str) -> str:
    if len(text) > LONGEST_COMMENT:
        text = f"{excerpt(text, LONGEST_COMMENT)}\n… (cut here)"
    return literal(text)


def literal(text: str) -> str:
    """Without placeholders: Zendesk would fill in `{{…}}` of whatever a learner typed, with what only agents may see
    ("Using placeholders")."""
    return re.sub(r"\{(?=[{%])", "{ ", text)
