"""LlamaIndex: a VectorStoreIndex over Documents with its default splitter, as its starter example (local models)."""

from collections.abc import Sequence
from typing import Any

from llama_index.core import Document, VectorStoreIndex
from llama_index.core.embeddings import BaseEmbedding
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from pydantic import PrivateAttr

from bot.adapters.minilm import MiniLM
from evals.bench.peers.driver import TOP, Item, run


class Onnx(BaseEmbedding):
    _model: Any = PrivateAttr()

    def __init__(self, model: MiniLM) -> None:
        super().__init__()
        self._model = model

    def _get_text_embedding(self, text: str) -> list[float]:
        return [float(value) for value in self._model.embed([text])[0]]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


class Starter:
    def __init__(self, folder: str, onnx: MiniLM | None) -> None:
        self._embedding = Onnx(onnx) if onnx else HuggingFaceEmbedding(model_name=folder)
        self._index = VectorStoreIndex([], embed_model=self._embedding)

    def add(self, items: Sequence[Item]) -> None:
        for item in items:
            self._index.insert(Document(text=f"{item.title}\n\n{item.text}", metadata={"article": item.id}))
        # A retriever remembers which nodes there were when it was made.
        self._retriever = self._index.as_retriever(similarity_top_k=TOP)

    def search(self, text: str) -> list[str]:
        return [found.node.metadata["article"] for found in self._retriever.retrieve(text)]


if __name__ == "__main__":
    run(Starter)
