"""A message as it is understood before anything is answered, and the search that follows from it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.conversation import REMEMBERED, last_reply, picked, readings, spoken
from bot.instructions import without_instructions
from bot.intents import Intent, Intents
from bot.letters import body
from bot.models import Question, Reading
from bot.ports import Library
from bot.replies import Replies
from bot.retrieval import Found, Retrieval
from bot.screening import impersonal, quiet, tidy
from bot.spelling import corrected


@dataclass
class Stopwatch:
    """Milliseconds by stage."""

    laps: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.perf_counter)

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.laps[stage] = self.laps.get(stage, 0.0) + (now - self._last) * 1000
        self._last = now


@dataclass(frozen=True, slots=True)
class Asked:
    """A message and what it means in its conversation."""

    question: Question
    text: str
    """Without a letter's frame, without shouting."""
    language: str
    intent: Intent
    before: tuple[str, ...]
    """What the learner asked earlier, oldest first; small talk and complaints left out."""
    replied: str
    """What the bot said last, where that came from an article."""
    choice: str | None
    """Which of the bot's choices it picks."""
    watch: Stopwatch


@dataclass(frozen=True, slots=True)
class Understanding:
    intents: Intents
    retrieval: Retrieval
    replies: Replies

    def asked(self, question: Question) -> Asked:
        """Raises BadInput for an empty or endless message."""
        watch = Stopwatch()
        text = quiet(body(without_instructions(tidy(question.text), self.intents.declined)))
        choice = picked(text, question.choices)
        language = spoken("" if choice else text, question.turns, question.locale)
        said = [body(turn.text) for turn in question.turns if turn.role == "learner"][-REMEMBERED:]
        before = tuple(each for each in said if each != text and self._asks(each))
        replied = last_reply(question.turns)
        asked = Asked(
            question,
            text,
            language,
            self.intents.recognise(text, language),
            before,
            "" if self.replies.own(replied) else replied,
            choice,
            watch,
        )
        watch.lap("understand")
        return asked

    def _asks(self, text: str) -> bool:
        return self.intents.recognise(text).topic.action in ("question", "handoff")

    def search(self, library: Library, asked: Asked) -> Found:
        """What is found for the message as a question."""
        return self.find(library, asked, self._readings(library, asked))

    def find(self, library: Library, asked: Asked, read: Sequence[Reading]) -> Found:
        question = asked.question
        found = self.retrieval.search(library, read, asked.language, question.audience, question.collections)
        asked.watch.lap("retrieve")
        return found

    def _readings(self, library: Library, asked: Asked) -> tuple[Reading, ...]:
        text, before = impersonal(asked.text), [impersonal(each) for each in asked.before]
        if asked.language == "en":
            text = corrected(text, library.keywords(asked.question.audience)[0], self._is_word)
        if asked.intent.topic.action == "not_helped" and before:
            again, *rest = readings(text, before, asked_back=True)
            return (Reading(before[-1], again.share), *rest)
        return readings(text, before, bool(asked.question.choices), asked.replied)

    def _is_word(self, word: str) -> bool:
        """The embedder's tokenizer holds every common word as one piece."""
        count = self.retrieval.embedder.count_tokens
        return count(word) <= count("the")
