"""What agents and learners answer by mail, read from the desk's mailbox. Each mail counts once, by its Message-ID."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bot.desk_settings import EmailDesk as EmailSettings
from helpdesk.clock import Clock, utc_now
from helpdesk.connectors.email import EmailDesk
from helpdesk.connectors.mail_reading import Attachment, Body, Head, UnreadableMail, read_body, read_head
from helpdesk.connectors.mail_tokens import Side
from helpdesk.connectors.mailbox import Mailbox
from helpdesk.inbound import Inbound
from helpdesk.models import Status, Ticket
from helpdesk.ports import Store

FIRST_LOOK = timedelta(days=1)
"""How far back the first look goes, and the first after the mailbox was made anew."""
MOST = 200
"""Mails in one round; the next round goes on."""
MOST_NAMED = 10
SAFE = ("image/", "text/plain", "text/csv", "application/pdf", "application/zip", "application/vnd.")
_SOLVED = re.compile(r"^\s*#(solved|closed?)\s*$", re.IGNORECASE | re.MULTILINE)
Word = Literal[
    "agent",
    "learner",
    "known",
    "bounced",
    "automatic",
    "own",
    "stranger",
    "too_many",
    "too_large",
    "unreadable",
    "empty",
]
ASIDE: frozenset[Word] = frozenset({"stranger", "too_many", "too_large", "unreadable"})
"""Flagged in the mailbox, for a person to look at."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one mail; nothing of what it says."""

    desk: str
    uid: int
    what: Word
    ticket: int | None = None


class EmailNews:
    """`Source`. Mail that belongs to no ticket stays in the mailbox as it is. Raises DeliveryFailed where the mailbox
    cannot be read now."""

    def __init__(
        self,
        name: str,
        settings: EmailSettings,
        desk: EmailDesk,
        store: Store,
        *,
        mailers: Mapping[str, str] | None = None,
        heard: Callable[[Heard], None],
        clock: Clock = utc_now,
    ) -> None:
        self._name = name
        self._settings = settings
        self._desk = desk
        self._store = store
        self._inbound = Inbound(store, mailers=mailers, clock=clock)
        self._heard = heard
        self._clock = clock
        self.every = settings.imap_every

    def poll(self) -> None:
        """Read what came since the last time; where it breaks off, the next one goes on."""
        place = f"email/{self._name}"
        with self._desk.mailbox() as mailbox:
            with self._store.read() as work:
                validity, _, last = (work.cursors.get(place) or "").partition(":")
            known = validity == mailbox.validity
            uids = mailbox.after(int(last)) if known else mailbox.since(self._clock() - FIRST_LOOK)
            for uid in uids[:MOST]:
                self._read(mailbox, uid)
                with self._store.begin() as work:
                    work.cursors.set(place, f"{mailbox.validity}:{uid}")

    def _read(self, mailbox: Mailbox, uid: int) -> None:
        try:
            heard = self._take(mailbox, uid)
        except UnreadableMail:
            heard = Heard(self._name, uid, "unreadable")
        if heard is None:
            return
        if heard.what != "own" or self._settings.to != self._settings.sender:  # else it is unread by the team itself
            mailbox.mark(uid, r"\Flagged" if heard.what in ASIDE else r"\Seen")
        self._heard(heard)

    def _take(self, mailbox: Mailbox, uid: int) -> Heard | None:
        """None where it is nothing of ours, or gone."""
        found = mailbox.header(uid)
        if found is None:
            return None
        size, header = found
        head = read_head(header)
        ticket, agents = self._ticket(head)
        if ticket is None:
            return Heard(self._name, uid, "own") if head.sort == "own" else None
        said = self._judge(mailbox, uid, size, head, ticket, agents)
        return Heard(self._name, uid, said, ticket.number)

    def _judge(self, mailbox: Mailbox, uid: int, size: int, head: Head, ticket: Ticket, agents: bool) -> Word:
        if head.sort in ("own", "automatic"):
            return head.sort
        if size > self._settings.largest:
            return "too_large"
        if head.sort == "bounce":
            return self._bounce(head, read_body(mailbox.content(uid) or b""), ticket)
        side = self._side(head, ticket, agents)
        if side is None:
            return "stranger"
        if not self._few(head.sender):
            return "too_many"
        return self._letter(head, read_body(mailbox.content(uid) or b""), ticket, side)

    def _bounce(self, head: Head, body: Body, ticket: Ticket) -> Word:
        if body.returned is None:
            return "automatic"
        told = self._inbound.undelivered(ticket.number, body.returned, head.id, self._name)
        return "bounced" if told else "known"

    def _letter(self, head: Head, body: Body, ticket: Ticket, side: Side) -> Word:
        """Of an agent, a line `#solved` closes the ticket after what else the mail says."""
        own, solved = _SOLVED.subn("", body.text) if side == "agent" else (body.text, 0)
        text = "\n\n".join(part for part in (own.strip(), attached(body.attachments)) if part)
        if not text and not solved:
            return "empty"
        if side == "learner":
            new = self._inbound.wrote(ticket.number, text, head.id, self._name)
        else:
            new = self._inbound.reply(ticket.number, head.name, text, head.id, self._name)
        if solved:
            closed = self._inbound.status(ticket.number, Status.CLOSED, head.name, head.id, self._name)
            new = new or closed
        return side if new else "known"

    def _ticket(self, head: Head) -> tuple[Ticket | None, bool]:
        """By the first token that is signed, and whether it is an agent's."""
        for token in head.tokens:
            with self._store.read() as work:
                ticket = work.tickets.get(token.number)
            if ticket is not None and self._desk.tokens.signed(token, ticket):
                return ticket, token.side == "agent"
        return None, False

    def _side(self, head: Head, ticket: Ticket, agents: bool) -> Side | None:
        """An agent has an agent's token and an agent's address. A learner whom an agent put in copy answers with that
        token too; nobody else does."""
        if not agents:
            return "learner"
        if self._is_agent(head.sender):
            return "agent"
        return "learner" if head.sender and head.sender == (ticket.contact.email or "").casefold() else None

    def _is_agent(self, sender: str) -> bool:
        allowed = self._settings.agents or ("@" + self._settings.to.partition("@")[2],)
        return any(
            sender.endswith(each.casefold()) if each.startswith("@") else sender == each.casefold() for each in allowed
        )

    def _few(self, sender: str) -> bool:
        """Two machines that answer each other come to an end, whatever their headers say."""
        now = self._clock()
        who = hashlib.sha256(sender.encode(errors="replace")).hexdigest()[:32]
        hour = f"mail/{self._name}/{who}/{int(now.timestamp() // 3600)}"
        with self._store.begin() as work:
            places = range(self._settings.hourly)
            return any(work.nonces.use(f"{hour}/{place}", now + timedelta(hours=2), now) for place in places)


def attached(attachments: Sequence[Attachment]) -> str:
    """What came along, by name: the files stay in the mailbox."""
    lines = [f"📎 {each.name} ({each.type}, {_size(each.size)}{_caution(each)})" for each in attachments[:MOST_NAMED]]
    more = len(attachments) - MOST_NAMED
    return "\n".join([*lines, *([f"📎 +{more}"] if more > 0 else [])])


def _caution(attachment: Attachment) -> str:
    return "" if attachment.type.startswith(SAFE) else " ⚠"


def _size(size: int) -> str:
    return f"{size} B" if size < 1000 else f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
