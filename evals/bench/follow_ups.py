"""How follow-ups are best searched: Firstline's two readings beside simpler ways, on one index."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from bot.assistant import Assistant
from bot.conversation import FOLLOWING, LEANING, leans_back, weighed
from bot.keywords import terms
from bot.models import Audience, Question, Reading, Turn
from bot.ports import Library
from bot.retrieval import Retrieval
from evals.bootstrap import Floats
from evals.dataset import LabelledQuestion
from evals.paired import Difference, difference

DEPTHS = (1, 3, 5)
WEIGHTS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
OURS, ALONE = "Firstline", "last turn alone"
Search = Callable[[Sequence[Reading], str], tuple[str, ...]]
"""Readings and their language to ids of articles, best first."""


@dataclass(frozen=True, slots=True)
class FollowUps:
    """By way of searching, whether a right article was among the first 1, 3 and 5: shape (questions, 3)."""

    questions: tuple[LabelledQuestion, ...]
    hits: dict[str, Floats]
    by_weight: tuple[Floats, ...]
    """The same for each of WEIGHTS, whatever the question."""

    def against(self, way: str, other: str, depth: int) -> Difference | None:
        column = DEPTHS.index(depth)
        return difference(f"hit_at_{depth}", self.hits[other][:, column], self.hits[way][:, column])


def follow_ups(questions: Iterable[LabelledQuestion]) -> list[LabelledQuestion]:
    """Those that something was asked before and that an article settles."""
    return [each for each in questions if each.settled_by and _before(each.question)]


def new_topics(questions: Sequence[LabelledQuestion]) -> list[LabelledQuestion]:
    """A change of topic, made: each question that can stand alone, after one about another domain."""
    fit = [each for each in questions if each.settled_by and not leans_back(each.question.text)]
    made = []
    for number, each in enumerate(fit):
        others = [other for other in (*fit[number + 1 :], *fit[:number]) if other.domain != each.domain]
        if others:
            turns = (Turn("learner", others[0].question.text), Turn("bot", ""))
            changed = Question(each.question.text, turns, each.question.locale)
            made.append(LabelledQuestion(each.id, changed, each.settled_by, each.language, domain=each.domain))
    return made


def compare(assistant: Assistant, library: Library, questions: Sequence[LabelledQuestion]) -> FollowUps:
    """Every way on the same questions; only the learner's turns are looked at, as Firstline does."""
    search = _remembering(assistant.retrieval, library)
    hits: dict[str, list[list[bool]]] = {}
    by_weight: list[list[list[bool]]] = [[] for _ in WEIGHTS]
    for each in questions:
        asked = assistant.understanding.asked(each.question)
        before, text = _before(each.question), asked.text
        found = {
            "BM25, last turn": _by_keywords(library, text),
            "BM25, all turns": _by_keywords(library, "\n".join((*before, text))),
            ALONE: search((Reading(text),), asked.language),
            "all turns as one": search((Reading("\n".join((*before, text))),), asked.language),
            OURS: assistant.understanding.search(library, asked).article_ids,
        }
        for way, ids in found.items():
            hits.setdefault(way, []).append(_hit(each, ids))
        for rows, weight in zip(by_weight, WEIGHTS, strict=True):
            rows.append(_hit(each, search(weighed(text, before, weight), asked.language)))
    return FollowUps(
        tuple(questions),
        {way: np.array(rows, dtype=np.float64) for way, rows in hits.items()},
        tuple(np.array(rows, dtype=np.float64) for rows in by_weight),
    )


def chosen_elsewhere(parts: Sequence[FollowUps], domain: str) -> tuple[float, float]:
    """The weights (following, leaning) that find most, on average over `parts`, outside of this domain."""
    scores = {}
    for following in WEIGHTS:
        for leaning in WEIGHTS:
            found = [_mean(part, following, leaning, lambda each: each.domain != domain) for part in parts]
            scores[following, leaning] = sum(found)
    return max(scores, key=lambda pair: (scores[pair], -abs(pair[0] - FOLLOWING), -abs(pair[1] - LEANING)))


def left_out(part: FollowUps, domain: str, weights: tuple[float, float]) -> Floats:
    """hit@1, 3 and 5 of this domain's questions with these weights."""
    rows = [row for row, each in zip(_rows(part, *weights), part.questions, strict=True) if each.domain == domain]
    means: Floats = np.mean(rows, axis=0)
    return means


def _rows(part: FollowUps, following: float, leaning: float) -> list[Floats]:
    places = [WEIGHTS.index(leaning if leans_back(each.question.text) else following) for each in part.questions]
    return [part.by_weight[place][row] for row, place in enumerate(places)]


def _mean(part: FollowUps, following: float, leaning: float, counts: Callable[[LabelledQuestion], bool]) -> float:
    rows = [row for row, each in zip(_rows(part, following, leaning), part.questions, strict=True) if counts(each)]
    return float(np.mean(rows)) if rows else 0.0


def _before(question: Question) -> tuple[str, ...]:
    return tuple(turn.text for turn in question.turns if turn.role == "learner")


def _hit(question: LabelledQuestion, ids: Sequence[str]) -> list[bool]:
    return [bool(question.settled_by & set(ids[:depth])) for depth in DEPTHS]


def _remembering(retrieval: Retrieval, library: Library) -> Search:
    @cache
    def search(readings: tuple[Reading, ...], language: str) -> tuple[str, ...]:
        return retrieval.search(library, readings, language, Audience.LEARNER).article_ids

    return lambda readings, language: search(tuple(readings), language)


def _by_keywords(library: Library, text: str) -> tuple[str, ...]:
    index, documents = library.keywords(Audience.LEARNER)
    order = np.argsort(-index.scores(terms(text)), kind="stable")[:200]
    keys = [library.chunks[int(documents[at])].article_key for at in order]
    return tuple(dict.fromkeys(library.article(key).id for key in keys))
