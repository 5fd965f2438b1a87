"""How conversations ended. Pure rules first; `settle` writes what they say into the store."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.errors import BadInput
from helpdesk.history import outcomes
from helpdesk.models import Conversation, EndState, Message
from helpdesk.ports import Store, Work

RETURN_WINDOW = timedelta(days=7)
_BATCH = 100


def asked_something(messages: Sequence[Message]) -> bool:
    """Whether there is a real question: at least one reply that is not small talk."""
    return any(outcome["outcome"] != "chat" for _, outcome in outcomes(messages))


def end_state(messages: Sequence[Message], *, has_ticket: bool, came_back: bool) -> EndState | None:
    """None without a real question. A ticket counts above all, then that the learner had to come back, then the state
    that the last question was left in."""
    if not asked_something(messages):
        return None
    if has_ticket:
        return "handed_off"
    return "returned" if came_back else _left_in(messages)


def _left_in(messages: Sequence[Message]) -> EndState:
    """`silent` after an answer that nobody said a word on, `confirmed` after a helpful one or thanks for one. All else
    is `offered_and_left`, so that it never counts as deflected: a person was offered, a question asked back, no reply
    came, or the answer was said not to help."""
    state: EndState = "offered_and_left"
    for message, outcome in outcomes(messages):
        match outcome["outcome"]:
            case "answer":
                state = "silent"
            case "chat":
                state = "confirmed" if message.kind == "thanks" and state == "silent" else state
            case _:
                state = "offered_and_left"
        if message.helpful is not None:
            state = "confirmed" if message.helpful else "offered_and_left"
    return "offered_and_left" if _waits(messages) else state


def _waits(messages: Sequence[Message]) -> bool:
    """Whether the learner's last turn has no reply."""
    last = next((message for message in reversed(messages) if message.role == "learner"), None)
    return last is not None and all(message.reply_to != last.id for message in messages)


def settle(store: Store, now: datetime, idle_minutes: int) -> int:
    """Store the end state of every conversation that was quiet for `idle_minutes` and has something new since it was
    last settled; gives their number. Safe to run again, and by several processes at once."""
    if idle_minutes < 1:
        raise BadInput("idle_minutes is at least one")
    idle_since = now - timedelta(minutes=idle_minutes)
    with store.read() as work:
        waiting = work.conversations.unsettled(idle_since)
    # In small transactions: questions that are being asked meanwhile do not wait long.
    for start in range(0, len(waiting), _BATCH):
        with store.begin() as work:
            for conversation_id in waiting[start : start + _BATCH]:
                _settle_with_earlier(work, conversation_id, idle_since)
    return len(waiting)


def _settle_with_earlier(work: Work, conversation_id: str, idle_since: datetime) -> None:
    """That somebody came here may mean that they came back: earlier conversations are looked at again."""
    conversation = work.conversations.get(conversation_id)
    if conversation is None:
        return
    for other in _of_same_learner(work, conversation):
        if other.end_state is not None and other.created_at <= conversation.created_at:
            _settle_one(work, other, idle_since)
    _settle_one(work, conversation, idle_since)


def _settle_one(work: Work, conversation: Conversation, idle_since: datetime) -> None:
    messages = work.messages.of(conversation.id)
    ended_at = messages[-1].created_at if messages else conversation.created_at
    state = end_state(
        messages,
        has_ticket=conversation.ticket_number is not None,
        came_back=_came_back(work, conversation, ended_at),
    )
    work.conversations.set_end(conversation.id, state, ended_at, idle_since)


def _came_back(work: Work, conversation: Conversation, ended_at: datetime) -> bool:
    later = [other for other in _of_same_learner(work, conversation) if other.created_at >= conversation.created_at]
    return any(
        ended_at < message.created_at <= ended_at + RETURN_WINDOW
        for other in later
        for message in work.messages.of(other.id)
        if message.role == "learner"
    )


def _of_same_learner(work: Work, conversation: Conversation) -> list[Conversation]:
    if conversation.identity is None:
        return []
    same = work.conversations.of_subject(conversation.site, conversation.identity.subject)
    return [other for other in same if other.id != conversation.id]
