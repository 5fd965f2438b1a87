"""LangChain: as its tutorial "Build a semantic search engine" does it, with a vector store in memory."""

from collections.abc import Sequence

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from bot.adapters.minilm import MiniLM
from evals.bench.peers.driver import TOP, Item, run


class Onnx(Embeddings):
    def __init__(self, model: MiniLM) -> None:
        self._model = model

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(value) for value in vector] for vector in self._model.embed(texts)]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


class Tutorial:
    def __init__(self, folder: str, onnx: MiniLM | None) -> None:
        self._store = InMemoryVectorStore(Onnx(onnx) if onnx else HuggingFaceEmbeddings(model_name=folder))
        self._splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)

    def add(self, items: Sequence[Item]) -> None:
        documents = [Document(f"{item.title}\n\n{item.text}", metadata={"article": item.id}) for item in items]
        self._store.add_documents(self._splitter.split_documents(documents))

    def search(self, text: str) -> list[str]:
        return [found.metadata["article"] for found in self._store.similarity_search(text, k=TOP)]


if __name__ == "__main__":
    run(Tutorial)
