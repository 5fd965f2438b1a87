"""Chroma as the vector store of one index version: a directory of its own, a collection per audience."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")

import chromadb
from chromadb.api.client import Client
from chromadb.api.collection_configuration import CreateCollectionConfiguration, CreateHNSWConfiguration
from chromadb.config import Settings
from chromadb.errors import ChromaError

from bot.errors import NotReady
from bot.models import Audience
from bot.ports import Vectors

_HNSW = CreateHNSWConfiguration(space="cosine", ef_search=200, ef_construction=200, max_neighbors=32, sync_threshold=2)
"""With its own threshold, Chroma would put the last thousand rows into the graph anew each time that it is opened: that
takes time and comes out differently."""
_BATCH = 2000


def _open(folder: Path) -> Client:
    client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
    assert isinstance(client, Client)
    return client


def write_vectors(folder: Path, rows: Mapping[Audience, Sequence[int]], vectors: Vectors) -> None:
    """Make one collection per audience, holding `vectors[rows]` under the row numbers, and close it. An audience that
    reads the same as the one before it has none of its own.

    The text stays out of Chroma: the version keeps it in files that go whole when the version goes.
    """
    client = _open(folder)
    try:
        before: Sequence[int] | None = None
        for audience, members in rows.items():
            if members == before:
                continue
            before = members
            collection = client.create_collection(
                audience.value, embedding_function=None, configuration=CreateCollectionConfiguration(hnsw=_HNSW)
            )
            for start in range(0, len(members), _BATCH):
                batch = list(members[start : start + _BATCH])
                collection.add(ids=[str(row) for row in batch], embeddings=vectors[batch])
    finally:
        client.close()


class ChromaVectors:
    """The collections of one version, open for queries; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise NotReady(f"the index at {folder} is not there; publish again with 'firstline index'")
        self._client = _open(folder)
        try:
            there = {each.name for each in self._client.list_collections()}
            name = Audience.LEARNER.value
            self._collections = {}
            for audience in Audience:
                name = audience.value if audience.value in there else name
                self._collections[audience] = self._client.get_collection(name, embedding_function=None)
        except (ChromaError, ValueError) as error:
            self._client.close()
            raise NotReady(f"the index at {folder} is damaged: {error}; publish again") from error

    def nearest(self, vector: Vectors, audience: Audience, count: int) -> list[int]:
        """Row numbers of the nearest vectors, best first; fewer than `count` in a small collection."""
        try:
            found = self._collections[audience].query(query_embeddings=vector[None, :], n_results=count, include=[])
        except ChromaError as error:
            raise NotReady(f"the vector store did not answer: {error}") from error
        return [int(row) for row in found["ids"][0]]

    def close(self) -> None:
        self._client.close()
