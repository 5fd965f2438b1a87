"""What a message is for: a question, small talk, a wish for a person, a topic that only a person may settle.

The support team's examples are learned anew whenever their file changes: kernel ridge regression, one output a topic
(Rifkin, Yeo and Poggio, "Regularized Least-Squares Classification", 2003). The kernel is a sum: how near two messages
are as sentence vectors, by each encoder, and how many words and runs of characters they share. The vectors are kept
along their main axes alone, which costs a fraction and recognises as well.

How far a handoff must be ahead is learned too: so far that of the ordinary examples of a language, each judged by what
was learned from all the others, only FALSE_ALARMS would be handed over. Leaving one out needs no new fit (Rifkin and
Lippert, "Notes on Regularized Least Squares", 2007).
"""

import hashlib
import io
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from bot.files import write_atomically
from bot.ports import Vectors
from bot.topics import ORDINARY, Action, Topic, read_topics

Encode = Callable[[Sequence[str]], tuple[Vectors, ...]]
"""Texts to unit vectors, one array an encoder; a row of zeros where an encoder does not know the language."""

RIDGE = 0.5
SHARPNESS = 4.0
"""How fast two messages stop being alike as their cosine falls: exp(SHARPNESS * (cosine - 1))."""
AXES = 192
"""How many main axes of an encoder's vectors are kept."""
FURTHER_SHARE = 0.7
"""What the second and further encoders count beside the first."""
NGRAM_SHARE = 0.5
BUCKETS = 1 << 13
FALSE_ALARMS = 0.011
ENOUGH = 200
"""Ordinary examples of a language from which its lead is learned; with fewer it is LEAD."""
LEAD = 0.1
REMEMBERED = 512
KEPT = 4
"""So many files of what was learned stay, the newest: two help centers on one machine do not learn in turns."""


@dataclass(frozen=True, slots=True)
class Intent:
    """The topic of a message and how far it leads over the next one that asks for something else."""

    topic: Topic
    lead: float


@dataclass(frozen=True, slots=True)
class Encoder:
    """What is kept of one encoder's vectors: the axes, shape (dimensions, axes), the examples that it knows, along
    those axes, and what each of them says for every topic."""

    axes: Vectors
    examples: Vectors
    alpha: Vectors

    def says(self, vectors: Vectors) -> Vectors:
        """Shape (texts, topics)."""
        known = np.any(vectors, axis=1, keepdims=True)
        says: Vectors = (_alike(_along(vectors, self.axes), self.examples) * known) @ self.alpha
        return says


@dataclass(frozen=True, slots=True)
class Intents:
    """Recognises topics: what every example says for every topic, by nearness, and every n-gram's weight."""

    topics: tuple[Topic, ...]
    encoders: tuple[Encoder, ...]
    gram_weights: Vectors
    leads: dict[str, float]
    """By language, how far a handoff's topic must be ahead before nobody asks the help center."""
    encode: Encode
    _recent: dict[str, Vectors] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The last texts' scores: a conversation's earlier messages are looked at again with each that follows."""

    def scores(self, texts: Sequence[str]) -> Vectors:
        """Shape (texts, topics); about 1 for the topic of a message, about 0 for the others."""
        scores = _grams(texts) @ self.gram_weights
        for encoder, vectors in zip(self.encoders, self.encode(texts), strict=True):
            if vectors.any():
                scores += encoder.says(vectors)
        return scores

    def recognise(self, text: str, language: str = "") -> Intent:
        """The topic; a handoff only where it leads clearly, an ordinary question otherwise."""
        scores = self._scores_of(text)
        best = int(scores.argmax())
        lead = float(_leads(scores[None], self.topics)[0])
        if self.topics[best].action == "handoff" and lead < self.leads.get(language, LEAD):
            best = next(number for number, topic in enumerate(self.topics) if topic.key == ORDINARY)
        return Intent(self.topics[best], lead)

    def declined(self, texts: Sequence[str]) -> list[float]:
        """How far, for each text, the best topic that the bot declines is ahead of everything else."""
        leads: list[float] = _leads(
            np.array([self._scores_of(text) for text in texts]), self.topics, "decline"
        ).tolist()
        return leads

    def _scores_of(self, text: str) -> Vectors:
        scores = self._recent.get(text)
        if scores is None:
            if len(self._recent) >= REMEMBERED:
                self._recent.clear()
            scores = self._recent[text] = self.scores([text])[0]
        return scores


def train(topics: Sequence[Topic], encode: Encode) -> Intents:
    """Fit the examples: (K + ridge) alpha = targets. The n-grams' kernel is linear, so what was learned from it is
    one weight an n-gram and topic; of the other, the examples themselves are kept."""
    texts = [text for topic in topics for _, text in topic.examples]
    labels = np.array([number for number, topic in enumerate(topics) for _ in topic.examples])
    languages = np.array([language for topic in topics for language, _ in topic.examples])
    targets = (labels[:, None] == np.arange(len(topics))).astype(np.float32)
    grams = _grams(texts)
    kernel = np.float32(NGRAM_SHARE) * (grams @ grams.T)
    kept = []
    for number, vectors in enumerate(encode(texts)):
        known = np.flatnonzero(vectors.any(axis=1))
        axes = _main_axes(vectors[known])
        examples = _along(vectors[known], axes)
        share = np.float32(FURTHER_SHARE if number else 1.0)
        kernel[np.ix_(known, known)] += share * _alike(examples, examples)
        kept.append((axes, examples, known, share))
    kernel[np.diag_indices_from(kernel)] += np.float32(RIDGE)
    alpha, diagonal = _solve(kernel, targets)
    left_out = targets - alpha / diagonal[:, None]
    return Intents(
        tuple(topics),
        tuple(Encoder(axes, examples, share * alpha[known]) for axes, examples, known, share in kept),
        np.float32(NGRAM_SHARE) * (grams.T @ alpha),
        _learned_leads(left_out, labels, languages, topics),
        encode,
    )


def load(file: Path, encode: Encode, encoder_name: str, cache: Path) -> Intents:
    """Train on the intent file, or take what was learned from the same file before."""
    topics = read_topics(file)
    recipe = f"{encoder_name}|{RIDGE}|{SHARPNESS}|{AXES}|{FURTHER_SHARE}|{NGRAM_SHARE}|{BUCKETS}|{FALSE_ALARMS}|4|"
    digest = hashlib.sha256(recipe.encode() + file.read_bytes()).hexdigest()[:20]
    learned = cache / f"intents-{digest}.npz"
    if not learned.is_file():
        intents = train(topics, encode)
        for outdated in sorted(cache.glob("intents-*.npz"), key=lambda each: each.stat().st_mtime)[: 1 - KEPT]:
            outdated.unlink(missing_ok=True)
        write_atomically(learned, _packed(intents))
        return intents
    with np.load(learned) as stored:
        count = sum(name.startswith("axes") for name in stored.files)
        encoders = [Encoder(*(stored[f"{part}{n}"] for part in ("axes", "examples", "alpha"))) for n in range(count)]
        leads = dict(zip(stored["languages"].tolist(), stored["leads"].tolist(), strict=True))
        return Intents(tuple(topics), tuple(encoders), stored["gram_weights"], leads, encode)


def _packed(intents: Intents) -> bytes:
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {"gram_weights": intents.gram_weights}
    arrays |= {"languages": np.array(list(intents.leads), dtype=str), "leads": np.array(list(intents.leads.values()))}
    for number, encoder in enumerate(intents.encoders):
        for part in ("axes", "examples", "alpha"):
            arrays[f"{part}{number}"] = getattr(encoder, part)
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def _learned_leads(left_out: Vectors, labels: Vectors, languages: Vectors, topics: Sequence[Topic]) -> dict[str, float]:
    """The lead that all but FALSE_ALARMS of a language's questions stay under; `left_out` holds each example's scores
    by what was learned from the others."""
    asks = np.array([topic.action == "question" for topic in topics])[labels]
    leads = _leads(left_out, topics)
    found = {}
    for language in sorted(set(languages.tolist())):
        ordinary = leads[asks & (languages == language)]
        if len(ordinary) >= ENOUGH:
            found[language] = float(np.quantile(ordinary, 1 - FALSE_ALARMS))
    return found


def _leads(scores: Vectors, topics: Sequence[Topic], action: Action = "handoff") -> Vectors:
    """How far the best topic of an action is ahead of everything else, for each row."""
    meant = np.array([topic.action == action for topic in topics])
    if not meant.any():
        return np.full(len(scores), -np.inf, dtype=np.float32)
    leads: Vectors = scores[:, meant].max(axis=1) - scores[:, ~meant].max(axis=1)
    return leads


def _main_axes(vectors: Vectors) -> Vectors:
    """The directions in which `vectors` differ most from nothing, shape (dimensions, at most AXES)."""
    _, axes = np.linalg.eigh(vectors.T @ vectors)
    return np.ascontiguousarray(axes[:, ::-1][:, :AXES])


def _along(vectors: Vectors, axes: Vectors) -> Vectors:
    """Unit vectors along the axes; zeros stay zeros."""
    turned = vectors @ axes
    length = np.sqrt((turned * turned).sum(axis=1, keepdims=True))
    unit: Vectors = turned / np.maximum(length, np.float32(1e-12))
    return unit


def _alike(these: Vectors, those: Vectors) -> Vectors:
    """Shape (these, those): 1 for the same direction, towards 0 as the cosine falls."""
    alike: Vectors = np.exp(np.float32(SHARPNESS) * (these @ those.T - 1))
    return alike


def _solve(kernel: Vectors, targets: Vectors) -> tuple[Vectors, Vectors]:
    """The solution of kernel @ x = targets, and the diagonal of the kernel's inverse, by Cholesky's L: the inverse is
    the transpose of L's inverse times L's inverse."""
    root: Vectors = np.linalg.cholesky(kernel)
    _invert_lower(root)
    diagonal: Vectors = np.einsum("ij,ij->j", root, root)
    return root.T @ (root @ targets), diagonal


def _invert_lower(root: Vectors) -> None:
    """Invert a lower triangular matrix in place, by halves: products of large blocks are what a processor does best."""
    size = len(root)
    if size <= 64:
        root[:] = np.linalg.inv(root)
        return
    half = size // 2
    upper, corner, lower = root[:half, :half], root[half:, :half], root[half:, half:]
    _invert_lower(upper)
    _invert_lower(lower)
    corner[:] = -(lower @ corner) @ upper


def _grams(texts: Sequence[str]) -> Vectors:
    """Hashed word and character n-grams, unit length: they see typos and set phrases that vectors blur."""
    out = np.zeros((len(texts), BUCKETS), dtype=np.float32)
    for row, text in enumerate(texts):
        for gram, count in Counter(_pieces(text)).items():
            out[row, zlib.crc32(gram.encode()) % BUCKETS] += 1.0 + np.log(count)
        out[row] /= np.linalg.norm(out[row]) or 1.0
    return out


def _pieces(text: str) -> list[str]:
    words = re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+", unicodedata.normalize("NFKC", text).casefold())[:120]
    joined = f" {' '.join(words)} "
    runs = [joined[i : i + 4] for i in range(max(0, len(joined) - 3))]
    triples = [" ".join(words[i : i + 3]) for i in range(len(words) - 2)]
    return words + [f"{left} {right}" for left, right in pairwise(words)] + triples + runs
