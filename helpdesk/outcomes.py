"""An outcome as the world sees it: the one JSON that the command, the stream and the store share."""

import re
from typing import Any

from bot.models import Answer, Chat, Citation, Clarification, Handoff, Outcome, Suggestion
from helpdesk.models import ticket_label

PLACEHOLDER = "{ticket_number}"
"""Stands in the text of a required handoff where the ticket's number belongs."""

_MOST_RETRIEVED = 10
_SENTENCE = re.compile(r"[^.!?。！？\n]*(?:[.!?。！？\n]+\s*|$)")
_NO_TICKET = {
    "en": "This is something for a person on our team.",
    "es": "Esto debe verlo una persona de nuestro equipo.",
    "zh": "这个问题需要由我们的工作人员来处理。",
}


def outcome_json(outcome: Outcome, message_id: str, ticket_number: int | None) -> dict[str, Any]:
    """Exactly the keys of ARCHITECTURE.md's outcome, in its order. Without a ticket no sentence speaks of one."""
    handoff = outcome if isinstance(outcome, Handoff) else None
    evidence = outcome.evidence
    return {
        "id": message_id,
        "outcome": _name(outcome),
        "text": told(outcome.text, outcome.language, ticket_number),
        "confidence": evidence.confidence,
        "calibration": evidence.calibration,
        "reason": handoff and handoff.reason,
        "handoff": handoff and handoff.kind,
        "ticket_number": None if ticket_number is None else ticket_label(ticket_number),
        "department": handoff and handoff.department.value,
        "priority": handoff and handoff.priority.value,
        "question_language": evidence.question_language,
        "language": outcome.language,
        "index_version": evidence.index_version,
        "choices": list(outcome.choices) if isinstance(outcome, Clarification) else [],
        "suggestions": [_suggestion(each) for each in outcome.suggestions] if isinstance(outcome, Handoff) else [],
        "citations": [_citation(each) for each in outcome.citations] if isinstance(outcome, Answer) else [],
        "retrieved": list(evidence.retrieved[:_MOST_RETRIEVED]),
    }


def kind_of(outcome: Outcome) -> str | None:
    """What the JSON does not carry and a stored turn needs: the kind of small talk, the category of a handoff."""
    match outcome:
        case Chat(kind=kind):
            return kind
        case Handoff(category=category):
            return category
        case _:
            return None


def told(text: str, language: str, ticket_number: int | None) -> str:
    """The text with the ticket's number in its place; without a ticket, minus every sentence that would name it."""
    if PLACEHOLDER not in text:
        return text
    if ticket_number is not None:
        return text.replace(PLACEHOLDER, ticket_label(ticket_number))
    kept = "".join(sentence for sentence in _SENTENCE.findall(text) if PLACEHOLDER not in sentence).strip()
    return kept or _NO_TICKET.get(language.partition("-")[0], _NO_TICKET["en"])


def _name(outcome: Outcome) -> str:
    match outcome:
        case Answer():
            return "answer"
        case Clarification():
            return "clarify"
        case Handoff():
            return "handoff"
        case Chat():
            return "chat"


def _suggestion(suggestion: Suggestion) -> dict[str, Any]:
    return {"article_id": suggestion.article_id, "title": suggestion.title, "url": suggestion.url}


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number,
        "article_id": citation.article_id,
        "title": citation.title,
        "url": citation.url,
        "quote": citation.quote,
    }
