"""Any sentence-transformers model in the embedder's place: a local folder or a hub name (extra `transformers`)."""

from collections.abc import Sequence

import numpy as np

from bot.errors import ModelUnavailable
from bot.ports import Vectors


class SentenceTransformersEmbedder:
    """Unit vectors, so that the dot product is the cosine. Models that want prompts for queries get them."""

    def __init__(self, model: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise ModelUnavailable(
                f"the embedder sentence-transformers:{model} needs an extra; install requirements/transformers.txt"
            ) from error
        try:
            self.model = SentenceTransformer(model, device="cpu")
        except (OSError, ValueError) as error:
            raise ModelUnavailable(f"the model '{model}' cannot be loaded: {error}") from error
        self.name = f"sentence-transformers:{model}"
        self.dimensions = int(self.model.get_embedding_dimension() or 0)
        self.max_tokens = int(self.model.get_max_seq_length() or 256)

    def count_tokens(self, text: str) -> int:
        return len(self.model.tokenizer(text, verbose=False)["input_ids"])

    def embed_passages(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:  # noqa: ARG002
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        return self._unit(self.model.encode_document(list(texts), show_progress_bar=False))

    def embed_questions(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:  # noqa: ARG002
        rows = [self._unit(self.model.encode_query([text], show_progress_bar=False)) for text in texts]
        return np.concatenate(rows) if rows else np.empty((0, self.dimensions), dtype=np.float32)

    @staticmethod
    def _unit(vectors: Vectors) -> Vectors:
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)
