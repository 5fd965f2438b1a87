"""What the bot needs from outside, in its own words. A port exists where two real implementations do."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bot.background import Background
from bot.keywords import KeywordIndex
from bot.models import Article, Audience, Chunk

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


class Embedder(Protocol):
    """Turns text into vectors of `dimensions` float32 whose dot product is nearness in [-1, 1].

    `name` changes whenever the vectors would: a change of name is a new index version.
    """

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    @property
    def max_tokens(self) -> int:
        """The most tokens of a passage that reach its vector."""
        ...

    def count_tokens(self, text: str) -> int:
        """Tokens of `text` by the model's own tokenizer, special tokens included."""
        ...

    def embed_passages(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimensions). The caller keeps every text within `max_tokens`."""
        ...

    def embed_questions(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimensions). Too long a question keeps its beginning and its end.

        The vector of a question does not depend on the others it is embedded with.
        """
        ...


class Reranker(Protocol):
    """Looks at the best passages once more, each together with the question."""

    def fit(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """How well each text fits the question, higher is better, on whatever scale; in the order of the texts."""
        ...


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a language model is told: how to behave, and the question with the passages as data."""

    system: str
    user: str


class Generator(Protocol):
    """Writes text; the caller checks each sentence before it is shown."""

    @property
    def name(self) -> str: ...

    def write(self, prompt: Prompt) -> Iterator[str]:
        """Yields pieces of text as they come. Raises GeneratorUnavailable for anything that goes wrong outside:
        no connection, a time-out, a refusal, a broken stream, an empty reply."""
        ...


@dataclass(frozen=True, slots=True)
class Looks:
    """How near one question is to every row of some articles, article after article; all four of one length."""

    rows: Rows
    owner: Rows
    """The place of the row's article among those that were asked for."""
    view: npt.NDArray[np.str_]
    """`text`, `label` or `name`, as in `Chunk.view`."""
    cosine: npt.NDArray[np.float64]


class Library(Protocol):
    """One published index version, open for reading; it never changes while it is held.

    Articles on the tombstone list are not in it. Rows are positions in `chunks`.
    """

    @property
    def version(self) -> int: ...

    @property
    def chunks(self) -> Sequence[Chunk]: ...

    @property
    def articles(self) -> Iterable[Article]: ...

    @property
    def background(self) -> Background:
        """What scores mean here; the defaults where that was not learned."""
        ...

    def article(self, key: str) -> Article:
        """By `<locale>/<id>`; KeyError where this version has none."""
        ...

    def translations(self, article_id: str) -> Sequence[Article]:
        """Every language version of an article."""
        ...

    def nearest(self, vector: Vectors, audience: Audience, count: int) -> Rows:
        """Rows of the `count` chunks nearest to one question vector that this audience may read, in any order."""
        ...

    @property
    def main_language(self) -> str:
        """The language that most articles exist in, `en` where there are none."""
        ...

    def share_in(self, language: str) -> float:
        """The share of the articles that exist in this language, 0 to 1."""
        ...

    def dense(self, vector: Vectors, rows: Rows) -> Vectors:
        """The dot product of one question vector with these rows."""
        ...

    def looks(self, vector: Vectors, keys: Sequence[str]) -> Looks:
        """All rows of these articles, their chunks and their names. What an article gets does not depend on the
        others."""
        ...

    def keywords(self, audience: Audience) -> tuple[KeywordIndex, Rows]:
        """The keyword index over what this audience may read, and the row of each of its documents."""
        ...
