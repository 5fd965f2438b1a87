"""The vectors of passages that were embedded before, so that the same corpus is published again within seconds."""

import hashlib
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.ports import Embedder, Vectors


class RememberingEmbedder:
    """An embedder that looks a passage up in a file first; the file holds digests and vectors, no text.

    The vectors are those the embedder gave, bit by bit. `keep` writes what this one was asked for and nothing else.
    """

    def __init__(self, embedder: Embedder, file: Path) -> None:
        self._embedder, self._file = embedder, file
        self.name, self.dimensions, self.max_tokens = embedder.name, embedder.dimensions, embedder.max_tokens
        self.count_tokens, self.embed_questions = embedder.count_tokens, embedder.embed_questions
        self._known = _read(file, self.dimensions)
        self._asked: dict[str, Vectors] = {}

    def embed_passages(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        return np.array([self._one(*each) for each in zip(texts, languages, strict=True)], dtype=np.float32)

    def keep(self) -> None:
        """Write the file where something in it changed; it appears whole or not at all."""
        if self._asked.keys() == self._known.keys():
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._file.with_suffix(".unfinished.npz")
        np.savez(unfinished, keys=np.array(list(self._asked)), vectors=np.array(list(self._asked.values())))
        unfinished.replace(self._file)

    def _one(self, text: str, language: str) -> Vectors:
        key = hashlib.sha256(f"{self.name}\0{language}\0{text}".encode()).hexdigest()
        vector = self._known.get(key)
        if vector is None:
            vector = self._embedder.embed_passages([text], [language])[0]
        self._asked[key] = vector
        return vector


def _read(file: Path, dimensions: int) -> dict[str, Vectors]:
    """What the file holds; nothing where it is missing, damaged or of another embedder."""
    try:
        with file.open("rb") as stream, np.load(stream) as held:
            keys, vectors = held["keys"].tolist(), held["vectors"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}
    return dict(zip(keys, vectors, strict=True)) if vectors.shape == (len(keys), dimensions) else {}
