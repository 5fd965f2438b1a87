"""From a question to passages: Chroma's nearest and the best by keyword, every view of an article made one score."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.fusion import Views, fuse, keyword_weight
from bot.keywords import terms
from bot.models import Audience, Passage
from bot.ports import Embedder, Library, Rows, Vectors

CANDIDATES = 64
"""Rows that each of the two searches brings; their articles are then looked at whole."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought: one passage an article, best first, and what the question was searched as."""

    passages: tuple[Passage, ...]
    question_terms: tuple[str, ...]
    term_weights: dict[str, float]
    """How telling each of the question's terms is in this help center (idf)."""

    @property
    def article_ids(self) -> tuple[str, ...]:
        """Best first, each once, whatever its language."""
        return tuple(dict.fromkeys(passage.article.id for passage in self.passages))


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Searches an open index version."""

    embedder: Embedder

    def search(
        self, library: Library, text: str, language: str, audience: Audience, collections: Sequence[str] = ()
    ) -> Found:
        """Passages of articles that `audience` may read, restricted to `collections` where any are given."""
        vector = self.embedder.embed_questions([text], [language])[0]
        index, documents = library.keywords(audience)
        question_terms = terms(text)
        bm25 = _by_row(index.scores(question_terms), documents)
        wanted = CANDIDATES * (8 if collections else 1)  # what is not in these collections falls away afterwards
        keys = _candidates(library, library.nearest(vector, audience, wanted), bm25, collections)
        weight = keyword_weight(library.share_in(language))
        passages = [_passage(library, key, vector, bm25, weight) for key in keys]
        passages.sort(key=lambda passage: -passage.score)
        weights = {term: index.idf(term) for term in question_terms}
        return Found(_own_language_first(passages, language), tuple(question_terms), weights)


def _by_row(scores: Vectors, documents: Rows) -> dict[int, float]:
    """The best rows by keyword, their BM25 divided by the question's best."""
    best = np.argsort(-scores, kind="stable")[:CANDIDATES]
    top = float(scores.max(initial=0.0))
    return {int(documents[at]): float(scores[at]) / top for at in best if scores[at] > 0}


def _candidates(library: Library, nearest: Rows, bm25: Iterable[int], collections: Sequence[str]) -> list[str]:
    """Keys of the articles that either search found."""
    keys = dict.fromkeys(library.chunks[int(row)].article_key for row in (*nearest, *bm25))
    return [key for key in keys if not collections or library.article(key).collection in collections]


def _passage(library: Library, key: str, vector: Vectors, bm25: dict[int, float], weight: float) -> Passage:
    """The best chunk of an article, scored with all that the article shows of itself."""
    rows = library.rows_of(key)
    near: dict[str, list[tuple[float, int]]] = {"text": [], "label": [], "name": []}
    for row, cosine in zip(rows, library.dense(vector, np.asarray(rows)).tolist(), strict=True):
        near[library.chunks[row].view].append((cosine, row))
    best = max(near["text"], key=lambda found: fuse(Views(found[0], None, None, bm25.get(found[1], 0.0)), weight))
    keyword = max((bm25.get(row, 0.0) for _, row in near["text"]), default=0.0)
    label, name = (max(near[view])[0] if near[view] else None for view in ("label", "name"))
    views = Views(max(near["text"])[0], label, name, keyword)
    called = max((cosine for cosine in (label, name) if cosine is not None), default=best[0])
    return Passage(library.article(key), library.chunks[best[1]], best[0], keyword, fuse(views, weight), called)


def _own_language_first(passages: Sequence[Passage], language: str) -> tuple[Passage, ...]:
    """Of an article's language versions keep one, in the place of the best: the reader's, else English, else the
    best found."""

    def rank(passage: Passage) -> tuple[bool, bool]:
        locale = passage.article.locale
        return (not locale.startswith(language), not locale.startswith("en"))

    best: dict[str, Passage] = {}
    score: dict[str, float] = {}
    for passage in passages:
        known = best.get(passage.article.id)
        score.setdefault(passage.article.id, passage.score)
        if known is None or rank(passage) < rank(known):
            best[passage.article.id] = passage
    return tuple(replace(passage, score=score[key]) for key, passage in best.items())
