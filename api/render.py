"""Stored values as the schemas say them."""

from dataclasses import asdict

from api.schemas import ChangeOut, ChatState, Claim, Person, TicketMark, TicketOut, TurnOut
from helpdesk.models import Conversation, Message, Ticket


def turn(message: Message) -> TurnOut:
    return TurnOut(
        id=message.id,
        role=message.role,
        text=message.text,
        created_at=message.created_at.isoformat(),
        client_message_id=message.client_message_id,
        outcome=message.outcome,
        helpful=message.helpful,
        author=message.author,
    )


def person(conversation: Conversation) -> Person | None:
    """The agent in the chat, by the name that the learner may know; the login stays in the house."""
    return Person(name=conversation.taken_name) if conversation.taken_by is not None else None


def state(conversation: Conversation, newest: Ticket | None) -> ChatState:
    mark = TicketMark(number=newest.label, status=newest.status) if newest is not None else None
    return ChatState(person=person(conversation), ticket=mark)


def ticket(found: Ticket) -> TicketOut:
    return TicketOut(
        number=found.label,
        external_id=found.external_id,
        conversation_id=found.conversation_id,
        site=found.site,
        reason=found.reason,
        category=found.category,
        department=found.department,
        priority=found.priority,
        status=found.status,
        language=found.language,
        identity=found.identity,
        subject=found.subject,
        index_version=found.index_version,
        created_at=found.created_at.isoformat(),
        updated_at=found.updated_at.isoformat(),
        **asdict(found.contact),
        summary=[Claim(**asdict(claim)) for claim in found.summary],
        articles_shown=list(found.articles_shown),
        history=[ChangeOut(**(asdict(change) | {"at": change.at.isoformat()})) for change in found.history],
    )
