"""A ticket as people read it at another desk. Pure."""

from typing import Any

from helpdesk.delivery import Delivery
from helpdesk.models import Message, Ticket
from helpdesk.texts import excerpt
from helpdesk.tickets import ticket_json, turn_json

LONGEST_SUBJECT = 150
_WHO = {"learner": "Learner", "bot": "Assistant (automated)", "agent": "Agent", "system": "Notice"}


def subject(ticket: Ticket) -> str:
    """`[FL-1042] Refund dispute: I was charged twice`."""
    asked = " ".join(ticket.summary[0].quote.split()) if ticket.summary else ""
    reason = ticket.reason.replace("_", " ").capitalize()
    return excerpt(f"[{ticket.label}] {reason}{': ' if asked else ''}{asked}", LONGEST_SUBJECT)


def opening(delivery: Delivery, *advice: str) -> str:
    """What an agent needs to begin, then the chat as the learner saw it."""
    ticket = delivery.ticket
    vouched = f"verified as {ticket.subject}" if ticket.subject else "unverified"
    facts = [
        f"{ticket.label} from the chat of {ticket.site} ({ticket.department.value}, {ticket.priority.value} priority)",
        f"Language {ticket.language}, identity {vouched}",
        *contact_lines(ticket),
        *advice,
    ]
    why = [f"- {claim.text}: “{claim.quote}”" for claim in ticket.summary]
    parts = ["\n".join(facts), "\n".join(why), *(turn_text(turn) for turn in delivery.turns)]
    return "\n\n".join(part for part in parts if part)


def contact_news(ticket: Ticket) -> str:
    return "\n".join(["The learner can be reached now:", *contact_lines(ticket)])


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
