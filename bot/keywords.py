"""Keyword search: BM25 over words, or over pairs of characters where a script has no spaces.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009); the pairs for Chinese follow
the usual practice of search engines' CJK analysers.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

K1, B = 1.2, 0.75
_RANGES = r"\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af"
_CJK = re.compile(rf"[{_RANGES}]")
_TOKEN = re.compile(rf"[{_RANGES}]+|[^\W_{_RANGES}]+(?:['’][^\W_{_RANGES}]+)?")


def terms(text: str) -> list[str]:
    """Words folded in case, accent and plural; Chinese, Japanese and Korean runs as overlapping pairs."""
    out: list[str] = []
    for token in _TOKEN.findall(unicodedata.normalize("NFKC", text)):
        if _CJK.match(token):
            out += [token[i : i + 2] for i in range(len(token) - 1)] or [token]
        else:
            out.append(_fold(token))
    return out


@lru_cache(maxsize=1 << 16)
def _fold(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.casefold())
    word = "".join(char for char in decomposed if not unicodedata.combining(char))
    word = re.sub(r"['’]\w*$", "", word)
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


class KeywordIndex:
    """An inverted index in memory over a fixed list of documents, each given as its terms."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        postings: dict[str, tuple[list[int], list[int]]] = {}
        lengths = np.zeros(len(documents), dtype=np.float32)
        for number, words in enumerate(documents):
            lengths[number] = len(words)
            for term, count in Counter(words).items():
                rows, counts = postings.setdefault(term, ([], []))
                rows.append(number)
                counts.append(count)
        self._size = len(documents)
        mean = float(lengths.mean()) if self._size else 0.0
        norm = K1 * (1 - B + B * lengths / (mean or 1.0))
        self._postings: dict[str, tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]] = {}
        for term, (rows, counts) in postings.items():
            at = np.asarray(rows, dtype=np.int32)
            frequency = np.asarray(counts, dtype=np.float32)
            weight = self._idf(len(rows)) * frequency * (K1 + 1) / (frequency + norm[at])
            self._postings[term] = (at, weight.astype(np.float32))

    def _idf(self, document_frequency: int) -> float:
        return float(np.log(1 + (self._size - document_frequency + 0.5) / (document_frequency + 0.5)))

    def idf(self, term: str) -> float:
        """How telling a term is; a term that no document has gets the most."""
        found = self._postings.get(term)
        return self._idf(len(found[0]) if found else 0)

    def knows(self, term: str) -> bool:
        return term in self._postings

    def scores(self, question_terms: Iterable[str]) -> npt.NDArray[np.float32]:
        """BM25 of every document, shape (documents,); 0 where no term occurs."""
        out = np.zeros(self._size, dtype=np.float32)
        for term in dict.fromkeys(question_terms):  # in their order: float sums must not depend on the hash seed
            if found := self._postings.get(term):
                rows, weights = found
                out[rows] += weights
        return out
