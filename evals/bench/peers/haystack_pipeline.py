"""Haystack: an indexing and a query pipeline over the document store in memory, as its first tutorial builds them."""

from collections.abc import Sequence

from haystack import Document, Pipeline, component
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore

from bot.adapters.minilm import MiniLM
from evals.bench.peers.driver import TOP, Item, run


@component
class OnnxDocuments:
    def __init__(self, model: MiniLM) -> None:
        self._model = model

    @component.output_types(documents=list[Document])
    def run(self, documents: list[Document]) -> dict[str, list[Document]]:
        for document in documents:
            document.embedding = self._model.embed([document.content or ""])[0].tolist()
        return {"documents": documents}


@component
class OnnxText:
    def __init__(self, model: MiniLM) -> None:
        self._model = model

    @component.output_types(embedding=list[float])
    def run(self, text: str) -> dict[str, list[float]]:
        return {"embedding": self._model.embed([text])[0].tolist()}


def _embedders(folder: str, onnx: MiniLM | None) -> tuple[object, object]:
    if onnx:
        return OnnxDocuments(onnx), OnnxText(onnx)
    from haystack.components.embedders import SentenceTransformersDocumentEmbedder, SentenceTransformersTextEmbedder

    return (
        SentenceTransformersDocumentEmbedder(model=folder, progress_bar=False),
        SentenceTransformersTextEmbedder(model=folder, progress_bar=False),
    )


class Tutorial:
    def __init__(self, folder: str, onnx: MiniLM | None) -> None:
        documents, text = _embedders(folder, onnx)
        store = InMemoryDocumentStore()
        self._indexing, self._query = Pipeline(), Pipeline()
        self._indexing.add_component("splitter", DocumentSplitter(split_by="word", split_length=200, split_overlap=20))
        self._indexing.add_component("embedder", documents)
        self._indexing.add_component("writer", DocumentWriter(store))
        self._indexing.connect("splitter", "embedder")
        self._indexing.connect("embedder", "writer")
        self._query.add_component("embedder", text)
        self._query.add_component("retriever", InMemoryEmbeddingRetriever(store, top_k=TOP))
        self._query.connect("embedder.embedding", "retriever.query_embedding")

    def add(self, items: Sequence[Item]) -> None:
        rows = [Document(content=f"{item.title}\n\n{item.text}", meta={"article": item.id}) for item in items]
        self._indexing.run({"splitter": {"documents": rows}})

    def search(self, text: str) -> list[str]:
        found = self._query.run({"embedder": {"text": text}})["retriever"]["documents"]
        return [document.meta["article"] for document in found]


if __name__ == "__main__":
    run(Tutorial)
