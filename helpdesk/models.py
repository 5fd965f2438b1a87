"""Conversations and tickets: the values that outlive a question."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from bot.models import Audience, Department, Priority, Role

EndState = Literal["confirmed", "silent", "offered_and_left", "handed_off", "returned"]


class Status(StrEnum):
    OPEN = "Open"
    IN_PROGRESS = "In progress"
    CLOSED = "Closed"


@dataclass(frozen=True, slots=True)
class Identity:
    """What the host site vouched for with a signed token. An e-mail somebody typed is contact, never identity."""

    subject: str
    email: str | None = None
    audience: Audience = Audience.LEARNER


@dataclass(frozen=True, slots=True)
class Conversation:
    id: str
    site: str
    locale: str
    created_at: datetime
    identity: Identity | None = None
    audience: Audience = Audience.LEARNER
    ticket_number: int | None = None
    """Its newest ticket, closed or not."""
    end_state: EndState | None = None
    """How it ended, as last settled; None while it goes on, or where nothing was asked."""
    ended_at: datetime | None = None
    taken_by: str | None = None
    """Login of the agent who has joined, or `ELSEWHERE` and the name of the desk where somebody answers; the bot is
    silent until it is None again."""
    taken_name: str | None = None
    """The name that learners know that agent by; of another desk, who wrote last."""


Pulse = tuple[Any, ...]
"""To be compared with another one of the same conversation, and for nothing else."""
TO_PERSON = "to_person"
ELSEWHERE = "@"
"""No login begins with it."""


@dataclass(frozen=True, slots=True)
class Message:
    """One stored turn, in its place in the conversation (`sequence`, from 1)."""

    id: str
    conversation_id: str
    sequence: int
    role: Role
    text: str
    created_at: datetime
    client_message_id: str | None = None
    reply_to: str | None = None
    outcome: dict[str, Any] | None = None
    """The documented JSON of a bot turn, kept as it was sent."""
    kind: str | None = None
    """Of a bot turn: what sort of small talk it was (`Chat.kind`), or the category of a handoff. Of a learner's turn:
    `TO_PERSON` where a person answers it, not the bot."""
    evidence: dict[str, Any] | None = None
    """Timings and scores of a bot turn; these stay inside the house."""
    helpful: bool | None = None
    comment: str | None = None
    author: str | None = None
    """Of a person's turn: the name that the learner sees."""
    external_key: str | None = None
    """Of a turn that came from another desk: its id there, so that it is stored once."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How the learner wants to be reached; everything is optional."""

    email: str | None = None
    phone: str | None = None
    call_at: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One line of a ticket's summary with the turn that it quotes, word for word."""

    text: str
    message_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a ticket's history."""

    at: datetime
    actor: str
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A change with the ticket that it belongs to."""

    id: int
    ticket_number: int
    change: Change


@dataclass(frozen=True, slots=True)
class Ticket:
    number: int
    conversation_id: str
    site: str
    external_id: str
    """Stable key by which any connector recognises this ticket: the same handoff, the same id."""
    reason: str
    category: str
    department: Department
    priority: Priority
    status: Status
    language: str
    identity: Literal["verified", "unverified"]
    subject: str | None
    index_version: int | None
    created_at: datetime
    updated_at: datetime
    contact: Contact = Contact()
    summary: tuple[Claim, ...] = ()
    articles_shown: tuple[str, ...] = ()
    history: tuple[Change, ...] = ()
    assignee: str | None = None
    """Login of the agent who looks after it."""

    @property
    def label(self) -> str:
        return ticket_label(self.number)


def ticket_label(number: int) -> str:
    """The number as people say it, and as every JSON gives it: FL-1042."""
    return f"FL-{number}"


DeliveryKind = Literal["ticket_created", "contact_added", "turn_added", "ticket_changed", "reply_mailed"]


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A delivery that is owed: written in the same transaction as what it tells of."""

    id: str
    ticket_number: int
    kind: DeliveryKind
    connector: str
    payload: dict[str, Any]
    created_at: datetime
    attempts: int = 0
    state: Literal["pending", "delivered", "dead", "dropped"] = "pending"
    """`dead`: given up until somebody retries or drops it."""
    next_at: datetime | None = None
    """Not before this moment; None: at once."""
    error: str | None = None
    """Why the last attempt failed, in one sentence without personal data."""
    done_at: datetime | None = None
    """When it was delivered, or given up."""


RowState = Literal["pending", "waiting", "delivered", "dead", "dropped"]
"""`waiting`: pending, behind the dead letter of its own ticket's making."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A delivery as an operator sees it."""

    row: OutboxRow
    state: RowState


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many deliveries of a connector are in a state, and when the oldest of them came to be owed."""

    connector: str
    state: str
    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A ticket, or a mail to its learner, that others have, or may have: nothing of it can be erased from here."""

    connector: str
    external_id: str
    """Of the ticket."""
    remote_id: str | None
    """None: it was being sent, and whether it arrived is not known. Look for the external id there. Of a mail, its
    delivery's id, with which its Message-ID begins."""
    what: Literal["ticket", "mail to the learner"] = "ticket"


@dataclass(frozen=True, slots=True)
class TicketPage:
    tickets: tuple[Ticket, ...]
    next_before: int | None
    """Pass as `before` to get the next page; None at the end."""


@dataclass(frozen=True, slots=True)
class Reply:
    message: Message
    replayed: bool
    """Whether the reply was stored before this request: the same client_message_id came again."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The learner's message went to the person who has joined; the bot says nothing to it, now or later."""

    message: Message


@dataclass(frozen=True, slots=True)
class Note:
    """What agents tell each other; no learner and no other desk sees it."""

    at: datetime
    author: str
    """Login of the agent."""
    text: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another conversation that seems to be the same learner's."""

    conversation: Conversation
    first_words: str
    verified: bool
    """False: only the e-mail address that somebody typed is the same."""


@dataclass(frozen=True, slots=True)
class Case:
    """What an agent opens: the ticket and everything that was said, oldest first."""

    ticket: Ticket
    transcript: tuple[Message, ...]
    conversation: Conversation
    notes: tuple[Note, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    """Newest first."""


@dataclass(frozen=True, slots=True)
class SiteRules:
    """What the helpdesk needs to know of a site of the settings."""

    collections: tuple[str, ...] = ()
    """Collections of the help center that its questions are answered from; empty means all."""
    connector: str = "desk"
    """Where its tickets are delivered."""
    mailer: str = ""
    """The e-mail desk that sends an agent's replies to the learner as well; empty: none."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an erasure removed, by kind of row; it holds no personal data itself."""

    erased_at: datetime
    counts: dict[str, int] = field(default_factory=dict)
    elsewhere: tuple[Elsewhere, ...] = ()
    """What had been delivered to other systems, for the operator to erase there."""


AgentRole = Literal["agent", "lead"]


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody who is signed in to the desk. A lead may also manage agents."""

    login: str
    role: AgentRole
    name: str | None = None
    """What learners know this agent as; None: they read that it is somebody from the team."""
