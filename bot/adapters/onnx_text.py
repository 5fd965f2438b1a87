"""A sentence encoder on ONNX Runtime: tokens in, one unit vector a text out. No torch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from tokenizers import Tokenizer

from bot.errors import ModelUnavailable
from bot.ports import Vectors

Pooling = Literal["mean", "cls"]


class OnnxText:
    """Unit vectors of text. One text at a time: dynamic quantization scales by the whole batch, so only a text alone
    always gets the same vector."""

    def __init__(
        self,
        model: Path,
        tokenizer: Path,
        dimensions: int,
        max_tokens: int,
        pooling: Pooling = "mean",
        threads: int = 1,
    ) -> None:
        import onnxruntime as ort

        self.dimensions, self.max_tokens, self._pooling = dimensions, max_tokens, pooling
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except (OSError, RuntimeError) as error:
            raise ModelUnavailable(f"the model in {model.parent} cannot be opened: {error}") from error
        self._inputs = {given.name for given in self._session.get_inputs()}
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def count_tokens(self, text: str) -> int:
        return len(self._tokenizer.encode(text).ids)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimensions). Tokens beyond the limit are left out of the middle."""
        out = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            out[row] = self._embed_one(self._tokenizer.encode(text).ids)
        return out

    def _embed_one(self, ids: list[int]) -> Vectors:
        if len(ids) > self.max_tokens:
            half = self.max_tokens // 2
            ids = ids[:half] + ids[-half:]
        tokens = np.array([ids], dtype=np.int64)
        feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}
        hidden = self._session.run(None, {name: feed[name] for name in self._inputs})[0][0]
        if hidden.ndim == 2:
            hidden = hidden[0] if self._pooling == "cls" else hidden.mean(axis=0)
        vector: Vectors = hidden / np.linalg.norm(hidden)
        return vector
