"""Reading a conversation's stored turns: who answered what, what was shown, what is still open."""

from collections.abc import Iterator, Sequence
from typing import Any

from bot.models import Turn
from helpdesk.models import TO_PERSON, Message

LONGEST_MEMORY = 20
"""Turns that the bot is told of; what was said before them is in the store, not in its mind."""

NOT_HELPED = "not_helped"
"""The kind of a turn that replies to a learner whom the answer before did not help."""


def threaded(messages: Sequence[Message]) -> list[Message]:
    """Each reply right after what it replies to. They are stored as they came: five questions in a second, then
    five answers."""
    places = {message.id: message.sequence for message in messages}
    return sorted(
        messages, key=lambda message: (places.get(message.reply_to or "", message.sequence), message.sequence)
    )


def turns_before(messages: Sequence[Message], question: Message) -> tuple[Turn, ...]:
    """What learner and bot had said when this was asked, since a person was last in the chat, oldest first; what still
    waits for an answer is left out."""
    answered = {message.reply_to for message in messages}
    earlier: list[Turn] = []
    for message in threaded(messages):
        if message.id == question.id:
            break
        if message.role in ("agent", "system"):
            earlier.clear()  # a person was here: what comes now is a new matter for the bot
        elif message.role == "bot" or (message.role == "learner" and message.id in answered):
            earlier.append(Turn(message.role, message.text))
    return tuple(earlier[-LONGEST_MEMORY:])


def unanswered(messages: Sequence[Message]) -> list[Message]:
    """Learner's turns that are the bot's to answer and have no reply yet, oldest first."""
    answered = {message.reply_to for message in messages}
    return [
        message
        for message in messages
        if message.role == "learner" and message.kind != TO_PERSON and message.id not in answered
    ]


def unanswered_before(messages: Sequence[Message], question: Message) -> list[Message]:
    """Those that came earlier than this one."""
    return [message for message in unanswered(messages) if message.sequence < question.sequence]


def outcomes(messages: Sequence[Message]) -> Iterator[tuple[Message, dict[str, Any]]]:
    """The bot's turns with their outcome, in the order of what they reply to."""
    for message in threaded(messages):
        if message.outcome is not None:
            yield message, message.outcome


def asked_back(messages: Sequence[Message], question: Message) -> tuple[str, ...]:
    """The choices of the bot's last word before this question; none where it did not ask back."""
    earlier = [outcome for message, outcome in outcomes(messages) if message.sequence < question.sequence]
    return tuple(earlier[-1].get("choices", ())) if earlier else ()


def missed(messages: Sequence[Message]) -> tuple[str, ...]:
    """Ids of the articles behind answers that did not help, as the learner marked them or said next."""
    source: list[str] = []
    found: list[str] = []
    for message, outcome in outcomes(messages):
        if message.kind == NOT_HELPED:
            found += source
        source = [citation["article_id"] for citation in outcome["citations"][:1]]
        if message.helpful is False:
            found += source
    return _unique(iter(found))


def answered_from(messages: Sequence[Message]) -> tuple[str, ...]:
    """Ids of the articles that answers came from, each once, in order."""
    return _unique(citation["article_id"] for _, outcome in outcomes(messages) for citation in outcome["citations"])


def articles_shown(messages: Sequence[Message]) -> tuple[str, ...]:
    """Ids of every article the learner was pointed at, cited or suggested."""
    return _unique(
        article["article_id"]
        for _, outcome in outcomes(messages)
        for article in (*outcome["citations"], *outcome["suggestions"])
    )


def _unique(ids: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
