"""The tickets as agents work with them."""

from collections.abc import Sequence

from bot.errors import BadInput, NotFound
from bot.models import Department, Priority
from helpdesk.changing import Field, alter, end_chat, locked, ticket_of
from helpdesk.clock import Clock, utc_now
from helpdesk.models import (
    Agent,
    AuditEntry,
    Case,
    Conversation,
    Earlier,
    Message,
    Note,
    Status,
    Ticket,
    TicketPage,
)
from helpdesk.ports import Store, Work
from helpdesk.queue import PAGE, QueuePage, Wanted
from helpdesk.texts import clean, excerpt

LARGEST_PAGE = 200
LARGEST_NUMBER = 999_999_999
LONGEST_NOTE = 4000
MOST_EARLIER = 10


class Desk:
    def __init__(self, store: Store, *, clock: Clock = utc_now) -> None:
        self._store = store
        self._clock = clock

    def page(self, *, status: Status | None = None, before: int | None = None, limit: int = 50) -> TicketPage:
        """Newest first. Raises BadInput for a limit outside 1 to 200."""
        if not 1 <= limit <= LARGEST_PAGE:
            raise BadInput(f"a page has 1 to {LARGEST_PAGE} tickets")
        with self._store.read() as work:
            return work.tickets.page(status=status, before=before, limit=limit)

    def queue(self, wanted: Wanted, number: int = 1) -> QueuePage:
        """Page `number` (from 1) of what is wanted, the most recently active first."""
        with self._store.read() as work:
            return work.tickets.queue(wanted, offset=PAGE * (number - 1), limit=PAGE)

    def open_case(self, number: int) -> Case:
        """The ticket with its whole transcript and what is known beside it. Raises NotFound."""
        with self._store.read() as work:
            ticket = ticket_of(work, number)
            conversation = work.conversations.get(ticket.conversation_id)
            assert conversation is not None, "a ticket goes with its conversation"
            return Case(
                ticket,
                tuple(work.messages.of(conversation.id)),
                conversation,
                tuple(work.tickets.notes(number)),
                tuple(_earlier(work, ticket, conversation)),
            )

    def conversation(self, conversation_id: str) -> tuple[Conversation, tuple[Message, ...]]:
        """One to read, with or without a ticket. Raises NotFound."""
        with self._store.read() as work:
            found = work.conversations.get(clean(conversation_id))
            if found is None:
                raise NotFound("there is no such conversation; it may have been erased")
            return found, tuple(work.messages.of(found.id))

    def change_status(self, number: int, status: Status, actor: str) -> Ticket:
        """The ticket after it; its history says who did it and when. Closing takes the agent out of the chat and tells
        the learner. Raises NotFound, and BadInput where a closed one would be reopened beside another that is open in
        the same chat."""
        with self._store.begin() as work:
            ticket, conversation = locked(work, number)
            if ticket.status is status:
                return ticket
            if ticket.status is Status.CLOSED:
                _refuse_second(work, ticket)
            self._alter(work, ticket, "status", status, actor)
            if status is Status.CLOSED:
                end_chat(work, ticket, conversation, actor, self._clock())
            return ticket_of(work, number)

    def change_priority(self, number: int, priority: Priority, actor: str) -> Ticket:
        return self._change(number, "priority", priority, actor)

    def change_department(self, number: int, department: Department, actor: str) -> Ticket:
        return self._change(number, "department", department, actor)

    def assign(self, number: int, agent: Agent | None, actor: str) -> Ticket:
        """None: nobody looks after it."""
        return self._change(number, "assignee", None if agent is None else agent.login, actor)

    def note(self, number: int, text: str, actor: str) -> None:
        """Words among agents. Raises NotFound, and BadInput for an empty or endless text."""
        words = clean(text).strip()
        if not 1 <= len(words) <= LONGEST_NOTE:
            raise BadInput(f"a note has 1 to {LONGEST_NOTE:,} characters")
        with self._store.begin() as work:
            ticket, _ = locked(work, number)
            work.tickets.add_note(ticket.number, Note(self._clock(), actor, words))

    def audit(
        self, *, number: int | None = None, actor: str | None = None, before: int | None = None
    ) -> Sequence[AuditEntry]:
        """Who did what to tickets, newest first, a hundred at a time."""
        with self._store.read() as work:
            return work.tickets.changes(number=number, actor=actor, before=before)

    def _change(self, number: int, field: Field, after: Priority | Department | str | None, actor: str) -> Ticket:
        with self._store.begin() as work:
            ticket, _ = locked(work, number)
            self._alter(work, ticket, field, after, actor)
            return ticket_of(work, number)

    def _alter(
        self, work: Work, ticket: Ticket, field: Field, after: Status | Priority | Department | str | None, actor: str
    ) -> None:
        alter(work, ticket, field, after, actor, self._clock())


def parse_number(text: str) -> int:
    """1042 for `FL-1042`, `fl-1042` or `1042`. Raises NotFound for anything else: there is no such ticket."""
    digits = text.strip().upper().removeprefix("FL-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        raise NotFound(f"{text[:40]!r}: there is no such ticket")
    return int(digits)


def _refuse_second(work: Work, ticket: Ticket) -> None:
    other = work.tickets.of_conversation(ticket.conversation_id)
    if other is not None:
        raise BadInput(f"{other.label} of the same chat is open; go on there instead of reopening {ticket.label}")


def _earlier(work: Work, ticket: Ticket, conversation: Conversation) -> list[Earlier]:
    """By the subject that the host vouched for; else by the e-mail that somebody typed, which proves nothing."""
    verified = conversation.identity is not None
    found: Sequence[Conversation] = ()
    if conversation.identity is not None:
        found = work.conversations.of_subject(conversation.site, conversation.identity.subject)
    elif ticket.contact.email is not None:
        found = work.conversations.of_contact(conversation.site, ticket.contact.email)
    others = [other for other in reversed(found) if other.id != conversation.id][:MOST_EARLIER]
    return [Earlier(other, _first_words(work, other), verified) for other in others]


def _first_words(work: Work, conversation: Conversation) -> str:
    said = (message for message in work.messages.of(conversation.id) if message.role == "learner")
    first = next(said, None)
    return excerpt(first.text, 120) if first is not None else ""
