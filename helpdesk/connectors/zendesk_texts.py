"""A ticket as people read it in Zendesk. Pure."""

import re
from collections.abc import Iterable
from typing import Any

from bot.desk_settings import ZendeskDesk
from bot.models import Priority
from helpdesk.delivery import Delivery
from helpdesk.models import Message, Status, Ticket
from helpdesk.texts import excerpt
from helpdesk.tickets import ticket_json, turn_json

LONGEST_SUBJECT = 150
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
_WHO = {"learner": "Learner", "bot": "Assistant (automated)", "agent": "Agent", "system": "Notice"}


def new_ticket(delivery: Delivery, settings: ZendeskDesk, requester: str | None, token: str) -> dict[str, Any]:
    """`requester` is an e-mail address, None for the agent of the API token; `token` that of the attached JSON."""
    ticket = delivery.ticket
    made: dict[str, Any] = {
        "external_id": ticket.external_id,
        "subject": subject(ticket),
        "priority": PRIORITIES[ticket.priority],
        "tags": tags(ticket, settings.tags),
        "comment": {"body": first_comment(delivery), "public": settings.public, "uploads": [token]},
        "custom_fields": [{"id": field, "value": attribute(ticket, name)} for field, name in settings.fields.items()],
        "metadata": {DELIVERY: delivery.key},
    }
    if (group := settings.groups.get(ticket.department)) is not None:
        made["group_id"] = group
    if requester is not None:
        made["requester"] = {"email": requester, "name": name_of(requester)}
    return made


def subject(ticket: Ticket) -> str:
    """`[FL-1042] Refund dispute: I was charged twice`."""
    asked = " ".join(ticket.summary[0].quote.split()) if ticket.summary else ""
    reason = ticket.reason.replace("_", " ").capitalize()
    return literal(excerpt(f"[{ticket.label}] {reason}{': ' if asked else ''}{asked}", LONGEST_SUBJECT))


def first_comment(delivery: Delivery) -> str:
    """What an agent needs to begin, then the chat as the learner saw it."""
    ticket = delivery.ticket
    vouched = f"verified as {ticket.subject}" if ticket.subject else "unverified"
    facts = [
        f"{ticket.label} from the chat of {ticket.site} ({ticket.department.value}, {ticket.priority.value} priority)",
        f"Language {ticket.language}, identity {vouched}",
        *contact_lines(ticket),
    ]
    why = [f"- {claim.text}: “{claim.quote}”" for claim in ticket.summary]
    parts = ["\n".join(facts), "\n".join(why), *(turn_text(turn) for turn in delivery.turns)]
    return bounded("\n\n".join(part for part in parts if part))


def contact_lines(ticket: Ticket) -> list[str]:
    contact = ticket.contact
    given = (("E-mail", contact.email), ("Phone", contact.phone), ("Call", contact.call_at), ("Note", contact.note))
    return [f"{name}: {value}" for name, value in given if value]


def turn_text(turn: Message) -> str:
    """Who said what and when, with the articles that the bot named."""
    who = _WHO[turn.role] if turn.author is None else f"{turn.author} ({_WHO[turn.role].lower()})"
    sources = [f"[{each['number']}] {each['title']} {each['url']}" for each in turn_json(turn)["sources"]]
    return "\n".join([f"{turn.created_at:%Y-%m-%d %H:%M} UTC, {who}:", turn.text, *sources])


def transcript(delivery: Delivery) -> dict[str, Any]:
    """The attached file."""
    return {"ticket": ticket_json(delivery.ticket), "turns": [turn_json(turn) for turn in delivery.turns]}


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
