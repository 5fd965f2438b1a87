"""From a question to passages: Chroma's nearest and the best by keyword, fused by score, one passage an article."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.fusion import best_per_group, fuse
from bot.keywords import terms
from bot.models import Audience, Passage
from bot.ports import Embedder, Library, Rows, Vectors

CANDIDATES = 64


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
        bm25 = index.scores(question_terms)
        rows = _candidates(library.nearest(vector, audience, CANDIDATES), bm25, documents)
        rows = _allowed(library, rows, collections)
        weights = {term: index.idf(term) for term in question_terms}
        if not len(rows):
            return Found((), tuple(question_terms), weights)
        dense = library.dense(vector, rows)
        keyword = _relative(bm25, documents, rows)
        score = fuse(dense, keyword)
        keys = [library.chunks[row].article_key for row in rows]
        passages = tuple(
            Passage(
                library.article(keys[at]),
                library.chunks[rows[at]],
                float(dense[at]),
                float(keyword[at]),
                float(score[at]),
            )
            for at in best_per_group(score, keys)
        )
        return Found(_own_language_first(passages, language), tuple(question_terms), weights)


def _candidates(nearest: Rows, bm25: Vectors, documents: Rows) -> Rows:
    best = np.argsort(-bm25, kind="stable")[:CANDIDATES]
    return np.union1d(nearest, documents[best[bm25[best] > 0]])


def _allowed(library: Library, rows: Rows, collections: Sequence[str]) -> Rows:
    if not collections:
        return rows
    kept = [row for row in rows if library.article(library.chunks[row].article_key).collection in collections]
    return np.array(kept, dtype=np.int64)


def _relative(bm25: Vectors, documents: Rows, rows: Rows) -> Vectors:
    """BM25 of these rows, divided by the question's best."""
    best = float(bm25.max(initial=0.0))
    positions = np.searchsorted(documents, rows)
    return bm25[positions] / np.float32(best or 1.0)


def _own_language_first(passages: tuple[Passage, ...], language: str) -> tuple[Passage, ...]:
    """Of an article's language versions keep one: the reader's, else English, else the best found."""

    def rank(passage: Passage) -> tuple[bool, bool]:
        locale = passage.article.locale
        return (not locale.startswith(language), not locale.startswith("en"))

    best: dict[str, Passage] = {}
    for passage in passages:
        known = best.get(passage.article.id)
        if known is None or rank(passage) < rank(known):
            best[passage.article.id] = passage
    return tuple(best.values())
