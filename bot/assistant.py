"""The use case: a learner's message becomes an answer, a clarification, a handoff or a word of chat."""

import gc
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

from bot.answering import Answering
from bot.caching import AnswerCache
from bot.calibration import Measured
from bot.composing import extract
from bot.confidence import Calibrator, signs_of
from bot.conversation import agrees, leans_back, readings
from bot.decision import Thresholds, Verdict, decide, standing_of
from bot.errors import ModelUnavailable, NotReady
from bot.generating import Writer
from bot.intents import Intent, Intents
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
from bot.parts import parts
from bot.ports import Library
from bot.replies import Replies
from bot.retrieval import Found, Retrieval
from bot.shelf import Shelf
from bot.topics import PERSON
from bot.understanding import Asked, Stopwatch, Understanding

SUGGESTIONS = 3
CHOICES = 3
WARM_UP = {"en": "How does this work?", "es": "¿Cómo funciona esto?", "zh": "这个怎么用?"}


def unmeasured(_version: int) -> None:
    """No version was measured."""


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

    @property
    def understanding(self) -> Understanding:
        return Understanding(self.intents, self.retrieval, self.replies)

    @property
    def answering(self) -> Answering:
        return Answering(self.replies, self.writer)

    def answer(self, question: Question) -> Outcome:
        """Raises BadInput for an empty or endless message, NotReady where nothing is published, and ModelUnavailable
        where the embedder's server is away and no person was asked for."""
        watch = Stopwatch()
        if known := self._known(question):
            watch.lap("recall")
            return replace(known, evidence=replace(known.evidence, timings=watch.laps))
        asked = self._accepting(self.understanding.asked(question))
        topic = asked.intent.topic
        if topic.action == "chat" and not asked.choice:
            evidence = Evidence(asked.language, timings=asked.watch.laps)
            return Chat(self.replies.say(topic.key, asked.language), asked.language, topic.key, evidence)
        with self.shelf.library() as library:
            try:
                outcome = self._of_choice(library, asked) or self._of_message(library, asked)
            except ModelUnavailable:
                if topic.action != "handoff":
                    raise
                return self._required(asked, Evidence(asked.language, library.version, timings=asked.watch.laps))
            asked.watch.lap("compose")
            if self.cache is not None and isinstance(outcome, Answer) and not outcome.fell_back:
                self.cache.keep(library, question, outcome)
            return outcome

    def warm_up(self, library: Library) -> None:
        """Do once what every question does, so that the first learner waits no longer than the others. What is in
        memory then stays: the garbage collector need not go through it again and again, but for what an earlier version
        left behind."""
        for language, text in WARM_UP.items():
            detect(text)
            self.intents.recognise(text)
            found = self.retrieval.search(library, text, language, Audience.LEARNER)
            if found.passages:
                extract(found.passages[0], found.term_weights)
                signs_of(found, language, library.background)
        gc.unfreeze()
        gc.collect()
        gc.freeze()

    def _known(self, question: Question) -> Answer | None:
        """The answer given to the same question before, where that is safe and still true."""
        if self.cache is None:
            return None
        try:
            with self.shelf.library() as library:
                known = self.cache.find(library, question)
                measured = self.measured(library.version)
        except NotReady:
            return None
        status = measured.status if measured else "estimated"
        return known if known and known.evidence.calibration == status else None

    def _accepting(self, asked: Asked) -> Asked:
        """A bare yes to the offer of a person is a wish for one."""
        said = [turn.text for turn in asked.question.turns if turn.role == "bot"][-1:]
        wish = [topic for topic in self.intents.topics if topic.key == PERSON]
        if not wish or not agrees(asked.text) or not any(map(self.replies.offers_a_person, said)):
            return asked
        return replace(asked, intent=Intent(wish[0], 1.0))

    def _of_choice(self, library: Library, asked: Asked) -> Answer | None:
        """The answer from the article that the learner picked; None where none was, or it is not there any more."""
        if asked.choice is None:
            return None
        found = self.understanding.find(library, asked, readings(asked.choice, asked.before, asked_back=True))
        picked = [passage for passage in found.passages if passage.article.title == asked.choice]
        if not picked:
            return None
        others = [passage for passage in found.passages if passage not in picked]
        found = replace(found, passages=(*picked, *others))
        return self.answering.answer(library, asked, found, self._evidence(library, asked, found))

    def _of_message(self, library: Library, asked: Asked) -> Outcome:
        found = self.understanding.search(library, asked)
        evidence = self._evidence(library, asked, found)
        match asked.intent.topic.action:
            case "handoff":
                return self._required(asked, evidence)
            case "decline":
                return self._offer("out_of_scope", asked, found, evidence)
            case "not_helped":
                return self._offer("not_helped", asked, found, evidence)
        whole = self._settle(library, asked, found, evidence)
        texts = parts(asked.text)
        return whole if len(texts) == 1 else self._of_parts(library, asked, texts, whole)

    def _of_parts(self, library: Library, asked: Asked, texts: Sequence[str], whole: Outcome) -> Outcome:
        """The answers to several questions, each decided by itself; where fewer than two are sure, and the message as
        a whole is, that stands; where none is, the learner is asked which article to begin with."""
        answers: dict[str, Answer] = {}
        unanswered, searched = [], []
        for number, text in enumerate(texts):
            part, found, evidence = self._of_part(library, asked, text, texts[number - 1] if number else None)
            searched.append((evidence.confidence or 0.0, found))
            if self._verdict(library, part, found, evidence) != "answer":
                unanswered.append((text, found.article_ids[:1]))
            elif found.article_ids[0] not in answers:
                answers[found.article_ids[0]] = self.answering.answer(library, part, found, evidence)
        if len(answers) < 2 and isinstance(whole, Answer):
            answers = {whole.citations[0].article_id: whole}
        # What is nearest to an article that is shown anyway is no question of its own.
        still_open = [text for text, nearest in unanswered if answers.keys().isdisjoint(nearest)]
        if not answers:
            return self._begin_with(asked, searched, whole)
        if len(answers) + len(still_open) == 1:
            return whole
        return self.answering.together(tuple(answers.values()), still_open)

    def _of_part(
        self, library: Library, asked: Asked, text: str, previous: str | None
    ) -> tuple[Asked, Found, Evidence]:
        """A part that says little is read after the one before it, unless its own words name something and are sure."""
        alone = replace(asked, text=text)
        found = self.understanding.search(library, alone)
        evidence = self._evidence(library, alone, found)
        names = standing_of(found, evidence.confidence or 0.0, alone).said > self.thresholds.vague_though_sure
        sure = self._verdict(library, alone, found, evidence) == "answer"
        if previous is None or not leans_back(text) or (names and sure):
            return alone, found, evidence
        after = replace(alone, before=(previous,), replied="")
        found = self.understanding.search(library, after)
        return after, found, self._evidence(library, after, found)

    def _begin_with(self, asked: Asked, searched: Sequence[tuple[float, Found]], whole: Outcome) -> Outcome:
        """Asked back with the best article of each part, where one is likely the right one; else `whole`."""
        best = [found.passages[0] for confidence, found in searched if found.passages]
        likely = max(confidence for confidence, _ in searched) >= self.thresholds.likely_of_several
        several = len({passage.article.id for passage in best}) > 1
        if not (likely and several) or asked.question.choices or isinstance(whole, Clarification):
            return whole
        return self._clarify("clarify_several", asked, best, whole.evidence)

    def _settle(self, library: Library, asked: Asked, found: Found, evidence: Evidence) -> Outcome:
        match self._verdict(library, asked, found, evidence):
            case "answer":
                answer = self.answering.answer(library, asked, found, evidence)
                said = [turn.text for turn in asked.question.turns if turn.role == "bot"]
                return self._offer("same_again", asked, found, evidence) if answer.text in said[-1:] else answer
            case "clarify":
                return self._clarify("clarify", asked, found.passages, evidence)
            case verdict:
                return self._offer(verdict, asked, found, evidence)

    def _verdict(self, library: Library, asked: Asked, found: Found, evidence: Evidence) -> Verdict:
        measured = self.measured(library.version)
        thresholds = measured.thresholds(self.thresholds) if measured else self.thresholds
        return decide(standing_of(found, evidence.confidence or 0.0, asked), thresholds)

    def _evidence(self, library: Library, asked: Asked, found: Found) -> Evidence:
        signs = signs_of(found, asked.language, library.background)
        estimated, measured = self.calibrator.probability(signs), self.measured(library.version)
        return Evidence(
            asked.language,
            index_version=library.version,
            confidence=measured.probability(estimated) if measured else estimated,
            calibration=measured.status if measured else "estimated",
            retrieved=found.article_ids[:10],
            timings=asked.watch.laps,
            scores={name: round(value, 4) for name, value in asdict(signs).items()},
        )

    def _clarify(self, words: str, asked: Asked, passages: Sequence[Passage], evidence: Evidence) -> Clarification:
        titles = [passage.article.title for passage in passages if passage.article.title]
        choices = tuple(dict.fromkeys(titles))[:CHOICES]
        return Clarification(self.replies.say(words, asked.language), asked.language, choices, evidence)

    def _required(self, asked: Asked, evidence: Evidence) -> Handoff:
        topic, language = asked.intent.topic, asked.language
        text = self.replies.say(f"handoff_{topic.key}", language)
        return Handoff(
            text, language, "required", topic.key, topic.department, topic.priority, topic.category, (), evidence
        )

    def _offer(self, why: str, asked: Asked, found: Found, evidence: Evidence) -> Handoff:
        """A person, offered, beside the nearest articles that were not shown yet."""
        far = why == "out_of_scope"
        others = [] if far else [each for each in found.passages if each.article.id not in asked.question.shown]
        words = why if far or others else f"{why}_nothing_else"
        return Handoff(
            self.replies.say(words, asked.language),
            asked.language,
            "offered",
            "out_of_scope" if far else "low_confidence",
            Department.LEARNER_SUPPORT,
            Priority.LOW if far else Priority.MEDIUM,
            why,
            tuple(_suggestion(passage) for passage in others[:SUGGESTIONS]),
            evidence,
        )


def _suggestion(passage: Passage) -> Suggestion:
    return Suggestion(passage.article.id, passage.article.title, passage.article.address)
