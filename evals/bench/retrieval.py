"""The right article in front: Firstline's search beside keywords alone and the dense view alone, on one index."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.assistant import Assistant
from bot.keywords import terms
from bot.language import detect
from bot.models import Audience
from bot.ports import Library, Vectors
from evals.dataset import LabelledQuestion

DEPTHS = (1, 3, 5)
WAYS = ("keywords alone", "dense alone", "Firstline")


@dataclass(frozen=True, slots=True)
class Standing:
    """The share of questions with a right article among the first 1, 3 and 5, by way of searching."""

    dataset: str
    questions: int
    hits: dict[str, tuple[float, ...]]

    def lines(self) -> list[str]:
        return [
            f"{self.dataset:14s} n={self.questions:4d} {way:15s} " + " / ".join(f"{hit:.3f}" for hit in self.hits[way])
            for way in WAYS
        ]


def compare(assistant: Assistant, questions: Sequence[LabelledQuestion], dataset: str) -> Standing:
    """Only questions that something settles count. Follow-ups are searched by their last turn alone."""
    found: dict[str, list[list[bool]]] = {way: [] for way in WAYS}
    asked = [each for each in questions if each.settled_by]
    with assistant.shelf.library() as library:
        text_rows = np.array([row for row, chunk in enumerate(library.chunks) if chunk.view == "text"])
        for each in asked:
            text = each.question.text
            language = detect(text, each.question.locale)
            vector = assistant.retrieval.embedder.embed_questions([text], [language])[0]
            index, documents = library.keywords(Audience.LEARNER)
            rankings = {
                "keywords alone": _ranked(library, index.scores(terms(text)), documents),
                "dense alone": _ranked(library, library.dense(vector, text_rows), text_rows),
                "Firstline": assistant.retrieval.search(library, text, language, Audience.LEARNER).article_ids,
            }
            for way, ids in rankings.items():
                found[way].append([bool(each.settled_by & set(ids[:depth])) for depth in DEPTHS])
    hits = {way: tuple(float(share) for share in np.mean(rows, axis=0)) for way, rows in found.items()}
    return Standing(dataset, len(asked), hits)


def _ranked(library: Library, scores: Vectors, rows: np.ndarray) -> tuple[str, ...]:
    """Article ids by their best row."""
    order = np.argsort(-scores, kind="stable")[:200]
    keys = [library.chunks[int(rows[at])].article_key for at in order]
    return tuple(dict.fromkeys(library.article(key).id for key in keys))
