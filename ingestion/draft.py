"""A draft: everything an index version will hold, before it is live; the gates look at this."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from bot.adapters.snapshot import read_rows
from bot.models import Article, Audience, Chunk
from bot.ports import Embedder, Vectors
from bot.serial import article_from, chunk_from
from ingestion.chunking import chunks_of, names_of

Progress = Callable[[int, int], None]
"""Told (done, all) while chunks are embedded."""


TOGETHER = 64
"""Chunks that are embedded at a time; a server gets them in one request."""


def no_progress(_done: int, _all: int) -> None:
    """Says nothing."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a publish would do, as article keys."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]

    @property
    def any(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class Draft:
    """A complete version in its own folder, not live yet."""

    version: int
    folder: Path
    articles: tuple[Article, ...]
    chunks: tuple[Chunk, ...]
    changes: Changes


class Gate(Protocol):
    """Says whether a draft may go live."""

    def check(self, draft: Draft) -> Sequence[str]:
        """Reasons against it, in plain words; empty when it may."""
        ...


class Previous:
    """What the live version shows, as far as the next one needs it. After a rollback it may also hold articles that
    were deleted since: `buried`."""

    def __init__(self, folder: Path | None, tombstones: frozenset[str] = frozenset()) -> None:
        self._folder = folder
        held = read_rows(folder / "articles.jsonl", article_from) if folder is not None else []
        self.articles = {article.key: article for article in held if article.key not in tombstones}
        self.buried = len(self.articles) < len(held)

    def vectors(self) -> dict[str, Vectors]:
        """Vector by embedded text and language, to carry over."""
        if self._folder is None:
            return {}
        vectors = np.load(self._folder / "vectors.npy", mmap_mode="r")
        chunks = read_rows(self._folder / "chunks.jsonl", chunk_from)
        return {
            _vector_key(self.articles[chunk.article_key], chunk): vectors[row]
            for row, chunk in enumerate(chunks)
            if chunk.article_key in self.articles
        }


def compare(previous: dict[str, Article], articles: Sequence[Article]) -> Changes:
    """Which articles are new, different, gone or the same; an article is its whole content, front matter included."""
    now = {article.key: article for article in articles}
    both = [key for key in now if key in previous]
    return Changes(
        added=tuple(key for key in now if key not in previous),
        changed=tuple(key for key in both if now[key] != previous[key]),
        removed=tuple(key for key in previous if key not in now),
        unchanged=tuple(key for key in both if now[key] == previous[key]),
    )


def embed(
    articles: Sequence[Article], embedder: Embedder, carried: dict[str, Vectors], progress: Progress
) -> tuple[list[Chunk], Vectors, int]:
    """Chunk all articles and give each chunk its vector, taken from `carried` where the text is the same.

    Returns the chunks, their vectors in the same order, and how many had to be computed.
    """
    count, limit = embedder.count_tokens, embedder.max_tokens
    pairs = [(a, c) for a in articles for c in (*chunks_of(a, count, limit), *names_of(a, count, limit))]
    vectors = np.empty((len(pairs), embedder.dimensions), dtype=np.float32)
    computed = 0
    for start in range(0, len(pairs), TOGETHER):
        new = []
        for row, (article, chunk) in enumerate(pairs[start : start + TOGETHER], start):
            known = carried.get(_vector_key(article, chunk))
            if known is None:
                new.append(row)
            else:
                vectors[row] = known
        if new:
            texts = [pairs[row][1].embedded_text(pairs[row][0]) for row in new]
            vectors[new] = embedder.embed_passages(texts, [pairs[row][0].locale for row in new])
        computed += len(new)
        for row in range(start, min(start + TOGETHER, len(pairs))):
            progress(row + 1, len(pairs))
    return [chunk for _, chunk in pairs], vectors, computed


def rows_by_audience(articles: Sequence[Article], chunks: Sequence[Chunk]) -> dict[Audience, list[int]]:
    """For each audience, the rows that it may read."""
    of = {article.key: article.audience for article in articles}
    return {
        audience: [row for row, chunk in enumerate(chunks) if audience.reads(of[chunk.article_key])]
        for audience in Audience
    }


def _vector_key(article: Article, chunk: Chunk) -> str:
    return f"{article.locale}\0{chunk.embedded_text(article)}"
