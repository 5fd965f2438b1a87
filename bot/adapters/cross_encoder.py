"""Any sentence-transformers cross-encoder as the reranker: a local folder or a hub name (extra `transformers`)."""

from collections.abc import Sequence

from bot.errors import ModelUnavailable


class CrossEncoderReranker:
    """Reads question and passage together: slower than two vectors, and sharper."""

    def __init__(self, model: str) -> None:
        try:
            from sentence_transformers import CrossEncoder
        except ImportError as error:
            raise ModelUnavailable(
                f"the reranker sentence-transformers:{model} needs an extra; install requirements/transformers.txt"
            ) from error
        try:
            self._model = CrossEncoder(model, device="cpu")
        except (OSError, ValueError) as error:
            raise ModelUnavailable(f"the model '{model}' cannot be loaded: {error}") from error

    def fit(self, question: str, texts: Sequence[str]) -> list[float]:
        pairs = [(question, text) for text in texts]
        scores = self._model.predict(pairs, show_progress_bar=False)
        return [float(score) for score in scores]
