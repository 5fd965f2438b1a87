"""From a question to passages: Chroma's nearest and the best by keyword, every view of an article made one score."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from bot.fusion import DEFAULT, Views, Weights, even_out, fuse, keyword_weight
from bot.keywords import KeywordIndex, terms
from bot.models import Audience, Passage, Reading
from bot.ports import Embedder, Library, Reranker, Rows, Vectors

BY_KEYWORD = 64
"""Rows that the keyword search brings; their articles are then looked at whole."""
NEAREST = 128
"""The same for the vector search. It is approximate and differs a little between two builds of the same corpus; it only
nominates, with more than enough, and what it nominates is scored exactly: so the answer does not differ."""
RERANKED = 10
"""Passages that a reranker looks at, where one is configured."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought: one passage an article, best first, and what the question was searched as."""

    passages: tuple[Passage, ...]
    question_terms: tuple[str, ...]
    term_weights: dict[str, float]
    """How telling each of the question's terms is in this help center (idf), by the share of the readings with it."""
    rarest: float = 1.0
    """The idf of a term that no article has."""

    @property
    def article_ids(self) -> tuple[str, ...]:
        """Best first, each once, whatever its language."""
        return tuple(dict.fromkeys(passage.article.id for passage in self.passages))


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Searches an open index version."""

    embedder: Embedder
    weights: Weights = DEFAULT
    reranker: Reranker | None = None

    def search(
        self,
        library: Library,
        text: str | Sequence[Reading],
        language: str,
        audience: Audience,
        collections: Sequence[str] = (),
    ) -> Found:
        """Passages of articles that `audience` may read, restricted to `collections` where any are given.

        Several readings of a message are searched at once, by the mean of their vectors and of their BM25.
        """
        readings = [Reading(text)] if isinstance(text, str) else text
        vector = self._vector(readings, language)
        index, documents = library.keywords(audience)
        bm25 = _by_row(_keyword_scores(index, readings), documents)
        wanted = NEAREST * (8 if collections else 1)  # what is not in these collections falls away afterwards
        rows = (*library.nearest(vector, audience, wanted), *bm25)
        keys = _candidates(library, rows, audience, collections)
        weight = keyword_weight(library.share_in(language))
        passages = [_passage(library, key, vector, bm25, weight, self.weights) for key in keys]
        main = library.main_language if self.weights.even else language
        best_first = _one_an_article(passages, language, main)
        if self.reranker is not None:
            best_first = _reranked(self.reranker, readings[-1].text, best_first)
        weights = _term_weights(index, readings)
        return Found(best_first, tuple(weights), weights, index.idf(""))

    def _vector(self, readings: Sequence[Reading], language: str) -> Vectors:
        """The mean of the readings' vectors, as long as the first one."""
        vectors = [self.embedder.embed_questions([each.text], [language])[0] for each in readings]
        mean = np.sum([vector * np.float32(each.share) for vector, each in zip(vectors, readings, strict=True)], axis=0)
        scaled: Vectors = mean * np.float32(np.linalg.norm(vectors[0]) / (np.linalg.norm(mean) or 1.0))
        return scaled if len(vectors) > 1 else vectors[0]


def _keyword_scores(index: KeywordIndex, readings: Sequence[Reading]) -> Vectors:
    """BM25 of every document, each reading's divided by its best."""
    parts = []
    for each in readings:
        scores = index.scores(terms(each.text))
        parts.append(scores * np.float32(each.share / (float(scores.max(initial=0.0)) or 1.0)))
    total: Vectors = np.sum(parts, axis=0)
    return total


def _term_weights(index: KeywordIndex, readings: Sequence[Reading]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for each in readings:
        for term in dict.fromkeys(terms(each.text)):
            weights[term] = weights.get(term, 0.0) + index.idf(term) * each.share
    return weights


def _by_row(scores: Vectors, documents: Rows) -> dict[int, float]:
    """The best rows by keyword, their BM25 divided by the question's best."""
    best = np.argsort(-scores, kind="stable")[:BY_KEYWORD]
    top = float(scores.max(initial=0.0))
    return {int(documents[at]): float(scores[at]) / top for at in best if scores[at] > 0}


def _candidates(library: Library, rows: Iterable[int], audience: Audience, collections: Sequence[str]) -> list[str]:
    """Keys of the articles that either search found and of their translations, in an order of their own."""
    ids = {library.article(library.chunks[int(row)].article_key).id for row in rows}
    versions = (article for article_id in sorted(ids) for article in library.translations(article_id))
    return [
        article.key
        for article in versions
        if audience.reads(article.audience) and (not collections or article.collection in collections)
    ]


def _passage(
    library: Library, key: str, vector: Vectors, bm25: dict[int, float], keyword_weight: float, weights: Weights
) -> Passage:
    """The best chunk of an article, scored with all that the article shows of itself."""
    rows = library.rows_of(key)
    near: dict[str, list[float]] = {"text": [], "label": [], "name": []}
    shown = (float("-inf"), 0.0, 0)
    keyword, words = 0.0, weights.keyword * keyword_weight
    for row, cosine in zip(rows, library.dense(vector, np.asarray(rows)).tolist(), strict=True):
        view = library.chunks[row].view
        near[view].append(cosine)
        if view == "text":
            said = bm25.get(row, 0.0)
            keyword = max(keyword, said)
            shown = max(shown, (cosine + words * said, cosine, -row))
    _, cosine, row = shown
    texts = sorted(near["text"], reverse=True)
    label, name = (max(near[view], default=None) for view in ("label", "name"))
    views = Views(texts[0], texts[1] if len(texts) > 1 else None, label, name, keyword)
    called = max((each for each in (label, name) if each is not None), default=cosine)
    score = fuse(views, keyword_weight, weights)
    return Passage(library.article(key), library.chunks[-row], cosine, keyword, score, called)


def _one_an_article(passages: Iterable[Passage], language: str, main: str) -> tuple[Passage, ...]:
    """Of an article's language versions one, best article first: the reader's, else English, else the best found."""
    shown: list[Passage] = []
    spoken: dict[str, dict[str, float]] = {language: {}, main: {}}
    for article_id, group in groupby(passages, key=lambda passage: passage.article.id):
        versions = list(group)
        shown.append(min(versions, key=lambda each: (*_foreign(each, language), -each.score)))
        for each in versions:
            for of, scores in spoken.items():
                if each.article.locale.startswith(of):
                    scores[article_id] = max(each.score, scores.get(article_id, each.score))
    scores = even_out(spoken[language], spoken[main]) if main != language else spoken[language]
    found = [replace(each, score=scores.get(each.article.id, each.score)) for each in shown]
    return tuple(sorted(found, key=lambda passage: (-passage.score, passage.article.id)))


def _reranked(reranker: Reranker, question: str, passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
    """The first RERANKED in the reranker's order. Each takes the score of its new place, so that scores keep falling
    and keep the scale that the confidence was learned on."""
    first, rest = passages[:RERANKED], passages[RERANKED:]
    fit = reranker.fit(question, [passage.chunk.embedded_text(passage.article) for passage in first])
    order = sorted(range(len(first)), key=lambda at: (-fit[at], at))
    moved = (replace(first[at], score=place.score) for at, place in zip(order, first, strict=True))
    return (*moved, *rest)


def _foreign(passage: Passage, language: str) -> tuple[bool, bool]:
    return not passage.article.locale.startswith(language), not passage.article.locale.startswith("en")
