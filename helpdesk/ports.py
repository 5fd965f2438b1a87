"""What the helpdesk needs from outside, in its own words: a store (storage/ has it) and somebody who answers."""

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from bot.models import Department, Outcome, Priority, Question
from helpdesk.models import (
    AuditEntry,
    Backlog,
    Change,
    Contact,
    Conversation,
    Elsewhere,
    EndState,
    Listed,
    Message,
    Note,
    OutboxRow,
    Pulse,
    RowState,
    Status,
    Ticket,
    TicketPage,
)
from helpdesk.queue import PAGE, QueuePage, Wanted


class Assistant(Protocol):
    def answer(self, question: Question) -> Outcome:
        """Raises a FirstlineError where it cannot answer now; the question may be asked again."""
        ...


class Conversations(Protocol):
    def add(self, conversation: Conversation, token_hash: str) -> None: ...

    def get(self, conversation_id: str) -> Conversation | None: ...

    def lock(self, conversation_id: str) -> Conversation | None:
        """Like `get`; until this transaction ends, no other one that also locks the conversation goes on."""
        ...

    def token_hash(self, conversation_id: str) -> str | None:
        """SHA-256 (hex) of the conversation's bearer token; the token itself is never stored."""
        ...

    def of_email(self, email: str) -> Sequence[str]:
        """Ids of conversations that belong to this e-mail, case folded: it is their identity's or their ticket's
        contact's, or stands in a turn, or another conversation of the same signed-in learner has it."""
        ...

    def started_between(self, start: datetime, end: datetime) -> Sequence[Conversation]:
        """Oldest first; `start` belongs to it, `end` does not."""
        ...

    def of_subject(self, site: str, subject: str) -> Sequence[Conversation]:
        """All conversations of one signed-in learner, oldest first."""
        ...

    def of_contact(self, site: str, email: str) -> Sequence[Conversation]:
        """Those with a ticket whose contact has this e-mail, case folded, oldest first. Who typed it is unknown."""
        ...

    def set_taken(self, conversation_id: str, taken_by: str | None, at: datetime) -> None:
        """Who has joined; None: nobody, the bot answers."""
        ...

    def taken(
        self, *, by: str | None = None, quiet_since: datetime | None = None, elsewhere: bool | None = None
    ) -> Sequence[int]:
        """Numbers of the newest tickets of chats that somebody is in: this one; who came before that moment and has
        said nothing since; at another desk, or at none."""
        ...

    def pulse(self, conversation_id: str) -> Pulse | None:
        """Differs from an earlier one where something was said, noted or changed since; None: it was erased."""
        ...

    def erase(self, conversation_ids: Sequence[str]) -> dict[str, int]:
        """Remove these conversations with every row that hangs on them; counts by table."""
        ...

    def elsewhere(self, conversation_ids: Sequence[str]) -> Sequence[Elsewhere]:
        """What other systems have, or may have, of these conversations."""
        ...

    def older_than(self, moment: datetime) -> Sequence[str]:
        """Ids of conversations that were started before `moment` and had no message since."""
        ...

    def unsettled(self, idle_since: datetime) -> Sequence[str]:
        """Ids of conversations without a message after `idle_since` in which something (a message, a word of feedback,
        a ticket) is newer than their last settling."""
        ...

    def set_end(
        self, conversation_id: str, state: EndState | None, ended_at: datetime | None, settled_through: datetime
    ) -> None:
        """What happened up to `settled_through` went into this state."""
        ...


class Messages(Protocol):
    def add(self, message: Message) -> None:
        """`sequence` is unique within a conversation, and so are a `client_message_id` and a `reply_to` that are not
        None."""
        ...

    def next_sequence(self, conversation_id: str) -> int:
        """From 1, without gaps. The conversation is locked by this transaction."""
        ...

    def get(self, message_id: str) -> Message | None: ...

    def by_client_id(self, conversation_id: str, client_message_id: str) -> Message | None: ...

    def by_external_key(self, conversation_id: str, external_key: str) -> Message | None: ...

    def reply_to(self, message_id: str) -> Message | None: ...

    def of(self, conversation_id: str, after: int = 0) -> Sequence[Message]:
        """Those after a sequence, oldest first."""
        ...

    def set_kind(self, message_id: str, kind: str) -> None: ...

    def set_feedback(
        self, conversation_id: str, message_id: str, helpful: bool, comment: str | None, at: datetime
    ) -> bool:
        """False where that conversation has no such bot message."""
        ...


class Tickets(Protocol):
    def next_number(self) -> int:
        """A number that no other ticket ever gets, whoever asks at the same time; the first is 1001. There may be gaps,
        and the number of a transaction that failed may be given again: nobody was told of it."""
        ...

    def add(self, ticket: Ticket) -> None:
        """Its history included."""
        ...

    def get(self, number: int) -> Ticket | None: ...

    def number_of(self, external_id: str) -> int | None: ...

    def of_conversation(self, conversation_id: str) -> Ticket | None:
        """The one that is not closed, else None; a second one cannot be added."""
        ...

    def of_request(self, conversation_id: str, client_request_id: str) -> Ticket | None:
        """The ticket that this request of the learner's ended in."""
        ...

    def add_request(self, conversation_id: str, client_request_id: str, number: int) -> None: ...

    def set_contact(self, number: int, contact: Contact, at: datetime) -> None: ...

    def set_status(self, number: int, status: Status, at: datetime) -> None: ...

    def set_priority(self, number: int, priority: Priority, at: datetime) -> None: ...

    def set_department(self, number: int, department: Department, at: datetime) -> None: ...

    def set_assignee(self, number: int, login: str | None, at: datetime) -> None: ...

    def add_change(self, number: int, change: Change) -> None: ...

    def changes(
        self, *, number: int | None = None, actor: str | None = None, before: int | None = None, limit: int = 100
    ) -> Sequence[AuditEntry]:
        """What was done to tickets, newest first; `before` is the id of an entry."""
        ...

    def add_note(self, number: int, note: Note) -> None: ...

    def notes(self, number: int) -> Sequence[Note]:
        """Oldest first."""
        ...

    def queue(self, wanted: Wanted, *, offset: int = 0, limit: int = PAGE) -> QueuePage: ...

    def page(self, *, status: Status | None = None, before: int | None = None, limit: int = 50) -> TicketPage:
        """Newest first."""
        ...


class Outbox(Protocol):
    def add(self, row: OutboxRow) -> None: ...

    def get(self, row_id: str) -> OutboxRow | None: ...

    def pending(self) -> Sequence[OutboxRow]:
        """Oldest first."""
        ...

    def listed(self, state: RowState | None, connector: str | None, limit: int | None) -> Sequence[Listed]:
        """Newest first."""
        ...

    def backlog(self) -> Sequence[Backlog]: ...

    def desk_of(self, ticket_number: int) -> str | None:
        """The connector that the ticket was made for, whatever its site is set to since; what comes later goes there
        too. None where its making was dropped: then nobody is told."""
        ...

    def connectors(self) -> Sequence[str]:
        """Those to which something is pending."""
        ...

    def is_due(self, connector: str, now: datetime) -> bool:
        """Whether `claim` would find something."""
        ...

    def claim(self, connector: str, claim: str, now: datetime, until: datetime) -> OutboxRow | None:
        """The oldest row that is due, its attempt counted; nobody else gets it before `until`.

        Due is the oldest undelivered row of its ticket at this desk, once `next_at` has come and no claim on it
        lasts. A dead `ticket_created` holds back what follows of its ticket; any other dead row does not.
        """
        ...

    def settle(self, row: OutboxRow, claim: str) -> bool:
        """Write the row as it is now and release it. False where it is no longer this claim's, or was erased."""
        ...

    def reopen(self, row: OutboxRow) -> None:
        """Write the row as it is now, unless it was delivered meanwhile; a claim on it lasts."""
        ...

    def drop_after(self, row: OutboxRow, error: str, at: datetime) -> None:
        """Drop what the row's ticket is still owed after it."""
        ...

    def remote_id(self, ticket_number: int, connector: str) -> str | None: ...

    def ticket_at(self, connector: str, remote_id: str) -> int | None:
        """The number of the ticket that has this id over there."""
        ...

    def add_remote(self, ticket_number: int, connector: str, remote_id: str, at: datetime) -> None:
        """Nothing where this is known."""
        ...


class Nonces(Protocol):
    def use(self, nonce: str, expires_at: datetime, now: datetime) -> bool:
        """True the first time, False ever after (until it has expired anyway)."""
        ...


class Cursors(Protocol):
    """How far another system's news were read, by a name that each reader chooses."""

    def get(self, name: str) -> str | None: ...

    def set(self, name: str, value: str) -> None: ...


class Work(Protocol):
    """One transaction: leaving the `with` block normally commits all of it, an exception none of it."""

    @property
    def conversations(self) -> Conversations: ...

    @property
    def messages(self) -> Messages: ...

    @property
    def tickets(self) -> Tickets: ...

    @property
    def outbox(self) -> Outbox: ...

    @property
    def nonces(self) -> Nonces: ...

    @property
    def cursors(self) -> Cursors: ...


class Store(Protocol):
    @property
    def owed(self) -> threading.Event:
        """Set when this store has committed something to the outbox; whoever delivers waits for it and clears it."""
        ...

    def begin(self) -> AbstractContextManager[Work]:
        """A write transaction. Concurrent writers wait for each other; nothing that was committed is lost when
        the process dies."""
        ...

    def read(self) -> AbstractContextManager[Work]:
        """A transaction that only reads; it keeps no writer waiting."""
        ...

    def scrub(self) -> None:
        """After an erasure was committed: make the bytes of removed rows unreadable too, as far as the database can."""
        ...
