"""The tickets as agents work with them."""

from bot.errors import BadInput, NotFound
from helpdesk.clock import Clock, utc_now
from helpdesk.models import Case, Change, Status, Ticket, TicketPage, ticket_label
from helpdesk.ports import Store, Work

LARGEST_PAGE = 200
LARGEST_NUMBER = 999_999_999


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

    def open_case(self, number: int) -> Case:
        """The ticket with its whole transcript. Raises NotFound."""
        with self._store.read() as work:
            ticket = _ticket(work, number)
            return Case(ticket, tuple(work.messages.of(ticket.conversation_id)))

    def change_status(self, number: int, status: Status, actor: str) -> Ticket:
        """The ticket after it; its history says who did it and when. Raises NotFound, and BadInput where a closed one
        would be reopened beside another that is open in the same chat."""
        with self._store.begin() as work:
            ticket = _locked(work, number)
            if ticket.status is status:
                return ticket
            if ticket.status is Status.CLOSED:
                _refuse_second(work, ticket)
            now = self._clock()
            work.tickets.set_status(number, status, now)
            work.tickets.add_change(number, Change(now, actor, "status", ticket.status.value, status.value))
            return _ticket(work, number)


def parse_number(text: str) -> int:
    """1042 for `FL-1042`, `fl-1042` or `1042`. Raises NotFound for anything else: there is no such ticket."""
    digits = text.strip().upper().removeprefix("FL-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        raise NotFound(f"{text[:40]!r}: there is no such ticket")
    return int(digits)


def _ticket(work: Work, number: int) -> Ticket:
    ticket = work.tickets.get(number)
    if ticket is None:
        raise NotFound(f"{ticket_label(number)}: there is no such ticket")
    return ticket


def _locked(work: Work, number: int) -> Ticket:
    """Read again after the lock: two agents may click at once."""
    work.conversations.lock(_ticket(work, number).conversation_id)
    return _ticket(work, number)


def _refuse_second(work: Work, ticket: Ticket) -> None:
    other = work.tickets.of_conversation(ticket.conversation_id)
    if other is not None:
        raise BadInput(f"{other.label} of the same chat is open; go on there instead of reopening {ticket.label}")
