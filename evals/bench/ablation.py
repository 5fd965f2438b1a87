"""What each part of the search is worth: every look at an article alone, left out, plainly mixed, learned.

The score is linear in its weights, so a question is searched once for each look alone, and every mix is computed from
those. The learned weights are pairwise logistic regression (Joachims, "Optimizing Search Engines using Clickthrough
Data", 2002), always trained on the other data sets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from bot.adapters.default_embedder import DefaultEmbedder
from bot.assistant import Assistant
from bot.fusion import DEFAULT, Weights
from bot.language import detect
from bot.models import Audience
from bot.ports import Embedder, Library
from evals.bootstrap import Floats
from evals.dataset import LabelledQuestion
from evals.paired import difference

LOOKS = ("text", "second", "label", "name", "keyword")


def weighing(weights: Weights, look: str, weight: float) -> Weights:
    """The same weights but for one look."""
    change: dict[str, Any] = {look: weight}
    return replace(weights, **change)


@dataclass(frozen=True, slots=True)
class Mix:
    """A way of scoring."""

    weights: Weights = DEFAULT
    mapped: bool = True
    """Whether questions in other languages are looked up by the English model too (`bot.space_map`)."""


NOTHING = Weights(0.0, 0.0, 0.0, 0.0, 0.0)
LEARNED = "learned on the other sets"
PLAIN = "plain mix"
WAYS = {
    **{f"{look} alone": Mix(weighing(NOTHING, look, 1.0)) for look in LOOKS},
    "text alone, without the map": Mix(weighing(NOTHING, "text", 1.0), mapped=False),
    PLAIN: Mix(Weights(second=0.0, label=0.0, name=0.0, keyword=0.2, even=False), mapped=False),
    **{f"without {look}": Mix(weighing(DEFAULT, look, 0.0)) for look in LOOKS},
    "languages not evened out": Mix(replace(DEFAULT, even=False)),
    "without the map": Mix(mapped=False),
    "Firstline": Mix(),
}
"""Every mix is compared with the last."""
HARDEST = 30
"""Wrong articles of a question that the learned weights look at."""
FAR = -1.0
"""Score of an article that one search found and another did not."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One question's candidates: which are right, and each look's score, shape (candidates, looks), by whether
    languages are evened out and whether the map is used."""

    right: npt.NDArray[np.bool_]
    scores: Mapping[tuple[bool, bool], Floats]
    english: bool = True

    def rank(self, mix: Mix) -> float:
        """Place of the first right article, from 1; infinite where none was found."""
        scores = self.scores[mix.weights.even, mix.mapped] @ shares(mix.weights)
        places = np.flatnonzero(self.right[np.argsort(-scores, kind="stable")])
        return float(places[0] + 1) if len(places) else np.inf


@dataclass(frozen=True, slots=True)
class LookedSet:
    name: str
    questions: tuple[Looked, ...]


def shares(weights: Weights) -> Floats:
    """What each look adds to the score: cosines are averaged, keywords come on top."""
    *dense, keyword, _ = astuple(weights)
    return np.array([weight / (sum(dense) or 1.0) for weight in dense] + [keyword])


def look(assistant: Assistant, questions: Sequence[LabelledQuestion], name: str) -> LookedSet:
    """Only questions that something settles count. Follow-ups are searched by their last turn alone."""
    with assistant.shelf.library() as library:
        return LookedSet(name, tuple(_looked(assistant, library, each) for each in questions if each.settled_by))


def _looked(assistant: Assistant, library: Library, each: LabelledQuestion) -> Looked:
    language = detect(each.question.text, each.question.locale)
    english = language == "en"
    tables = {}
    for mapped in (True,) if english else (True, False):
        embedder = assistant.retrieval.embedder if mapped else _without_map(assistant.retrieval.embedder)
        for even in (True, False):
            found = {
                name: replace(
                    assistant.retrieval,
                    embedder=embedder,
                    weights=replace(weighing(NOTHING, name, 1.0), even=even),
                ).search(library, each.question.text, language, Audience.LEARNER)
                for name in LOOKS
            }
            tables[even, mapped] = [{p.article.id: p.score for p in each.passages} for each in found.values()]
    ids = sorted({article_id for table in tables.values() for column in table for article_id in column})
    scores = {
        key: np.array([[column.get(article_id, FAR) for column in table] for article_id in ids])
        for key, table in tables.items()
    }
    right = np.array([article_id in each.settled_by for article_id in ids], dtype=bool)
    return Looked(right, scores | {(even, False): scores[even, True] for even in (True, False) if english}, english)


def _without_map(embedder: Embedder) -> Embedder:
    return embedder.without_map() if isinstance(embedder, DefaultEmbedder) else embedder


def learn(sets: Sequence[LookedSet]) -> Weights:
    """Weights under which right articles stand before wrong ones; every question weighs the same within its set, and
    every set the same."""
    pairs, weight = [], []
    for each in sets:
        for question in each.questions:
            if question.right.any() and not question.right.all():
                looks = question.scores[True, True]
                scores = looks @ shares(DEFAULT)
                best = looks[np.argmax(np.where(question.right, scores, -np.inf))]
                wrong = np.argsort(np.where(question.right, np.inf, -scores), kind="stable")
                wrong = wrong[: min(HARDEST, int((~question.right).sum()))]
                pairs.append(best - looks[wrong])
                weight += [1 / len(wrong) / len(each.questions)] * len(wrong)
    rows, counts = np.concatenate(pairs), np.array(weight)
    model = LogisticRegression(C=0.3, fit_intercept=False, max_iter=2000)
    both = np.concatenate([rows, -rows]), np.repeat([1, 0], len(rows))
    model.fit(*both, sample_weight=np.tile(counts / counts.mean(), 2))
    text, second, label, name, keyword = (float(value) for value in model.coef_[0])
    return Weights(text, second, label, name, keyword / (text + second + label + name))


def table(sets: Sequence[LookedSet]) -> list[str]:
    """A line for each set and way, then the differences of all sets together, and of the languages but English."""
    ranks = {way: [_ranks(each, mix) for each in sets] for way, mix in WAYS.items()}
    if len(sets) > 1:
        others = [Mix(learn([*sets[:at], *sets[at + 1 :]])) for at in range(len(sets))]
        learned = [_ranks(each, mix) for each, mix in zip(sets, others, strict=True)]
        ranks = {LEARNED: learned} | ranks
    lines = [
        f"{each.name:14s} n={len(each.questions):4d} {way:27s} {_figures(ranks[way][at])}"
        for at, each in enumerate(sets)
        for way in ranks
    ]
    foreign = np.array([not question.english for each in sets for question in each.questions])
    pools = [("all sets", np.ones(len(foreign), dtype=bool))] + ([("not English", foreign)] if foreign.any() else [])
    together = {way: np.concatenate(by_set) for way, by_set in ranks.items()}
    for name, rows in pools:
        for way, pooled in together.items():
            if way != "Firstline":
                against = _against(pooled[rows], together["Firstline"][rows])
                lines.append(f"{name:14s} n={rows.sum():4d} Firstline - {way:27s} {against}")
    return lines


def _ranks(each: LookedSet, mix: Mix) -> Floats:
    return np.array([question.rank(mix) for question in each.questions])


def _figures(ranks: Floats) -> str:
    hits = " / ".join(f"{(ranks <= depth).mean():.3f}" for depth in (1, 3, 5))
    return f"hit@1/3/5 {hits}  MRR {(1 / ranks).mean():.3f}"


def _against(other: Floats, final: Floats) -> str:
    """Paired differences with the middle 95 % of the bootstrap's."""
    parts = []
    for name, value in (
        ("hit@1", lambda ranks: ranks <= 1),
        ("hit@3", lambda ranks: ranks <= 3),
        ("MRR", np.reciprocal),
    ):
        found = difference(name, value(other).astype(float), value(final).astype(float))
        assert found is not None
        parts.append(f"{name} {found.change:+.3f} ({found.low:+.3f} to {found.high:+.3f})")
    return ", ".join(parts)
