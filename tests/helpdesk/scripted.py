"""A bot that answers by a script, a clock that is set by hand, and short ways to say things in tests."""

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.models import (
    Answer,
    Chat,
    Citation,
    Clarification,
    Department,
    Evidence,
    Handoff,
    Outcome,
    Priority,
    Question,
    Suggestion,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> datetime:
        self.now += timedelta(**duration)
        return self.now


def evidence(language: str = "en") -> Evidence:
    return Evidence(language, 7, 0.83, "estimated", ("refunds", "payments"), {"total": 4.2}, {"dense": 0.6})


def answer(text: str = "Refunds take five days.", *articles: str) -> Answer:
    cited = tuple(
        Citation(number, article, article.title(), f"/help/{article}", text)
        for number, article in enumerate(articles or ("refunds",), start=1)
    )
    return Answer(text, "en", cited, evidence())


def offered(reason: str = "low_confidence", priority: Priority = Priority.LOW) -> Handoff:
    near = (Suggestion("payments", "Payments", "/help/payments"),)
    text = "I am not sure. Shall a person look at it?"
    return Handoff(text, "en", "offered", reason, Department.BILLING, priority, "payments", near, evidence())


def required(reason: str = "certificate_name", priority: Priority = Priority.MEDIUM) -> Handoff:
    text = "A person will settle this. Your ticket is {ticket_number}. Leave your e-mail if you like."
    support = Department.LEARNER_SUPPORT
    return Handoff(text, "en", "required", reason, support, priority, "certificates", (), evidence())


def clarification() -> Clarification:
    return Clarification("A course or a subscription?", "en", ("A course", "A subscription"), evidence())


def small_talk(kind: str = "thanks") -> Chat:
    return Chat("You are welcome.", "en", kind, Evidence("en"))


@dataclass
class Script:
    """Says what the first matching word of the question calls for, else answers with the question's own words."""

    pause: float = 0
    asked: list[Question] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, question: Question) -> Outcome:
        with self._guard:
            self.asked.append(question)
            if self.failures:
                raise self.failures.pop(0)
        time.sleep(self.pause)
        return self.answer_to(question.text)

    def answer_to(self, text: str) -> Outcome:
        said: dict[str, Outcome] = {
            "human": required("asked_for_human"),
            "hacked": required("account_taken_over", Priority.HIGH),
            "certificate": required(),
            "weather": offered(),
            "thanks": small_talk(),
            "hello": small_talk("greeting"),
            "which": clarification(),
        }
        return next((outcome for word, outcome in said.items() if word in text), answer(f"About: {text}"))
