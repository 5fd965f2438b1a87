"""What a message is for: a question, small talk, a wish for a person, a topic that only a person may settle.

The support team's file of examples (`intents.yaml`) is learned anew whenever it changes: kernel ridge regression, one
output a topic (Rifkin, Yeo and Poggio, "Regularized Least-Squares Classification", 2003). The kernel is a sum: how
near two messages are as sentence vectors, by each encoder, and how many words and runs of characters they share.
"""

import hashlib
import io
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml

from bot.errors import BadInput
from bot.files import write_atomically
from bot.models import Department, Priority
from bot.ports import Vectors

Action = Literal["handoff", "chat", "not_helped", "question"]
Encode = Callable[[Sequence[str]], tuple[Vectors, ...]]
"""Texts to unit vectors, one array an encoder; a row of zeros where an encoder does not know the language."""

RIDGE = 0.5
SHARPNESS = 3.0
"""How fast two messages stop being alike as their cosine falls: exp(SHARPNESS * (cosine - 1))."""
FURTHER_SHARE = 0.7
"""What the second and further encoders count beside the first."""
NGRAM_SHARE = 0.5
BUCKETS = 1 << 12
ORDINARY = "ordinary"
LEAD = 0.1
"""How far a handoff's topic must be ahead of everything else before nobody asks the help center."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One entry of the intent file."""

    key: str
    action: Action
    department: Department
    priority: Priority
    category: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Intent:
    """The topic of a message and how far it leads over the next one that asks for something else."""

    topic: Topic
    lead: float


def read_topics(file: Path) -> list[Topic]:
    """The intent file's topics; BadInput names the entry that cannot be used."""
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"{file}: the intent file cannot be read: {error}") from error
    entries = content.get("topics") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise BadInput(f"{file}: the intent file needs a list 'topics'")
    topics = [_topic(file, number, entry) for number, entry in enumerate(entries, start=1)]
    keys = [topic.key for topic in topics]
    if len(set(keys)) < len(keys):
        raise BadInput(f"{file}: the topic '{Counter(keys).most_common(1)[0][0]}' stands twice")
    if ORDINARY not in keys:
        raise BadInput(f"{file}: the topic '{ORDINARY}' is missing; without it everything looks like a handoff")
    return topics


def _topic(file: Path, number: int, entry: Any) -> Topic:
    if not isinstance(entry, dict) or not entry.get("key"):
        raise BadInput(f"{file}: topic {number} lacks 'key'")
    key = str(entry["key"])
    by_language = entry.get("examples")
    if not isinstance(by_language, dict) or not all(isinstance(texts, list) for texts in by_language.values()):
        raise BadInput(f"{file}: topic '{key}': 'examples' must hold a list of messages for each language")
    examples = [str(text) for texts in by_language.values() for text in texts]
    if not examples:
        raise BadInput(f"{file}: topic '{key}' has no examples")
    if entry.get("action") not in ("handoff", "chat", "not_helped", "question"):
        raise BadInput(f"{file}: topic '{key}': action must be handoff, chat, not_helped or question")
    try:
        department = Department(entry.get("department", Department.LEARNER_SUPPORT))
        priority = Priority(entry.get("priority", Priority.MEDIUM))
    except ValueError as error:
        raise BadInput(f"{file}: topic '{key}': {error}") from error
    return Topic(key, entry["action"], department, priority, str(entry.get("category", key)), tuple(examples))


@dataclass(frozen=True, slots=True)
class Intents:
    """Recognises topics: what every example says for every topic, by nearness, and every n-gram's weight."""

    topics: tuple[Topic, ...]
    examples: tuple[Vectors, ...]
    alpha: Vectors
    gram_weights: Vectors
    encode: Encode

    def scores(self, texts: Sequence[str]) -> Vectors:
        """Shape (texts, topics); about 1 for the topic of a message, about 0 for the others."""
        near = _nearness(self.encode(texts), self.examples) @ self.alpha
        scores: Vectors = near + _grams(texts) @ self.gram_weights
        return scores

    def recognise(self, text: str) -> Intent:
        """The topic; a handoff only where it leads clearly, an ordinary question otherwise."""
        scores = self.scores([text])[0]
        best = int(scores.argmax())
        others = [score for score, topic in zip(scores, self.topics, strict=True) if topic.action != "handoff"]
        lead = float(scores[best] - max(others))
        if self.topics[best].action == "handoff" and lead < LEAD:
            best = next(number for number, topic in enumerate(self.topics) if topic.key == ORDINARY)
        return Intent(self.topics[best], lead)


def train(topics: Sequence[Topic], encode: Encode) -> Intents:
    """Fit the examples: (K + ridge) alpha = targets. The n-grams' kernel is linear, so what was learned from it is
    one weight an n-gram and topic; of the other, the examples themselves are kept."""
    texts = [text for topic in topics for text in topic.examples]
    labels = np.array([number for number, topic in enumerate(topics) for _ in topic.examples])
    targets = (labels[:, None] == np.arange(len(topics))).astype(np.float32)
    vectors, grams = encode(texts), _grams(texts)
    kernel = _nearness(vectors, vectors)
    kernel += np.float32(NGRAM_SHARE) * (grams @ grams.T)
    kernel[np.diag_indices_from(kernel)] += np.float32(RIDGE)
    alpha = np.linalg.solve(kernel, targets)
    return Intents(tuple(topics), vectors, alpha, np.float32(NGRAM_SHARE) * (grams.T @ alpha), encode)


def load(file: Path, encode: Encode, encoder_name: str, cache: Path) -> Intents:
    """Train on the intent file, or take what was learned from the same file before."""
    topics = read_topics(file)
    recipe = f"{encoder_name}|{RIDGE}|{SHARPNESS}|{FURTHER_SHARE}|{NGRAM_SHARE}|{BUCKETS}|3|".encode()
    digest = hashlib.sha256(recipe + file.read_bytes()).hexdigest()[:20]
    learned = cache / f"intents-{digest}.npz"
    if not learned.is_file():
        intents = train(topics, encode)
        for outdated in cache.glob("intents-*.npz"):
            outdated.unlink(missing_ok=True)
        write_atomically(learned, _packed(intents))
        return intents
    with np.load(learned) as stored:
        examples = tuple(stored[name] for name in sorted(stored.files) if name.startswith("examples"))
        return Intents(tuple(topics), examples, stored["alpha"], stored["gram_weights"], encode)


def _packed(intents: Intents) -> bytes:
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {f"examples{number}": array for number, array in enumerate(intents.examples)}
    np.savez(buffer, alpha=intents.alpha, gram_weights=intents.gram_weights, **arrays)
    return buffer.getvalue()


def _nearness(these: tuple[Vectors, ...], those: tuple[Vectors, ...]) -> Vectors:
    """Likeness by every encoder that knows both messages' languages, shape (these, those)."""
    total = np.zeros((len(these[0]), len(those[0])), dtype=np.float32)
    for number, (mine, theirs) in enumerate(zip(these, those, strict=True)):
        if not mine.any():
            continue
        alike = np.exp(np.float32(SHARPNESS) * (mine @ theirs.T - 1))
        alike *= np.outer(mine.any(axis=1), theirs.any(axis=1))
        total += alike * np.float32(FURTHER_SHARE if number else 1.0)
    return total


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
