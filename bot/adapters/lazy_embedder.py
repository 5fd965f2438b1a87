"""An embedder whose models are loaded when they are first needed."""

from collections.abc import Callable, Sequence
from functools import cached_property

from bot.ports import Embedder, Vectors


class LazyEmbedder:
    """Knows its name from the start, so that a publish without changes loads nothing."""

    def __init__(self, name: str, load: Callable[[], Embedder]) -> None:
        self.name = name
        self._load = load

    @cached_property
    def _embedder(self) -> Embedder:
        embedder = self._load()
        assert embedder.name == self.name, embedder.name
        return embedder

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    @property
    def max_tokens(self) -> int:
        return self._embedder.max_tokens

    def count_tokens(self, text: str) -> int:
        return self._embedder.count_tokens(text)

    def embed_passages(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        return self._embedder.embed_passages(texts, languages)

    def embed_questions(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        return self._embedder.embed_questions(texts, languages)
