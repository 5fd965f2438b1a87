"""The one place where tickets are made: inside the transaction of what they follow from."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.models import Priority
from helpdesk.contact import merged
from helpdesk.delivery import BUILT_IN
from helpdesk.models import Change, Contact, Conversation, Ticket
from helpdesk.ports import Work
from helpdesk.routing import more_urgent
from helpdesk.tickets import Grounds, build, changed, contact_added, created


def open_ticket(
    work: Work,
    conversation: Conversation,
    grounds: Grounds,
    connector: str,
    at: datetime,
    contact: Contact,
    through: int,
) -> Ticket:
    """A new ticket with its delivery (the turns up to the sequence `through`); both are committed or neither is. The
    conversation has no open one and is locked by this transaction."""
    messages = work.messages.of(conversation.id)
    ticket = build(work.tickets.next_number(), conversation, messages, grounds, contact, at)
    work.tickets.add(ticket)
    work.outbox.add(created(ticket, connector, through))
    return ticket


def raise_priority(work: Work, ticket: Ticket, priority: Priority, at: datetime) -> None:
    """What came later may be more urgent than what the ticket was opened for; never less."""
    if more_urgent(ticket.priority, priority) is ticket.priority:
        return
    work.tickets.set_priority(ticket.number, priority, at)
    change = Change(at, "firstline", "priority", ticket.priority.value, priority.value)
    work.tickets.add_change(ticket.number, change)
    tell_change(work, ticket, change)


def tell_change(work: Work, ticket: Ticket, change: Change) -> None:
    """Owe the desk where the ticket stands a change of it. The built-in desk reads the ticket itself."""
    connector = work.outbox.desk_of(ticket.number)
    if connector is not None and connector != BUILT_IN:
        work.outbox.add(changed(ticket, change, connector))


def add_contact(work: Work, ticket: Ticket, contact: Contact, at: datetime) -> Ticket:
    """The ticket with what the learner added, and a delivery that says so; nothing where it says nothing new."""
    whole = merged(ticket.contact, contact)
    if whole == ticket.contact:
        return ticket
    work.tickets.set_contact(ticket.number, whole, at)
    change = Change(at, "learner", "contact", None, _given(contact))
    work.tickets.add_change(ticket.number, change)
    connector = work.outbox.desk_of(ticket.number)
    if connector is not None:
        work.outbox.add(contact_added(ticket, connector, at))
    return replace(ticket, contact=whole, updated_at=at, history=(*ticket.history, change))


def _given(contact: Contact) -> str:
    """Which fields, not what stands in them: the history is shown more widely than the contact."""
    fields: dict[str, Callable[[Contact], str | None]] = {
        "e-mail": lambda given: given.email,
        "phone": lambda given: given.phone,
        "time to call": lambda given: given.call_at,
        "note": lambda given: given.note,
    }
    return ", ".join(name for name, read in fields.items() if read(contact))
