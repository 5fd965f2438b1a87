"""all-MiniLM-L6-v2 on ONNX Runtime: the English half of the default embedder (384 dimensions, Apache-2.0)."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from bot.adapters.model_files import MINILM_TOKENIZER, MINILM_WEIGHTS
from bot.errors import ModelUnavailable
from bot.files import sha256_of, write_atomically
from bot.ports import Vectors

PREPARED = "minilm-l6-v2-int8.onnx"
MAX_TOKENS = 256


def prepare(folder: Path) -> Path:
    """Make the fast form of the model in `folder` once (1.5 s) and return its path.

    The packaged file holds int8 weights wrapped in quantize/dequantize pairs, which run slowly. It is opened once
    without them, saved as fp32 and quantized dynamically (cosine .992 to fp32, twice as fast). The sha256 of the
    result stands beside it and is checked at each later start.
    """
    prepared, seal = folder / PREPARED, folder / f"{PREPARED}.sha256"
    if prepared.is_file() and seal.is_file() and sha256_of(prepared) == seal.read_text().strip():
        return prepared
    write_atomically(prepared, _quantized(MINILM_WEIGHTS.checked()))
    write_atomically(seal, sha256_of(prepared).encode())
    return prepared


def _quantized(packaged: Path) -> bytes:
    import onnxruntime as ort
    from onnxruntime.quantization import quantize_dynamic

    with tempfile.TemporaryDirectory() as scratch:
        plain, fast = Path(scratch) / "fp32.onnx", Path(scratch) / "int8.onnx"
        options = ort.SessionOptions()
        options.log_severity_level = 3
        options.add_session_config_entry("session.disable_quant_qdq", "1")
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(plain)
        ort.InferenceSession(str(packaged), options, providers=["CPUExecutionProvider"])
        quantize_dynamic(plain, fast, per_channel=True, op_types_to_quantize=["MatMul"])
        return fast.read_bytes()


class MiniLM:
    """Unit vectors of English text. One text at a time: dynamic quantization scales by the whole batch, so only
    a text alone always gets the same vector."""

    dimensions = 384
    max_tokens = MAX_TOKENS

    def __init__(self, folder: Path, threads: int = 1) -> None:
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(str(prepare(folder)), options, providers=["CPUExecutionProvider"])
        except (OSError, RuntimeError) as error:
            raise ModelUnavailable(f"the model in {folder} cannot be opened: {error}") from error
        self._inputs = {given.name for given in self._session.get_inputs()}
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(MINILM_TOKENIZER.checked()))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def count_tokens(self, text: str) -> int:
        return len(self._tokenizer.encode(text).ids)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), 384). Tokens beyond the limit are left out of the middle."""
        out = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            out[row] = self._embed_one(self._tokenizer.encode(text).ids)
        return out

    def _embed_one(self, ids: list[int]) -> Vectors:
        if len(ids) > MAX_TOKENS:
            half = MAX_TOKENS // 2
            ids = ids[:half] + ids[-half:]
        tokens = np.array([ids], dtype=np.int64)
        feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}
        hidden = self._session.run(None, {name: feed[name] for name in self._inputs})[0]
        vector: Vectors = hidden[0].mean(axis=0) if hidden.ndim == 3 else hidden[0]
        return vector / np.linalg.norm(vector)
