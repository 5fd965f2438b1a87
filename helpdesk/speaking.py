"""Turns of a ticket's conversation that are not the bot's replies: stored once, and told to the ticket's desk."""

import uuid
from datetime import datetime

from bot.models import Role
from helpdesk.delivery import BUILT_IN
from helpdesk.models import TO_PERSON, Conversation, Message, OutboxRow, Ticket
from helpdesk.ports import Work


def say(
    work: Work,
    conversation: Conversation,
    role: Role,
    text: str,
    at: datetime,
    *,
    author: str | None = None,
    external_key: str | None = None,
) -> Message:
    """A person's or the system's turn; the stored one where `external_key` came before. What a learner says this way is
    not the bot's to answer. The conversation is locked."""
    if external_key is not None:
        known = work.messages.by_external_key(conversation.id, external_key)
        if known is not None:
            return known
    message = Message(
        id=str(uuid.uuid4()),
        conversation_id=conversation.id,
        sequence=work.messages.next_sequence(conversation.id),
        role=role,
        text=text,
        created_at=at,
        kind=TO_PERSON if role == "learner" else None,
        author=author,
        external_key=external_key,
    )
    work.messages.add(message)
    return message


def tell_desk(work: Work, ticket: Ticket, message: Message) -> None:
    """Owe this turn to the desk where the ticket stands, whatever its site is set to since. The built-in desk reads the
    conversation itself."""
    connector = work.outbox.desk_of(ticket.number)
    if connector is not None and connector != BUILT_IN:
        row_id, payload = str(uuid.uuid4()), {"message_id": message.id}
        work.outbox.add(OutboxRow(row_id, ticket.number, "turn_added", connector, payload, message.created_at))


def mail_learner(work: Work, ticket: Ticket, message: Message, mailer: str) -> None:
    """Owe the learner this turn by e-mail, where they left an address and the site has a `mailer`."""
    if mailer and ticket.contact.email:
        row_id, payload = str(uuid.uuid4()), {"message_id": message.id}
        work.outbox.add(OutboxRow(row_id, ticket.number, "reply_mailed", mailer, payload, message.created_at))
