"""From a question to passages: Chroma's nearest and the best by keyword, every view of an article made one score."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
import numpy.typing as npt

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


Floats = npt.NDArray[np.float64]
Ranked = tuple[Rows, Floats]
"""Rows, and what each scores."""


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
        bm25 = _best_rows(_keyword_scores(index, readings), documents)
        wanted = NEAREST * (8 if collections else 1)  # what is not in these collections falls away afterwards
        rows = (*library.nearest(vector, audience, wanted).tolist(), *bm25[0].tolist())
        keys = _candidates(library, rows, audience, collections)
        weight = keyword_weight(library.share_in(language))
        passages = _passages(library, keys, vector, bm25, weight, self.weights)
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


def _best_rows(scores: Vectors, documents: Rows) -> Ranked:
    """The best rows by keyword, and their BM25 divided by the question's best."""
    found = np.flatnonzero(scores > 0)
    best = found[np.argsort(-scores[found], kind="stable")[:BY_KEYWORD]]
    return documents[best], scores[best] / np.float64(scores.max(initial=0.0) or 1.0)


def _candidates(library: Library, rows: Iterable[int], audience: Audience, collections: Sequence[str]) -> list[str]:
    """Keys of the articles that either search found and of their translations, in an order of their own."""
    ids = {library.article(library.chunks[row].article_key).id for row in rows}
    versions = (article for article_id in sorted(ids) for article in library.translations(article_id))
    return [
        article.key
        for article in versions
        if audience.reads(article.audience) and (not collections or article.collection in collections)
    ]


def _passages(
    library: Library, keys: Sequence[str], vector: Vectors, bm25: Ranked, keyword_weight: float, weights: Weights
) -> list[Passage]:
    """The best chunk of each article, scored with all that the article shows of itself."""
    if not keys:
        return []
    looks = library.looks(vector, keys)
    said = np.zeros(len(library.chunks))
    said[bm25[0]] = bm25[1]
    texts = looks.view == "text"
    owner, near, words = looks.owner[texts], looks.cosine[texts], said[looks.rows[texts]]
    firsts = np.searchsorted(owner, np.arange(len(keys)))  # owners stand in order, and each has a text
    shown = np.lexsort((-near, -(near + weights.keyword * keyword_weight * words), owner))[firsts]
    sorted_near = near[np.lexsort((-near, owner))]
    best, seconds = sorted_near[firsts], np.append(firsts[1:], len(owner)) - firsts > 1
    second = np.where(seconds, sorted_near[np.minimum(firsts + 1, len(owner) - 1)], best)
    label, name = (_most(looks.cosine, looks.view == view, looks.owner, len(keys)) for view in ("label", "name"))
    keyword = np.maximum.reduceat(words, firsts)
    scores = fuse(Views(best, second, _or(label, best), _or(name, best), keyword), keyword_weight, weights)
    called = _or(np.fmax(label, name), near[shown])
    rows = looks.rows[texts][shown]
    columns = (each.tolist() for each in (rows, near[shown], keyword, scores, called))
    return [
        Passage(library.article(key), library.chunks[row], *of_key)
        for key, row, *of_key in zip(keys, *columns, strict=True)
    ]


def _most(cosine: Floats, chosen: Rows, owner: Rows, count: int) -> Floats:
    """The greatest of the chosen cosines for each owner; not a number where there is none."""
    most = np.full(count, np.nan)
    np.fmax.at(most, owner[chosen], cosine[chosen])
    return most


def _or(values: Floats, others: Floats) -> Floats:
    """Each value, or where it is none the other."""
    return np.where(np.isnan(values), others, values)


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
    found = [_scored(each, scores.get(each.article.id, each.score)) for each in shown]
    return tuple(sorted(found, key=lambda passage: (-passage.score, passage.article.id)))


def _scored(passage: Passage, score: float) -> Passage:
    return passage if score == passage.score else replace(passage, score=score)


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
