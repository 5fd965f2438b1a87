"""What people write and decide at another desk, brought to the ticket here and into the learner's chat."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.screening import clean_controls
from helpdesk.changing import end_chat, enter
from helpdesk.clock import Clock, utc_now
from helpdesk.models import ELSEWHERE, Change, Conversation, Status, Ticket
from helpdesk.ports import Store, Work
from helpdesk.speaking import mail_learner, say, tell_desk
from helpdesk.texts import clean, excerpt

LONGEST_REPLY = 20_000
LONGEST_AUTHOR = 80
REMEMBERED = timedelta(days=400)
"""How long the news of a status is known again. A desk tells of old ones while its ticket lives; that is shorter."""
_BLANK_LINES = re.compile(r"\n\s*\n\s*\n+")


class Inbound:
    """Safe to be told the same again, by several processes at once: each key counts once for its connector.

    Nothing of it is owed to the desk that it came from. `at` is when it happened there, where that is known: news of a
    status that are older than its last change here change nothing.
    """

    def __init__(self, store: Store, *, mailers: Mapping[str, str] | None = None, clock: Clock = utc_now) -> None:
        """`mailers`: by site, the e-mail desk that sends replies to the learner as well; empty: none."""
        self._store = store
        self._mailers = mailers or {}
        self._clock = clock

    def find(self, connector: str, remote_id: str, external_id: str | None = None) -> int | None:
        """The number of the ticket that has this id at the desk; by our own id where the answer that would have told us
        the desk's was lost."""
        with self._store.read() as work:
            number = work.outbox.ticket_at(connector, remote_id)
            return number if number is not None or not external_id else work.tickets.number_of(external_id)

    def reply(
        self, number: int, author: str | None, text: str, key: str, connector: str, at: datetime | None = None
    ) -> bool:
        """A person's words become an agent's turn in the chat, an open ticket is in progress, and the bot is silent
        until the ticket is closed or the chat released; words from before that do not silence it again. False where
        nothing was done: they are known, empty, or the ticket was erased."""
        words, name, external_key = _words(text), _name(author), f"{connector}/{key}"
        with self._store.begin() as work:
            found = _unheard(work, number, external_key)
            if found is None or not words:
                return False
            ticket, conversation = found
            now, actor = self._clock(), name or connector
            if conversation.taken_by is None and ticket.status is not Status.CLOSED and not _over(ticket, at):
                enter(work, ticket, conversation, f"{ELSEWHERE}{connector}", now, actor=actor, name=name)
            turn = say(work, conversation, "agent", words, now, author=name, external_key=external_key)
            mail_learner(work, ticket, turn, self._mailers.get(ticket.site, ""))
            if ticket.status is Status.OPEN:
                self._set(work, ticket, Status.IN_PROGRESS, actor, at)
            return True

    def wrote(self, number: int, text: str, key: str, connector: str) -> bool:
        """The learner's own words become their turn in the chat, and the ticket's desk is told of them. A closed ticket
        is open again, where its chat has no other. False as in `reply`."""
        words, external_key = _words(text), f"{connector}/{key}"
        with self._store.begin() as work:
            found = _unheard(work, number, external_key)
            if found is None or not words:
                return False
            ticket, conversation = found
            turn = say(work, conversation, "learner", words, self._clock(), external_key=external_key)
            tell_desk(work, ticket, turn)
            if ticket.status is Status.CLOSED and not _beside_another(work, ticket, conversation):
                self._set(work, ticket, Status.OPEN, "learner", None)
            return True

    def undelivered(self, number: int, status: str, key: str, connector: str) -> bool:
        """A mail of this ticket came back: that stands in its history, once, with the status code (RFC 3463)."""
        now = self._clock()
        with self._store.begin() as work:
            found = _locked(work, number)
            if found is None or not work.nonces.use(f"{connector}/returned/{key}", now + REMEMBERED, now):
                return False
            work.tickets.add_change(number, Change(now, connector, "mail", "sent", f"came back ({status})"))
            return True

    def status(
        self, number: int, status: Status, actor: str | None, key: str, connector: str, at: datetime | None = None
    ) -> bool:
        """What was set there is set here; closing tells the learner, as at the built-in desk. False where nothing
        was done: it is known, older, so already, or would reopen the ticket beside another open one of the chat."""
        now = self._clock()
        with self._store.begin() as work:
            found = _locked(work, number)
            if found is None or not work.nonces.use(f"{connector}/status/{key}", now + REMEMBERED, now):
                return False
            ticket, conversation = found
            if ticket.status is status or _older(ticket, at) or _beside_another(work, ticket, conversation):
                return False
            self._set(work, ticket, status, _name(actor) or connector, at)
            if status is Status.CLOSED:
                end_chat(work, ticket, conversation, _name(actor) or connector, now)
            return True

    def _set(self, work: Work, ticket: Ticket, status: Status, actor: str, at: datetime | None) -> None:
        now = self._clock()
        change = Change(min(at or now, now), actor, "status", ticket.status.value, status.value)
        work.tickets.set_status(ticket.number, status, now)
        work.tickets.add_change(ticket.number, change)


def _locked(work: Work, number: int) -> tuple[Ticket, Conversation] | None:
    """Read again after the lock; None where they were erased."""
    ticket = work.tickets.get(number)
    conversation = None if ticket is None else work.conversations.lock(ticket.conversation_id)
    ticket = work.tickets.get(number)
    return None if ticket is None or conversation is None else (ticket, conversation)


def _unheard(work: Work, number: int, external_key: str) -> tuple[Ticket, Conversation] | None:
    """The same; None also where a turn with this key is known."""
    found = _locked(work, number)
    known = found is not None and work.messages.by_external_key(found[1].id, external_key) is not None
    return None if known else found


def _older(ticket: Ticket, at: datetime | None) -> bool:
    """Than the last change of its status."""
    return _before(at, (change for change in ticket.history if change.field == "status"))


def _over(ticket: Ticket, at: datetime | None) -> bool:
    """Whether it was closed, or somebody came to the chat and left it, since."""
    ends = (each for each in ticket.history if each.field == "in the chat" or each.after == Status.CLOSED.value)
    return _before(at, ends)


def _before(at: datetime | None, changes: Iterable[Change]) -> bool:
    """Other systems tell whole seconds: what happened within the same one counts as later."""
    return at is not None and any(at < change.at.replace(microsecond=0) for change in changes)


def _beside_another(work: Work, ticket: Ticket, conversation: Conversation) -> bool:
    return ticket.status is Status.CLOSED and work.tickets.of_conversation(conversation.id) is not None


def _words(text: str) -> str:
    """Plain text, bounded, without control characters and long runs of blank lines."""
    lines = clean(text).replace("\r\n", "\n").replace("\r", "\n")
    words = _BLANK_LINES.sub("\n\n", clean_controls(lines)).strip()
    return words if len(words) <= LONGEST_REPLY else f"{excerpt(words, LONGEST_REPLY)} …"


def _name(author: str | None) -> str | None:
    """One line; None where there is none."""
    return excerpt(" ".join(clean_controls(clean(author or "")).split()), LONGEST_AUTHOR) or None
