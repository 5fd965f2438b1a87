"""Conversations in SQL."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    union,
    update,
)

from bot.models import Audience
from helpdesk.delivery import BUILT_IN
from helpdesk.models import ELSEWHERE, Conversation, Elsewhere, EndState, Identity, Pulse
from storage.tables import (
    agents,
    conversations,
    handoff_requests,
    messages,
    outbox,
    remote_tickets,
    ticket_changes,
    ticket_notes,
    tickets,
)
from storage.texts import contains

_BATCH = 500  # below every driver's limit of parameters in one statement
_ELSEWHERE = conversations.c.taken_by.startswith(ELSEWHERE)


class SqlConversations:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, conversation: Conversation, token_hash: str) -> None:
        identity = conversation.identity
        self._connection.execute(
            insert(conversations).values(
                id=conversation.id,
                site=conversation.site,
                locale=conversation.locale,
                audience=conversation.audience.value,
                created_at=conversation.created_at,
                token_hash=token_hash,
                subject=identity and identity.subject,
                email=identity and identity.email,
                email_folded=identity and identity.email and identity.email.casefold(),
                identity_audience=identity and identity.audience.value,
                end_state=conversation.end_state,
                ended_at=conversation.ended_at,
            )
        )

    def get(self, conversation_id: str) -> Conversation | None:
        return self._one(_query().where(conversations.c.id == conversation_id))

    def lock(self, conversation_id: str) -> Conversation | None:
        return self._one(_query().where(conversations.c.id == conversation_id).with_for_update(of=conversations))

    def token_hash(self, conversation_id: str) -> str | None:
        return self._connection.scalar(select(conversations.c.token_hash).where(conversations.c.id == conversation_id))

    def of_email(self, email: str) -> Sequence[str]:
        folded = email.casefold()
        own = select(conversations.c.id).where(conversations.c.email_folded == folded)
        contact = select(tickets.c.conversation_id).where(tickets.c.email_folded == folded)
        found = set(self._connection.scalars(union(own, contact))) | self._mentioning(folded)
        return sorted(found | self._of_same_subjects(folded))

    def started_between(self, start: datetime, end: datetime) -> Sequence[Conversation]:
        return self._all(_query().where(conversations.c.created_at >= start, conversations.c.created_at < end))

    def of_subject(self, site: str, subject: str) -> Sequence[Conversation]:
        return self._all(_query().where(conversations.c.site == site, conversations.c.subject == subject))

    def of_contact(self, site: str, email: str) -> Sequence[Conversation]:
        typed = select(tickets.c.conversation_id).where(tickets.c.email_folded == email.casefold())
        return self._all(_query().where(conversations.c.site == site, conversations.c.id.in_(typed)))

    def set_taken(self, conversation_id: str, taken_by: str | None, at: datetime) -> None:
        taken = {"taken_by": taken_by, "taken_at": at if taken_by is not None else None}
        self._connection.execute(update(conversations).where(conversations.c.id == conversation_id).values(**taken))

    def taken(
        self, *, by: str | None = None, quiet_since: datetime | None = None, elsewhere: bool | None = None
    ) -> Sequence[int]:
        newest = select(func.max(tickets.c.number)).join(conversations, conversations.c.id == tickets.c.conversation_id)
        query = newest.where(conversations.c.taken_by.is_not(None)).group_by(conversations.c.id)
        if by is not None:
            query = query.where(conversations.c.taken_by == by)
        if elsewhere is not None:
            query = query.where(_ELSEWHERE if elsewhere else ~_ELSEWHERE)
        if quiet_since is not None:
            spoke = (messages.c.role == "agent") & (messages.c.created_at >= quiet_since)
            said = exists().where(messages.c.conversation_id == conversations.c.id, spoke)
            query = query.where(conversations.c.taken_at < quiet_since, ~said)
        return self._connection.scalars(query).all()

    def pulse(self, conversation_id: str) -> Pulse | None:
        of_this = tickets.c.conversation_id == conversations.c.id
        said = select(func.max(messages.c.sequence)).where(messages.c.conversation_id == conversations.c.id)
        numbers = select(tickets.c.number).where(of_this)
        changed = select(func.max(ticket_changes.c.id)).where(ticket_changes.c.ticket_number.in_(numbers))
        noted = select(func.max(ticket_notes.c.id)).where(ticket_notes.c.ticket_number.in_(numbers))
        parts = [part.scalar_subquery() for part in (said, changed, noted)]
        query = select(conversations.c.taken_by, *parts).where(conversations.c.id == conversation_id)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else tuple(row)

    def erase(self, conversation_ids: Sequence[str]) -> dict[str, int]:
        counts: dict[str, int] = {}
        for start in range(0, len(conversation_ids), _BATCH):
            for table, count in self._erase_batch(conversation_ids[start : start + _BATCH]).items():
                counts[table] = counts.get(table, 0) + count
        return counts

    def elsewhere(self, conversation_ids: Sequence[str]) -> Sequence[Elsewhere]:
        found: list[Elsewhere] = []
        for start in range(0, len(conversation_ids), _BATCH):
            query = _elsewhere(conversation_ids[start : start + _BATCH])
            found += [Elsewhere(*row) for row in self._connection.execute(query)]
        return found

    def older_than(self, moment: datetime) -> Sequence[str]:
        query = select(conversations.c.id).where(conversations.c.created_at < moment, ~_message_since(moment))
        return self._connection.scalars(query.order_by(conversations.c.created_at)).all()

    def unsettled(self, idle_since: datetime) -> Sequence[str]:
        seen = conversations.c.settled_through
        of_this = messages.c.conversation_id == conversations.c.id
        told = exists().where(of_this, or_(messages.c.created_at > seen, messages.c.feedback_at > seen))
        handed_off = exists().where(tickets.c.conversation_id == conversations.c.id, tickets.c.created_at > seen)
        query = select(conversations.c.id).where(
            conversations.c.created_at <= idle_since,
            ~exists().where(of_this, messages.c.created_at > idle_since),
            or_(seen.is_(None), told, handed_off),
        )
        return self._connection.scalars(query.order_by(conversations.c.created_at)).all()

    def set_end(
        self, conversation_id: str, state: EndState | None, ended_at: datetime | None, settled_through: datetime
    ) -> None:
        self._connection.execute(
            update(conversations)
            .where(conversations.c.id == conversation_id)
            .values(end_state=state, ended_at=ended_at, settled_through=settled_through)
        )

    def _one(self, query: Select[Any]) -> Conversation | None:
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _conversation(row)

    def _all(self, query: Select[Any]) -> Sequence[Conversation]:
        ordered = query.order_by(conversations.c.created_at, conversations.c.id)
        return [_conversation(row) for row in self._connection.execute(ordered)]

    def _mentioning(self, folded: str) -> set[str]:
        """Where a turn or a note holds the address itself, not a longer one that contains it."""
        whole = re.compile(rf"(?<![\w.+-]){re.escape(folded)}(?![\w-]|\.\w)")
        turns = select(messages.c.conversation_id, messages.c.text).where(contains(messages.c.text, folded))
        comments = select(messages.c.conversation_id, messages.c.comment).where(contains(messages.c.comment, folded))
        notes = select(tickets.c.conversation_id, tickets.c.note).where(contains(tickets.c.note, folded))
        among_agents = (
            select(tickets.c.conversation_id, ticket_notes.c.text)
            .join(tickets, tickets.c.number == ticket_notes.c.ticket_number)
            .where(contains(ticket_notes.c.text, folded))
        )
        rows = self._connection.execute(turns.union_all(comments, notes, among_agents))
        return {conversation for conversation, text in rows if whole.search(text.casefold())}

    def _of_same_subjects(self, folded: str) -> set[str]:
        """A learner who was once signed in with the address, also where the token did not carry it."""
        known = conversations.alias()
        query = select(conversations.c.id).join(
            known, (known.c.site == conversations.c.site) & (known.c.subject == conversations.c.subject)
        )
        return set(self._connection.scalars(query.where(known.c.email_folded == folded)))

    def _erase_batch(self, ids: Sequence[str]) -> dict[str, int]:
        numbers = select(tickets.c.number).where(tickets.c.conversation_id.in_(ids))
        of_these = messages.c.conversation_id.in_(ids)
        # Deleting the conversation would cascade to all of these; deleting them by name counts them.
        deletions = (
            ("outbox", delete(outbox).where(outbox.c.ticket_number.in_(numbers))),
            ("remote_tickets", delete(remote_tickets).where(remote_tickets.c.ticket_number.in_(numbers))),
            ("ticket_notes", delete(ticket_notes).where(ticket_notes.c.ticket_number.in_(numbers))),
            ("ticket_changes", delete(ticket_changes).where(ticket_changes.c.ticket_number.in_(numbers))),
            ("handoff_requests", delete(handoff_requests).where(handoff_requests.c.conversation_id.in_(ids))),
            ("tickets", delete(tickets).where(tickets.c.conversation_id.in_(ids))),
            ("messages", delete(messages).where(of_these, messages.c.reply_to.is_not(None))),
            ("messages", delete(messages).where(of_these)),
            ("conversations", delete(conversations).where(conversations.c.id.in_(ids))),
        )
        counts = dict.fromkeys((table for table, _ in deletions), 0)
        for table, statement in deletions:
            counts[table] += self._connection.execute(statement).rowcount
        return counts


def _elsewhere(ids: Sequence[str]) -> Select[Any]:
    """Of each ticket, and each mail to its learner, that an attempt was made for: as `Elsewhere` has it."""
    remote = (remote_tickets.c.ticket_number == tickets.c.number) & (remote_tickets.c.connector == outbox.c.connector)
    sent = (outbox.c.ticket_number == tickets.c.number) & outbox.c.kind.in_(("ticket_created", "reply_mailed"))
    mailed = outbox.c.kind == "reply_mailed"
    remote_id = case((mailed, outbox.c.id), else_=remote_tickets.c.remote_id)
    what = case((mailed, "mail to the learner"), else_="ticket")
    query = select(outbox.c.connector, tickets.c.external_id, remote_id, what)
    tried = query.join(tickets, sent).outerjoin(remote_tickets, remote).order_by(outbox.c.position)
    return tried.where(tickets.c.conversation_id.in_(ids), outbox.c.attempts > 0, outbox.c.connector != BUILT_IN)


def _query() -> Select[Any]:
    newest = select(func.max(tickets.c.number)).where(tickets.c.conversation_id == conversations.c.id).scalar_subquery()
    name = select(agents.c.display_name).where(agents.c.login == conversations.c.taken_by).scalar_subquery()
    by_agents = (messages.c.conversation_id == conversations.c.id) & (messages.c.role == "agent")
    wrote = select(messages.c.author).where(by_agents).order_by(messages.c.sequence.desc()).limit(1).scalar_subquery()
    taken_name = case((_ELSEWHERE, wrote), else_=name)
    return select(conversations, newest.label("ticket_number"), taken_name.label("taken_name"))


def _message_since(moment: datetime) -> ColumnElement[bool]:
    return exists().where(messages.c.conversation_id == conversations.c.id, messages.c.created_at >= moment)


def _conversation(row: Row[Any]) -> Conversation:
    identity = None
    if row.subject is not None:
        identity = Identity(row.subject, row.email, Audience(row.identity_audience))
    return Conversation(
        id=row.id,
        site=row.site,
        locale=row.locale,
        created_at=row.created_at,
        identity=identity,
        audience=Audience(row.audience),
        ticket_number=row.ticket_number,
        end_state=row.end_state,
        ended_at=row.ended_at,
        taken_by=row.taken_by,
        taken_name=row.taken_name,
    )
