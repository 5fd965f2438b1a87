"""A publish in a process of its own, which somebody will kill."""

import os
import signal
from pathlib import Path

from ingestion.corpus import Corpus
from ingestion.draft import Draft
from ingestion.publishing import Publisher
from storage.engine import open_engine
from storage.publications import SqlPublications
from tests.ingestion.corpora import HashEmbedder, article


def book(edition: int) -> Corpus:
    """Forty articles, all of which say which edition they are of."""
    return Corpus(tuple(article(f"a{n}", f"Article {n} of edition {edition}.") for n in range(40)))


class GateThatKills:
    """Ends the process when the version is complete and not live yet."""

    def check(self, draft: Draft) -> tuple[str, ...]:
        os.kill(os.getpid(), signal.SIGKILL)
        return ()


def publish(folder: Path, url: str, edition: int, dies_at: str = "") -> None:
    def progress(done: int, every: int) -> None:
        if dies_at == "embedding" and done == every // 2:
            os.kill(os.getpid(), signal.SIGKILL)

    gates = [GateThatKills()] if dies_at == "gate" else []
    publisher = Publisher(folder, SqlPublications(open_engine(url)), HashEmbedder())
    publisher.publish(book(edition), gates=gates, progress=progress)
