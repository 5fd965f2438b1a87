"""Agents in a learner's chat: while one has joined the bot is silent, and both sides read each other at once."""

from collections.abc import Mapping
from datetime import datetime

from bot.errors import BadInput
from bot.screening import MAX_CHARACTERS
from helpdesk.changing import alter, enter, leave, locked
from helpdesk.clock import Clock, utc_now
from helpdesk.models import Agent, Change, Conversation, Message, SiteRules, Status, Ticket
from helpdesk.notices import notice
from helpdesk.ports import Store, Work
from helpdesk.speaking import mail_learner, say, tell_desk
from helpdesk.texts import clean, request_id


class Takeover:
    """Everything is in the transaction of its system turn: the learner is told of nothing that is not so."""

    def __init__(self, store: Store, *, sites: Mapping[str, SiteRules] | None = None, clock: Clock = utc_now) -> None:
        self._store = store
        self._sites = sites or {}
        self._clock = clock

    def join(self, number: int, agent: Agent, instead_of: str | None = None) -> None:
        """From now on the bot is silent. Raises NotFound, and BadInput where the ticket is closed, or an agent other
        than `instead_of` is in the chat: nobody is pushed out by two clicks at once."""
        with self._store.begin() as work:
            ticket, conversation = locked(work, number)
            self._enter(work, ticket, conversation, agent, instead_of)

    def reply(self, number: int, agent: Agent, text: str, client_request_id: str) -> Message:
        """The agent's words in the learner's chat, once a request; who was not in the chat joins by it. Raises what
        `join` does, and BadInput for an empty or endless text."""
        key, words = f"desk:{request_id(client_request_id, 'client_request_id')}", _text(text)
        with self._store.begin() as work:
            ticket, conversation = locked(work, number)
            known = work.messages.by_external_key(conversation.id, key)
            if known is not None:
                return known
            self._enter(work, ticket, conversation, agent, None)
            now = self._clock()
            message = say(work, conversation, "agent", words, now, author=agent.name, external_key=key)
            work.tickets.add_change(number, Change(now, agent.login, "reply", None, None))
            # The one place where an agent's words leave the house.
            tell_desk(work, ticket, message)
            rules = self._sites.get(ticket.site)
            mail_learner(work, ticket, message, rules.mailer if rules else "")
            return message

    def release(self, number: int, actor: str) -> None:
        """The bot answers again; any agent may do it. Nothing where nobody has joined."""
        with self._store.begin() as work:
            ticket, conversation = locked(work, number)
            if conversation.taken_by is None:
                return
            now = self._clock()
            leave(work, ticket, conversation, actor, now)
            say(work, conversation, "system", notice("left", ticket.language, conversation.taken_name), now)

    def release_all_of(self, login: str, actor: str) -> None:
        """Before an account is removed: no chat stays silent with nobody in it."""
        with self._store.read() as work:
            numbers = work.conversations.taken(by=login)
        for number in numbers:
            self.release(number, actor)

    def release_forgotten(self, quiet_since: datetime, *, elsewhere: bool = False) -> int:
        """Give the chats back to the bot in which the agent here, or those at other desks, said nothing since that
        moment; their number."""
        with self._store.read() as work:
            numbers = work.conversations.taken(quiet_since=quiet_since, elsewhere=elsewhere)
        for number in numbers:
            self.release(number, "firstline")
        return len(numbers)

    def _enter(
        self, work: Work, ticket: Ticket, conversation: Conversation, agent: Agent, instead_of: str | None
    ) -> None:
        if ticket.status is Status.CLOSED:
            raise BadInput(f"{ticket.label} is closed; reopen it first")
        before = conversation.taken_by
        if before == agent.login:
            return
        if before not in (None, instead_of):
            raise BadInput(f"{before} is in this chat; take over from them first, or write a note")
        now = self._clock()
        enter(work, ticket, conversation, agent.login, now, actor=agent.login, name=agent.name)
        if ticket.assignee is None:
            alter(work, ticket, "assignee", agent.login, agent.login, now)
        if ticket.status is Status.OPEN:
            alter(work, ticket, "status", Status.IN_PROGRESS, agent.login, now)


def _text(text: str) -> str:
    words = clean(text).strip()
    if not words:
        raise BadInput("the message is empty")
    if len(words) > MAX_CHARACTERS:
        raise BadInput(f"a message can have at most {MAX_CHARACTERS:,} characters")
    return words
