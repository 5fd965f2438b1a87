"""A server that speaks OpenAI's embeddings, in the embedder's place. Texts leave the machine."""

from collections.abc import Callable, Sequence

import numpy as np
import openai

from bot.errors import ModelUnavailable
from bot.ports import Vectors
from bot.screening import redact

BATCH = 64
"""Texts in a request."""
PATIENT, PROMPT = 4, 1
"""Tries again for passages, which nobody waits for, and for a question."""


class OpenAIEmbedder:
    """Unit vectors, so that the dot product is the cosine. Questions leave without personal data.

    The model is not ours to tokenize, so `count` is an estimate; `max_tokens` is far below what such servers read.
    Raises ModelUnavailable for anything that goes wrong outside, and never tells the key.
    """

    max_tokens = 256

    def __init__(self, url: str, model: str, key: str, count: Callable[[str], int], timeout_seconds: float) -> None:
        self.name = f"openai:{model}"
        self._model, self._count = model, count
        self._client = openai.OpenAI(base_url=url, api_key=key, timeout=timeout_seconds)
        self._dimensions = 0

    @property
    def dimensions(self) -> int:
        """As many as the server's first answer has; it is asked where it has not answered yet."""
        return self._dimensions or self._ask(["dimensions"], PATIENT).shape[1]

    def count_tokens(self, text: str) -> int:
        return self._count(f" {text}")  # as inside a sentence, where a common word is one token

    def embed_passages(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:  # noqa: ARG002
        return self._embed(texts, PATIENT)

    def embed_questions(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:  # noqa: ARG002
        return self._embed([self._cut(redact(text)) for text in texts], PROMPT)

    def _cut(self, text: str) -> str:
        """Beginning and end of what is too long."""
        while (count := self.count_tokens(text)) > self.max_tokens:
            half = int(len(text) * self.max_tokens / count * 0.45)
            text = f"{text[:half]} {text[-half:]}"
        return text

    def _embed(self, texts: Sequence[str], tries: int) -> Vectors:
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        return np.concatenate([self._ask(texts[at : at + BATCH], tries) for at in range(0, len(texts), BATCH)])

    def _ask(self, texts: Sequence[str], tries: int) -> Vectors:
        client = self._client.with_options(max_retries=tries)
        try:
            answer = client.embeddings.create(model=self._model, input=list(texts), encoding_format="float")
            rows = sorted(answer.data, key=lambda row: row.index)
            vectors = np.array([row.embedding for row in rows], dtype=np.float32)
        except (openai.OpenAIError, ValueError, TypeError, AttributeError) as error:
            # Not chained: a server may repeat the key in its reply.
            status = f" {error.status_code}" if isinstance(error, openai.APIStatusError) else ""
            raise ModelUnavailable(
                f"the embedder {self.name} gave no vectors: {type(error).__name__}{status}"
            ) from None
        lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
        self._refuse(vectors, lengths, len(texts))
        self._dimensions = vectors.shape[1]
        return np.asarray(vectors / lengths, dtype=np.float32)

    def _refuse(self, vectors: Vectors, lengths: Vectors, wanted: int) -> None:
        if vectors.ndim != 2 or len(vectors) != wanted:
            raise ModelUnavailable(f"the embedder {self.name} gave {len(vectors)} vectors for {wanted} texts")
        if not np.isfinite(lengths).all() or not lengths.all():
            raise ModelUnavailable(f"the embedder {self.name} gave a vector without direction")
        if self._dimensions not in (0, vectors.shape[1]):
            raise ModelUnavailable(
                f"the embedder {self.name} gave vectors of {vectors.shape[1]} numbers, and of {self._dimensions} before"
            )
