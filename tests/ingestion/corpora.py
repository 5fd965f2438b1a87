"""Small help centers, made on the spot."""

import re
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.adapters.snapshot import Snapshot
from bot.models import Article, Audience
from bot.ports import Vectors
from ingestion.corpus import Corpus
from ingestion.markdown import markdown_sections
from ingestion.ports import Publications
from ingestion.publishing import Publisher

TEXTS = {
    "refund": "You can return a course within 14 days of the purchase.",
    "certificate": "A certificate is issued 48 hours after you pass the course.",
    "subtitles": "Select **Subtitles** in the player and choose a language.",
    "forum": "Report a post and a moderator looks at it within a day.",
    "teams": "A team has five seats or more, and one invoice.",
    "grades": "Your grade is the mean of all assignments.",
}
FOLDED = re.compile(r"\s+")


def article(
    article_id: str,
    text: str = "Some words.",
    *,
    locale: str = "en",
    audience: Audience = Audience.LEARNER,
    collection: str = "general",
    title: str | None = None,
    keywords: tuple[str, ...] = (),
) -> Article:
    sections = markdown_sections(text)
    title = article_id.capitalize() if title is None else title
    return Article(article_id, title, locale, collection, audience, "", sections, keywords)


def corpus(*left_out: str, **changed: str) -> Corpus:
    """The small help center of TEXTS, less some of its articles, with others changed or added."""
    texts = {key: text for key, text in {**TEXTS, **changed}.items() if key not in left_out}
    return Corpus(tuple(article(key, text) for key, text in texts.items()))


def folded(text: str) -> str:
    """With white space folded, as quotes are compared."""
    return FOLDED.sub(" ", text).strip()


def opened(publisher: Publisher, publications: Publications) -> Snapshot:
    """The live version, as a server would open it."""
    live = publications.live()
    assert live is not None
    return Snapshot(publisher.folder / "versions" / str(live), publications.tombstones())


def shown(publisher: Publisher, publications: Publications) -> dict[str, str]:
    """What the live version shows, text by article id; read whole, so that a damaged version fails."""
    snapshot = opened(publisher, publications)
    texts = {each.id: each.text for each in snapshot.articles}
    for audience in Audience:
        nearest = snapshot.nearest(np.ones(snapshot.manifest["dimensions"], dtype=np.float32), audience, 100)
        readable = [each for each in snapshot.articles if audience.reads(each.audience)]
        assert len(nearest) == sum(len(snapshot.rows_of(each.key)) for each in readable)
    snapshot.close()
    return texts


def version_folders(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "versions").glob("*"))


class HashEmbedder:
    """Words hashed into unit vectors: an embedder that is ready at once, for processes that will be killed."""

    name = "hash/1"
    dimensions = 32
    max_tokens = 64

    def count_tokens(self, text: str) -> int:
        return len(text.split()) + 2

    def embed_passages(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        out = np.full((len(texts), self.dimensions), 0.01, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.split():
                out[row, zlib.crc32(word.encode()) % self.dimensions] += 1
            out[row] /= np.linalg.norm(out[row])
        return out

    embed_questions = embed_passages


class Renamed(HashEmbedder):
    """The same words, other vectors: as when a model is replaced."""

    name = "hash/2"
    dimensions = 48
