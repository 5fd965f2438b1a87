"""Learn the way from the multilingual model's space into the English model's: `firstline eval train-map FOLDER...`.

English chunks of every corpus, embedded by both models, are rows of a ridge regression. How far a mapped vector points
the way of the real one is always told of a corpus that was left out.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.adapters.default_embedder import DefaultEmbedder
from bot.adapters.minilm import MiniLM
from bot.errors import BadInput
from bot.ports import Vectors
from bot.space_map import SpaceMap
from ingestion.chunking import chunks_of, names_of
from ingestion.corpus import read_corpus

MOST = 2_500
"""Chunks of one corpus; with four corpora, half as many did as well."""
RIDGE = 0.1
"""Strength of the penalty, as a share of the mean variance of a unit vector's number."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """The same texts in both spaces, unit vectors row by row."""

    name: str
    shared: Vectors
    english: Vectors


def pairs_of(corpus: Path, embedder: DefaultEmbedder) -> Pairs:
    """At most MOST different chunks of the English articles, always the same ones. Raises BadInput where none is."""
    articles = [article for article in read_corpus([corpus]).articles if article.locale.startswith("en")]
    if not articles:
        raise BadInput(f"{corpus}: no article in English; the map is learned from English text")
    count, limit = embedder.count_tokens, embedder.max_tokens
    texts = {
        chunk.embedded_text(article)
        for article in articles
        for chunk in (*chunks_of(article, count, limit), *names_of(article, count, limit))
    }
    chosen = sorted(texts, key=lambda text: hashlib.sha256(text.encode()).digest())[:MOST]
    both = embedder.embed_passages(chosen, ["en"] * len(chosen)) * np.sqrt(np.float32(2))
    name = corpus.parent.name if corpus.is_file() else corpus.name
    return Pairs(name, both[:, MiniLM.dimensions :], both[:, : MiniLM.dimensions])


def fit(pairs: Sequence[Pairs]) -> SpaceMap:
    """Ridge regression with an offset."""
    shared, english = (np.concatenate([getattr(each, side) for each in pairs]) for side in ("shared", "english"))
    mean, target = shared.mean(axis=0), english.mean(axis=0)
    centred = shared - mean
    penalty = RIDGE * len(shared) / shared.shape[1] * np.eye(shared.shape[1], dtype=np.float32)
    matrix = np.linalg.solve(centred.T @ centred + penalty, centred.T @ (english - target))
    return SpaceMap(matrix, target - mean @ matrix)


def report(pairs: Sequence[Pairs]) -> list[str]:
    """The mean cosine of mapped and real vectors of each corpus, mapped by what the others taught."""
    lines = []
    for each in pairs:
        others = [other for other in pairs if other is not each]
        if others:
            cosine = float((fit(others).walk(each.shared) * each.english).sum(axis=1).mean())
            lines.append(f"{each.name:14s} n={len(each.shared):4d} cosine of mapped and real, left out: {cosine:.3f}")
    return lines
