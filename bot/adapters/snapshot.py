"""An index version on disk: `articles.jsonl`, `chunks.jsonl`, `vectors.npy`, `chroma/`, `manifest.json`, and
`background.json`, which versions of earlier releases lack."""

import fcntl
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from bot.adapters.chroma import ChromaVectors
from bot.background import Background, background_from
from bot.errors import NotReady
from bot.keywords import KeywordIndex, terms
from bot.models import Article, Audience, Chunk
from bot.ports import Looks, Rows, Vectors
from bot.serial import article_from, chunk_from

T = TypeVar("T")
BACKGROUND = "background.json"


def read_rows(file: Path, make: Callable[[dict[str, Any]], T]) -> list[T]:
    with file.open(encoding="utf-8") as stream:
        return [make(json.loads(line)) for line in stream]


def write_rows(file: Path, rows: Iterable[dict[str, Any]]) -> None:
    with file.open("w", encoding="utf-8") as stream:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def _background(file: Path) -> Background:
    """The defaults for a version that was published before there was such a file."""
    return background_from(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else Background()


class Snapshot:
    """A `Library` over one version's directory. A shared file lock tells the pruner that it is in use.

    With the name of an `embedder`, NotReady where the version's vectors are another one's.
    """

    def __init__(self, folder: Path, tombstones: frozenset[str] = frozenset(), embedder: str = "") -> None:
        try:
            self._lock = (folder / "manifest.json").open("rb")
        except FileNotFoundError as error:
            raise NotReady(f"the index at {folder} is not there; publish again with 'firstline index'") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_SH)
            self.manifest: dict[str, Any] = json.load(self._lock)
            self._refuse_another(embedder)
            self._read(folder, tombstones)
        except NotReady:
            self._lock.close()
            raise
        except (OSError, ValueError, KeyError, TypeError) as error:
            # Also when the pruner, just before, held the lock and has removed the rest.
            self._lock.close()
            raise NotReady(f"the index at {folder} is damaged: {error}; publish again") from error

    def _refuse_another(self, embedder: str) -> None:
        made = self.manifest["embedder"]
        if embedder and made != embedder:
            raise NotReady(
                f"index version {self.manifest['version']} was made by the embedder {made}, and the setting "
                f"'embedder' gives {embedder}; start with the other setting, or publish with this one"
            )

    def _read(self, folder: Path, tombstones: frozenset[str]) -> None:
        self.version = int(self.manifest["version"])
        articles = read_rows(folder / "articles.jsonl", article_from)
        self._articles = {article.key: article for article in articles if article.key not in tombstones}
        self._translations: dict[str, list[Article]] = {}
        for article in self._articles.values():
            self._translations.setdefault(article.id, []).append(article)
        self.chunks: Sequence[Chunk] = read_rows(folder / "chunks.jsonl", chunk_from)
        # Still on disk until looked at; a plain array over it, since each slice of a memmap costs its class's overhead.
        self._vectors: Vectors = np.load(folder / "vectors.npy", mmap_mode="r").view(np.ndarray)
        self._alive = np.array([chunk.article_key in self._articles for chunk in self.chunks], dtype=bool)
        self._buried = int((~self._alive).sum())
        self._views = np.array([chunk.view for chunk in self.chunks], dtype=np.str_)
        self._rows: dict[str, range] = {}
        for key, together in groupby(range(len(self.chunks)), lambda row: self.chunks[row].article_key):
            if key in self._articles:
                first, *more = together
                self._rows[key] = range(first, first + 1 + len(more))
        self._readable = {
            audience: sum(len(rows) for key, rows in self._rows.items() if audience.reads(self._articles[key].audience))
            for audience in Audience
        }
        self._shares: dict[str, float] = {}
        self.background = _background(folder / BACKGROUND)
        self._chroma = ChromaVectors(folder / "chroma")
        spoken = Counter(article.locale.split("-")[0] for article in self._articles.values())
        self.main_language = min(spoken, key=lambda language: (-spoken[language], language), default="en")
        self._keywords = self._keyword_indices()

    def _keyword_indices(self) -> dict[Audience, tuple[KeywordIndex, Rows]]:
        """One index for audiences that read the same, and each text read but once."""
        written: dict[int, list[str]] = {}
        written_for: dict[int, Audience] = {}
        for row, chunk in enumerate(self.chunks):
            if chunk.view == "text" and self._alive[row]:
                article = self._articles[chunk.article_key]
                written[row] = terms(f"{chunk.embedded_text(article)}\n{' '.join(article.keywords)}")
                written_for[row] = article.audience
        made: dict[tuple[int, ...], tuple[KeywordIndex, Rows]] = {}
        found = {}
        for audience in Audience:
            rows = tuple(row for row, of in written_for.items() if audience.reads(of))
            if rows not in made:
                made[rows] = KeywordIndex([written[row] for row in rows]), np.array(rows, dtype=np.int64)
            found[audience] = made[rows]
        return found

    @property
    def articles(self) -> Iterable[Article]:
        return self._articles.values()

    def article(self, key: str) -> Article:
        return self._articles[key]

    def translations(self, article_id: str) -> Sequence[Article]:
        return self._translations.get(article_id, [])

    def nearest(self, vector: Vectors, audience: Audience, count: int) -> Rows:
        if len(vector) != self._vectors.shape[1]:
            raise NotReady(
                f"index version {self.version} holds vectors of {self._vectors.shape[1]} numbers, and the embedder "
                f"gives {len(vector)}; publish again"
            )
        available = self._readable[audience]
        if not available:
            return np.empty(0, dtype=np.int64)
        found = np.array(self._chroma.nearest(vector, audience, min(count, available) + self._buried), dtype=np.int64)
        alive: Rows = found[self._alive[found]][:count]
        return alive

    def rows_of(self, key: str) -> range:
        return self._rows[key]

    def share_in(self, language: str) -> float:
        if language not in self._shares:
            ids = {article.id for article in self._articles.values() if article.locale.startswith(language)}
            self._shares[language] = len(ids) / max(1, len(self._translations))
        return self._shares[language]

    def dense(self, vector: Vectors, rows: Rows) -> Vectors:
        scores: Vectors = self._vectors[rows] @ vector
        return scores

    def looks(self, vector: Vectors, keys: Sequence[str]) -> Looks:
        ranges = [self._rows[key] for key in keys]
        rows = np.concatenate([np.arange(each.start, each.stop) for each in ranges])
        # One product an article: the last bits of a larger one would depend on who else is in it.
        cosine = np.concatenate([self._vectors[each.start : each.stop] @ vector for each in ranges])
        owner = np.repeat(np.arange(len(keys)), [len(each) for each in ranges])
        return Looks(rows, owner, self._views[rows], cosine.astype(np.float64))

    def keywords(self, audience: Audience) -> tuple[KeywordIndex, Rows]:
        return self._keywords[audience]

    def close(self) -> None:
        self._chroma.close()
        self._lock.close()
