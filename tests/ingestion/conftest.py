"""A publisher on a real Chroma and a real SQLite, with an embedder that is ready at once."""

from pathlib import Path

import pytest

from ingestion.ports import Publications
from ingestion.publishing import Publisher
from tests.ingestion.corpora import HashEmbedder


@pytest.fixture
def publisher(tmp_path: Path, publications: Publications) -> Publisher:
    return Publisher(tmp_path, publications, HashEmbedder())
