"""What a message is for: a question, small talk, a wish for a person, a topic that only a person may settle.

The support team's file of examples (`intents.yaml`) is learned anew whenever it changes: kernel ridge regression, one
output a topic, over the sum of two kernels, the cosine of multilingual sentence vectors and that of character
n-grams (Rifkin, Yeo and Poggio, "Regularized Least-Squares Classification", 2003). A few thousand examples take
about a second; a message takes one matrix product.
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
Encode = Callable[[Sequence[str]], Vectors]
RIDGE = 0.3
NGRAM_SHARE = 0.5
BUCKETS = 1 << 13
ORDINARY = "ordinary"


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
    """The topic of a message and how far it leads over being an ordinary question (0 = as likely)."""

    topic: Topic
    lead: float


def read_topics(file: Path) -> list[Topic]:
    """The intent file's topics; BadInput names the entry that cannot be used."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
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
    examples = [str(text) for texts in (entry.get("examples") or {}).values() for text in texts]
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
    """Recognises topics. Both kernels are linear, so what was learned is one weight a feature and topic."""

    topics: tuple[Topic, ...]
    by_vector: Vectors
    by_gram: Vectors
    encode: Encode

    def scores(self, texts: Sequence[str]) -> Vectors:
        """Shape (texts, topics); about 1 for the topic of a message, about 0 for the others."""
        scores: Vectors = self.encode(texts) @ self.by_vector + _grams(texts) @ self.by_gram
        return scores

    def recognise(self, text: str) -> Intent:
        scores = self.scores([text])[0]
        best = int(scores.argmax())
        ordinary = next(n for n, topic in enumerate(self.topics) if topic.key == ORDINARY)
        return Intent(self.topics[best], float(scores[best] - scores[ordinary]))


def train(topics: Sequence[Topic], encode: Encode) -> Intents:
    """Fit the examples; topics with few examples weigh as much as the large ones."""
    texts = [text for topic in topics for text in topic.examples]
    labels = np.array([number for number, topic in enumerate(topics) for _ in topic.examples])
    vectors, grams = encode(texts), _grams(texts)
    targets = (labels[:, None] == np.arange(len(topics))).astype(np.float64)
    rarity = 1.0 / np.sqrt(targets.mean(axis=0)[labels])
    kernel = (vectors @ vectors.T + NGRAM_SHARE * (grams @ grams.T)).astype(np.float64)
    alpha = np.linalg.solve(kernel + RIDGE * np.diag(rarity.mean() / rarity), targets).astype(np.float32)
    return Intents(tuple(topics), vectors.T @ alpha, np.float32(NGRAM_SHARE) * (grams.T @ alpha), encode)


def load(file: Path, encode: Encode, encoder_name: str, cache: Path) -> Intents:
    """Train on the intent file, or take what was learned from the same file before."""
    topics = read_topics(file)
    recipe = f"{encoder_name}|{RIDGE}|{NGRAM_SHARE}|{BUCKETS}|".encode()
    digest = hashlib.sha256(recipe + file.read_bytes()).hexdigest()[:20]
    learned = cache / f"intents-{digest}.npz"
    if learned.is_file():
        with np.load(learned) as stored:
            return Intents(tuple(topics), stored["by_vector"], stored["by_gram"], encode)
    intents = train(topics, encode)
    buffer = io.BytesIO()
    np.savez(buffer, by_vector=intents.by_vector, by_gram=intents.by_gram)
    write_atomically(learned, buffer.getvalue())
    return intents


def _grams(texts: Sequence[str]) -> Vectors:
    """Hashed word and character n-grams, unit length: they see typos and set phrases that vectors blur."""
    out = np.zeros((len(texts), BUCKETS), dtype=np.float32)
    for row, text in enumerate(texts):
        for gram, count in Counter(_pieces(text)).items():
            out[row, zlib.crc32(gram.encode()) % BUCKETS] += 1.0 + np.log(count)
        out[row] /= np.linalg.norm(out[row]) or 1.0
    return out


def _pieces(text: str) -> list[str]:
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())[:80]
    joined = f" {' '.join(words)} "
    pairs = [f"{left} {right}" for left, right in pairwise(words)]
    return words + pairs + [joined[i : i + 4] for i in range(max(0, len(joined) - 3))]
