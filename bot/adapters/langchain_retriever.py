"""Firstline's retrieval as a LangChain retriever, for those who build chains of their own."""

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from bot.language import detect
from bot.models import Audience
from bot.retrieval import Retrieval
from bot.shelf import Shelf


class FirstlineRetriever(BaseRetriever):
    """Documents of the live index version, best first; what this audience may not read is never among them."""

    # Our own parts: pydantic is not to look inside them.
    shelf: Any
    retrieval: Any
    audience: Audience = Audience.LEARNER
    k: int = 4

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:  # noqa: ARG002
        shelf: Shelf = self.shelf
        retrieval: Retrieval = self.retrieval
        with shelf.library() as library:
            found = retrieval.search(library, query, detect(query), self.audience)
            return [
                Document(
                    page_content=passage.chunk.text,
                    metadata={
                        "article_id": passage.article.id,
                        "title": passage.article.title,
                        "url": passage.article.address,
                        "locale": passage.article.locale,
                        "score": passage.score,
                        "index_version": library.version,
                    },
                )
                for passage in found.passages[: self.k]
            ]
