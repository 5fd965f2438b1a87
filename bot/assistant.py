"""The use case: a learner's message becomes an answer, a clarification, a handoff or a word of chat."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace

from bot.caching import AnswerCache
from bot.calibration import Measured
from bot.citations import cite
from bot.composing import extract, with_links
from bot.confidence import Calibrator, signs_of
from bot.conversation import stand_alone
from bot.decision import Standing, Thresholds, decide
from bot.errors import NotReady
from bot.generating import Writer
from bot.instructions import without_instructions
from bot.intents import Intent, Intents
from bot.keywords import terms
from bot.language import detect
from bot.models import (
    Answer,
    Audience,
    Chat,
    Clarification,
    Department,
    Evidence,
    Handoff,
    Outcome,
    Passage,
    Priority,
    Question,
    Suggestion,
)
from bot.ports import Library
from bot.replies import Replies
from bot.retrieval import Found, Retrieval
from bot.screening import tidy
from bot.shelf import Shelf

SUGGESTIONS = 3
WARM_UP = {"en": "How does this work?", "es": "¿Cómo funciona esto?", "zh": "这个怎么用?"}


def unmeasured(_version: int) -> None:
    """No version was measured."""


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
class Assistant:
    """Answers from the live index version; keeps nothing between questions."""

    shelf: Shelf
    retrieval: Retrieval
    intents: Intents
    calibrator: Calibrator
    thresholds: Thresholds
    replies: Replies
    writer: Writer | None = None
    """Where a language model is configured; without it, and whenever it fails, answers are the article's own words."""
    measured: Callable[[int], Measured | None] = unmeasured
    """What labelled questions proved of an index version."""
    cache: AnswerCache | None = None

    def answer(self, question: Question) -> Outcome:
        """Raises BadInput for an empty or endless message and NotReady where nothing is published."""
        watch = Stopwatch()
        text = without_instructions(tidy(question.text))
        if known := self._known(question):
            watch.lap("recall")
            return replace(known, evidence=replace(known.evidence, timings=watch.laps))
        language = detect(text, question.locale)
        intent = self.intents.recognise(text, language)
        watch.lap("understand")
        evidence = Evidence(language, timings=watch.laps)
        if intent.topic.action == "chat":
            return Chat(self.replies.say(intent.topic.key, language), language, intent.topic.key, evidence)
        with self.shelf.library() as library:
            found = self._search(library, question, text, language, watch)
            measured = self.measured(library.version)
            evidence = self._evidence(library, found, measured, evidence)
            if intent.topic.action == "handoff":
                return self._required(intent, language, evidence)
            if intent.topic.action == "decline":
                return self._offer("out_of_scope", "out_of_scope", language, question, None, evidence)
            if intent.topic.action == "not_helped":
                return self._offer("not_helped", "low_confidence", language, question, found, evidence)
            thresholds = measured.thresholds(self.thresholds) if measured else self.thresholds
            outcome = self._settle(library, question, text, language, found, evidence, thresholds)
            watch.lap("compose")
            return outcome

    def warm_up(self, library: Library) -> None:
        """Do once what every question does, so that the first learner waits no longer than the others."""
        for language, text in WARM_UP.items():
            detect(text)
            self.intents.recognise(text, language)
            found = self.retrieval.search(library, text, language, Audience.LEARNER)
            if found.passages:
                extract(found.passages[0], found.term_weights)
                signs_of(found, language, library.background)

    def _known(self, question: Question) -> Answer | None:
        """The answer given to the same question before, where that is safe and still true."""
        if self.cache is None:
            return None
        try:
            with self.shelf.library() as library:
                return self.cache.find(library, question)
        except NotReady:
            return None

    def _search(self, library: Library, question: Question, text: str, language: str, watch: Stopwatch) -> Found:
        searched = stand_alone(text, question.turns)
        found = self.retrieval.search(library, searched, language, question.audience, question.collections)
        watch.lap("retrieve")
        return found

    def _evidence(self, library: Library, found: Found, measured: Measured | None, evidence: Evidence) -> Evidence:
        signs = signs_of(found, evidence.question_language, library.background)
        estimated = self.calibrator.probability(signs)
        return replace(
            evidence,
            index_version=library.version,
            confidence=measured.probability(estimated) if measured else estimated,
            calibration=measured.status if measured else "estimated",
            retrieved=found.article_ids[:10],
            scores={name: round(value, 4) for name, value in asdict(signs).items()},
        )

    def _settle(
        self,
        library: Library,
        question: Question,
        text: str,
        language: str,
        found: Found,
        evidence: Evidence,
        thresholds: Thresholds,
    ) -> Outcome:
        standing = Standing(
            confidence=evidence.confidence or 0.0,
            gap=evidence.scores["gap"],
            just_clarified=question.clarified,
            question_words=len(set(terms(text))),
        )
        match decide(standing, thresholds):
            case "answer":
                return self._answer(library, question, language, found, evidence)
            case "clarify":
                return self._clarify(language, found, evidence)
            case "low_confidence":
                return self._offer("low_confidence", "low_confidence", language, question, found, evidence)
            case "out_of_scope":
                return self._offer("out_of_scope", "out_of_scope", language, question, None, evidence)

    def _answer(self, library: Library, question: Question, language: str, found: Found, evidence: Evidence) -> Answer:
        best = found.passages[0]
        shown = extract(best, found.term_weights)
        written = self.writer.write(question.text, language, best.article) if self.writer else None
        parts = [written or with_links(shown.markdown, _resolver(library, best.article.locale, question.audience))]
        locale = best.article.locale.split("-")[0]
        if locale != language and not written:
            parts.insert(0, self._language_note(locale, language))
        if written or not shown.whole:
            parts.append(f"[{self.replies.say('read_full_article', language)}]({best.article.address})")
        citations = cite(best, shown.text, found.passages[1:], found.term_weights)
        answer = Answer("\n\n".join(parts), language if written else locale, citations, evidence)
        if self.cache is not None and (written or not self.writer):  # a model that failed now may answer later
            self.cache.keep(library, question, answer)
        return answer

    def _language_note(self, locale: str, language: str) -> str:
        """An honest word that the article is in another language than the question."""
        if locale == "en":
            return self.replies.say("english_only", language)
        name = f"language_{locale}" if self.replies.has(f"language_{locale}") else "language_other"
        return self.replies.say("other_language", language, language=self.replies.say(name, language))

    def _clarify(self, language: str, found: Found, evidence: Evidence) -> Clarification:
        choices = tuple(dict.fromkeys(passage.article.title for passage in found.passages[:3] if passage.article.title))
        return Clarification(self.replies.say("clarify", language), language, choices, evidence)

    def _required(self, intent: Intent, language: str, evidence: Evidence) -> Handoff:
        topic = intent.topic
        text = self.replies.say(f"handoff_{topic.key}", language)
        return Handoff(
            text, language, "required", topic.key, topic.department, topic.priority, topic.category, (), evidence
        )

    def _offer(
        self, words: str, reason: str, language: str, question: Question, found: Found | None, evidence: Evidence
    ) -> Handoff:
        passages = [p for p in found.passages if p.article.id not in question.shown] if found else []
        return Handoff(
            self.replies.say(words, language),
            language,
            "offered",
            reason,
            Department.LEARNER_SUPPORT,
            Priority.LOW if reason == "out_of_scope" else Priority.MEDIUM,
            reason,
            tuple(_suggestion(passage) for passage in passages[:SUGGESTIONS]),
            evidence,
        )


def _suggestion(passage: Passage) -> Suggestion:
    return Suggestion(passage.article.id, passage.article.title, passage.article.address)


def _resolver(library: Library, locale: str, audience: Audience) -> Callable[[str], str | None]:
    """Finds the address of a linked article, in the same language where there is one; None where this reader may
    not see it."""

    def address(article_id: str) -> str | None:
        readable = [article for article in library.translations(article_id) if audience.reads(article.audience)]
        readable.sort(key=lambda article: (article.locale != locale, article.locale != "en"))
        return readable[0].address if readable else None

    return address
