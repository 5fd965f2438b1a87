"""Changes of a ticket inside a transaction, each with who and when; the ticket's own desk is owed the news."""

from datetime import datetime
from enum import Enum
from typing import Literal

from bot.errors import NotFound
from bot.models import Department, Priority
from helpdesk.handoffs import tell_change
from helpdesk.history import unanswered
from helpdesk.models import TO_PERSON, Change, Conversation, Status, Ticket, ticket_label
from helpdesk.notices import notice
from helpdesk.ports import Work
from helpdesk.speaking import say

Field = Literal["status", "priority", "department", "assignee"]


def ticket_of(work: Work, number: int) -> Ticket:
    """Raises NotFound."""
    ticket = work.tickets.get(number)
    if ticket is None:
        raise NotFound(f"{ticket_label(number)}: there is no such ticket")
    return ticket


def locked(work: Work, number: int) -> tuple[Ticket, Conversation]:
    """Read again after the lock: two agents may click at once. Raises NotFound."""
    conversation = work.conversations.lock(ticket_of(work, number).conversation_id)
    ticket = ticket_of(work, number)
    assert conversation is not None, "a ticket goes with its conversation"
    return ticket, conversation


def alter(
    work: Work,
    ticket: Ticket,
    field: Field,
    after: Status | Priority | Department | str | None,
    actor: str,
    at: datetime,
) -> None:
    """Set one field; the history says who did it, and a desk elsewhere is owed it. Nothing where it is so already."""
    before = getattr(ticket, field)
    if before == after:
        return
    match after:
        case Status():
            work.tickets.set_status(ticket.number, after, at)
        case Priority():
            work.tickets.set_priority(ticket.number, after, at)
        case Department():
            work.tickets.set_department(ticket.number, after, at)
        case login:
            work.tickets.set_assignee(ticket.number, login, at)
    change = Change(at, actor, field, _plain(before), _plain(after))
    work.tickets.add_change(ticket.number, change)
    tell_change(work, ticket, change)


def enter(
    work: Work,
    ticket: Ticket,
    conversation: Conversation,
    taken_by: str,
    at: datetime,
    *,
    actor: str,
    name: str | None,
) -> None:
    """From now on the bot is silent, and the learner knows who came, by `name`. What it still owes an answer to is the
    person's; an answer under way will not be stored."""
    before = conversation.taken_by
    work.conversations.set_taken(conversation.id, taken_by, at)
    work.tickets.add_change(ticket.number, Change(at, actor, "in the chat", before, taken_by))
    for message in unanswered(work.messages.of(conversation.id)):
        work.messages.set_kind(message.id, TO_PERSON)
    words = notice("joined" if before is None else "took_over", ticket.language, name)
    say(work, conversation, "system", words, at)


def leave(work: Work, ticket: Ticket, conversation: Conversation, actor: str, at: datetime) -> None:
    """Whoever has joined is out, and the bot answers again; the caller says so to the learner."""
    work.conversations.set_taken(conversation.id, None, at)
    work.tickets.add_change(ticket.number, Change(at, actor, "in the chat", conversation.taken_by, None))


def end_chat(work: Work, ticket: Ticket, conversation: Conversation, actor: str, at: datetime) -> None:
    """What goes with closing a ticket: whoever has joined is out, and the learner is told."""
    if conversation.taken_by is not None:
        leave(work, ticket, conversation, actor, at)
    words = notice("closed", ticket.language, conversation.taken_name, ticket.label)
    say(work, conversation, "system", words, at)


def _plain(value: Enum | str | None) -> str | None:
    return str(value.value) if isinstance(value, Enum) else value
