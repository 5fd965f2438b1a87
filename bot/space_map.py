"""A linear map from the multilingual model's space into the English model's, learned from English text alone.

The multilingual model knows that a Spanish and an English sentence mean the same, the English one knows better what
answers a question. English text has a vector in both, so that the way from one to the other can be learned there
(ridge regression, see evals/training/mapping) and be walked by any language.
"""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np

from bot.ports import Vectors

FILE = "space_map.npz"


@dataclass(frozen=True, slots=True)
class SpaceMap:
    """`unit(vector @ matrix + offset)`; shapes (from, to) and (to,)."""

    matrix: Vectors
    offset: Vectors

    def walk(self, vectors: Vectors) -> Vectors:
        """Unit vectors of shape (n, from) as unit vectors of shape (n, to)."""
        mapped = vectors @ self.matrix + self.offset
        out: Vectors = mapped / np.linalg.norm(mapped, axis=1, keepdims=True)
        return out

    def save(self, file: Path) -> None:
        """In half precision, which is how it ships."""
        np.savez(file, matrix=self.matrix.astype(np.float16), offset=self.offset.astype(np.float16))


def load_space_map() -> SpaceMap:
    with files("bot").joinpath(FILE).open("rb") as file, np.load(file) as held:
        return SpaceMap(held["matrix"].astype(np.float32), held["offset"].astype(np.float32))
