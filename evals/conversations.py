"""Real conversations as case rows without labels: what learners wrote, with personal data taken out.

A row's id says nothing about its conversation, so that an erased conversation cannot be found again through it. Names
in free text are not recognised: whoever labels a row reads it first.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from bot.screening import redact
from helpdesk.models import Message

Only = Literal["all", "answered", "not_answered", "not_helpful"]
HELD_OUT_IN = 4
"""Every fourth conversation, drawn by its id, is held out."""


def case_rows(conversations: Iterable[Sequence[Message]], only: Only = "all") -> Iterator[dict[str, Any]]:
    """One row for each message of a learner that the bot replied to, small talk aside; the same text only once."""
    seen: set[tuple[str, ...]] = set()
    for messages in conversations:
        for row in _rows(messages, only):
            texts = tuple(turn["text"].casefold() for turn in row["turns"])
            if texts not in seen:
                seen.add(texts)
                yield row


def _rows(messages: Sequence[Message], only: Only) -> Iterator[dict[str, Any]]:
    replies = {message.reply_to: message for message in messages if message.role == "bot" and message.reply_to}
    turns: list[dict[str, str]] = []
    for message in messages:
        if message.role == "agent":
            return  # from here on a person answers
        if message.role in ("learner", "bot"):
            turns.append({"role": message.role, "text": redact(message.text)})
        reply = replies.get(message.id)
        if message.role == "learner" and reply and reply.outcome and _wanted(reply, only):
            yield _row(message, reply.outcome, reply.helpful, list(turns))


def _wanted(reply: Message, only: Only) -> bool:
    outcome = (reply.outcome or {})["outcome"]
    if outcome == "chat":
        return False
    match only:
        case "all":
            return True
        case "answered":
            return bool(outcome == "answer")
        case "not_answered":
            return bool(outcome != "answer")
        case "not_helpful":
            return reply.helpful is False


def _row(
    message: Message, outcome: dict[str, Any], helpful: bool | None, turns: list[dict[str, str]]
) -> dict[str, Any]:
    digest = hashlib.sha256(f"case:{message.id}".encode()).hexdigest()
    # All of one conversation in one split: its messages share words.
    drawn = hashlib.sha256(f"split:{message.conversation_id}".encode()).digest()[0]
    language = outcome["question_language"]
    return {
        "id": f"{language}-real-{digest[:12]}",
        "language": language,
        "class": "real",
        "split": "tune" if drawn % HELD_OUT_IN else "held_out",
        "turns": turns,
        "expected": None,
        "accept": [],
        "reason": None,
        "settled_by": [],
        "key_facts": [],
        "forbidden_facts": [],
        "tags": ["real"],
        "seen": {
            "outcome": outcome["outcome"],
            "reason": outcome["reason"],
            "confidence": outcome["confidence"],
            "cited": [citation["article_id"] for citation in outcome["citations"]],
            "helpful": helpful,
        },
    }
