"""The chat: what a learner may do in a conversation of theirs."""

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta

from bot.errors import BadInput, FirstlineError, NotFound
from bot.models import Audience, Handoff, Outcome, Question
from helpdesk.clock import Clock, utc_now
from helpdesk.contact import checked
from helpdesk.handoffs import add_contact, open_ticket, raise_priority
from helpdesk.history import answered_from, asked_back, missed, turns_before, unanswered_before
from helpdesk.models import TO_PERSON, Contact, Conversation, Delivered, Identity, Message, Reply, SiteRules, Ticket
from helpdesk.outcomes import kind_of, outcome_json
from helpdesk.ports import Assistant, Store, Work
from helpdesk.speaking import tell_desk
from helpdesk.texts import clean, request_id
from helpdesk.tickets import requested, required
from helpdesk.tokens import hash_token, new_token, token_matches
from helpdesk.turns import Turns

LONGEST_COMMENT = 2000


class Chat:
    """Each learner's message is stored before anything else, and gets one reply, in order, whatever fails between."""

    def __init__(
        self,
        store: Store,
        assistant: Assistant,
        *,
        sites: Mapping[str, SiteRules] | None = None,
        clock: Clock = utc_now,
        patience: timedelta = timedelta(minutes=2),
    ) -> None:
        """A message that is still unanswered after `patience` no longer holds up the ones after it; sending it again
        answers it."""
        self._store = store
        self._assistant = assistant
        self._sites = sites or {}
        self._clock = clock
        self._patience = patience
        self._turns = Turns()

    def start(self, site: str, locale: str, identity: Identity | None = None) -> tuple[Conversation, str]:
        """A new conversation and its token, which is told this once and never again."""
        token = new_token()
        audience = identity.audience if identity is not None else Audience.LEARNER
        conversation = Conversation(str(uuid.uuid4()), site, locale, self._clock(), identity, audience)
        with self._store.begin() as work:
            work.conversations.add(conversation, hash_token(token))
        return conversation, token

    def authenticate(self, conversation_id: str, token: str) -> Conversation:
        """Raises NotFound, the same for a conversation that does not exist and for a token that is not its own."""
        known = clean(conversation_id)
        with self._store.read() as work:
            token_hash = work.conversations.token_hash(known)
            conversation = work.conversations.get(known)
        if not token_matches(token, token_hash) or conversation is None:
            raise _no_such_conversation()
        return conversation

    def send(self, conversation: Conversation, text: str, client_message_id: str) -> Reply | Delivered:
        """The reply to this message; the stored one where the same id was sent before, whatever its text. `Delivered`
        where an agent had joined before the bot's reply could be stored.

        Raises BadInput for an empty text, NotFound when the conversation was erased, and what the assistant raises:
        then the message is stored and sending it again answers it.
        """
        message = self._receive(conversation, _text(text), request_id(client_message_id, "client_message_id"))
        if message.kind == TO_PERSON:
            return Delivered(message)
        with self._turns.take(conversation.id):
            messages = self.transcript(conversation)
            if self._answer_earlier(conversation, messages, message):
                messages = self.transcript(conversation)
            return self._answer(conversation, messages, message)

    def request_person(self, conversation: Conversation, contact: Contact, client_request_id: str) -> Ticket:
        """The ticket of the learner's word: the open one, else a new one; the same when the request is repeated.

        Raises BadInput for a contact that cannot be used, NotFound when the conversation was erased.
        """
        contact = checked(contact)
        request = request_id(client_request_id, "client_request_id")
        with self._store.begin() as work:
            current = _locked(work, conversation)
            made = work.tickets.of_request(current.id, request)
            if made is not None:
                return made
            ticket = self._ticket_with(work, current, contact, request)
            work.tickets.add_request(current.id, request, ticket.number)
            return ticket

    def feedback(self, conversation: Conversation, message_id: str, helpful: bool, comment: str | None = None) -> None:
        """The learner's verdict on a bot turn; a later one replaces it. Raises NotFound for any other message."""
        words = clean(comment).strip() if comment else ""
        if len(words) > LONGEST_COMMENT:
            raise BadInput(f"the comment can have at most {LONGEST_COMMENT} characters")
        with self._store.begin() as work:
            found = work.messages.set_feedback(
                conversation.id, clean(message_id), helpful, words or None, self._clock()
            )
        if not found:
            raise NotFound("this conversation has no such reply")

    def transcript(self, conversation: Conversation) -> tuple[Message, ...]:
        """Everything that was said, oldest first."""
        with self._store.read() as work:
            return tuple(work.messages.of(conversation.id))

    def _receive(self, conversation: Conversation, text: str, client_message_id: str) -> Message:
        with self._store.begin() as work:
            current = _locked(work, conversation)
            known = work.messages.by_client_id(conversation.id, client_message_id)
            if known is not None:
                return known
            sequence = work.messages.next_sequence(conversation.id)
            message = Message(
                id=str(uuid.uuid4()),
                conversation_id=conversation.id,
                sequence=sequence,
                role="learner",
                text=text,
                created_at=self._clock(),
                client_message_id=client_message_id,
                kind=TO_PERSON if current.taken_by is not None else None,
            )
            work.messages.add(message)
            ticket = work.tickets.of_conversation(current.id)
            if ticket is not None:
                tell_desk(work, ticket, message)
            return message

    def _answer_earlier(self, conversation: Conversation, messages: Sequence[Message], message: Message) -> bool:
        """Messages are answered in the order in which they were stored, by whoever comes first: another thread, another
        process that died. One that cannot be answered now stays for its own sender to ask again. Whether there was
        any."""
        recent = self._clock() - self._patience
        due = [earlier for earlier in unanswered_before(messages, message) if earlier.created_at >= recent]
        for earlier in due:
            with suppress(FirstlineError):
                self._answer(conversation, self.transcript(conversation), earlier)
        return bool(due)

    def _answer(self, conversation: Conversation, messages: Sequence[Message], message: Message) -> Reply | Delivered:
        stored = next((reply for reply in messages if reply.reply_to == message.id), None)
        if stored is not None:
            return Reply(stored, replayed=True)
        # The slow part, outside any transaction.
        outcome = self._assistant.answer(self._question(conversation, messages, message))
        return self._store_reply(conversation, message, outcome)

    def _question(self, conversation: Conversation, messages: Sequence[Message], message: Message) -> Question:
        return Question(
            text=message.text,
            turns=turns_before(messages, message),
            locale=conversation.locale,
            audience=conversation.audience,
            collections=self._rules(conversation).collections,
            shown=answered_from(messages),
            missed=missed(messages),
            choices=asked_back(messages, message),
        )

    def _store_reply(self, conversation: Conversation, message: Message, outcome: Outcome) -> Reply | Delivered:
        """Reply, ticket and delivery in one transaction. Another process may have been faster, or an agent has joined
        meanwhile: then that counts and this reply was never given."""
        with self._store.begin() as work:
            current = _locked(work, conversation)
            faster = work.messages.reply_to(message.id)
            if faster is not None:
                return Reply(faster, replayed=True)
            asked = work.messages.get(message.id)
            if asked is not None and asked.kind == TO_PERSON:
                return Delivered(asked)
            before = work.tickets.of_conversation(current.id)
            ticket = self._ticket_for(work, current, before, message, outcome)
            reply = self._reply(work, message, outcome, ticket)
            work.messages.add(reply)
            if before is not None:
                tell_desk(work, before, reply)
            return Reply(reply, replayed=False)

    def _reply(self, work: Work, message: Message, outcome: Outcome, ticket: Ticket | None) -> Message:
        reply_id = str(uuid.uuid4())
        told = outcome_json(outcome, reply_id, ticket.number if ticket else None)
        evidence = asdict(outcome.evidence)
        return Message(
            id=reply_id,
            conversation_id=message.conversation_id,
            sequence=work.messages.next_sequence(message.conversation_id),
            role="bot",
            text=told["text"],
            created_at=self._clock(),
            reply_to=message.id,
            outcome=told,
            kind=kind_of(outcome),
            evidence={"timings": evidence["timings"], "scores": evidence["scores"]},
        )

    def _ticket_for(
        self, work: Work, current: Conversation, ticket: Ticket | None, message: Message, outcome: Outcome
    ) -> Ticket | None:
        if not isinstance(outcome, Handoff) or outcome.kind != "required":
            return None
        now = self._clock()
        if ticket is None:
            connector, grounds = self._rules(current).connector, required(outcome, message)
            # The reply that follows tells of the ticket: it belongs to the transcript that goes with it.
            through = work.messages.next_sequence(current.id)
            return open_ticket(work, current, grounds, connector, now, Contact(), through)
        raise_priority(work, ticket, outcome.priority, now)
        return ticket

    def _ticket_with(self, work: Work, current: Conversation, contact: Contact, request: str) -> Ticket:
        now = self._clock()
        ticket = work.tickets.of_conversation(current.id)
        if ticket is not None:
            return add_contact(work, ticket, contact, now)
        grounds = requested(current, work.messages.of(current.id), request)
        through = work.messages.next_sequence(current.id) - 1
        return open_ticket(work, current, grounds, self._rules(current).connector, now, contact, through)

    def _rules(self, conversation: Conversation) -> SiteRules:
        return self._sites.get(conversation.site, SiteRules())


def _text(text: str) -> str:
    cleaned = clean(text)
    if not cleaned.strip():
        raise BadInput("the message is empty")
    return cleaned


def _locked(work: Work, conversation: Conversation) -> Conversation:
    current = work.conversations.lock(conversation.id)
    if current is None:
        raise _no_such_conversation()
    return current


def _no_such_conversation() -> NotFound:
    return NotFound("there is no such conversation, or it is not yours")
