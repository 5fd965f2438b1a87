"""all-MiniLM-L6-v2 on ONNX Runtime: the English half of the default embedder (384 dimensions, Apache-2.0)."""

import tempfile
from pathlib import Path

from bot.adapters.model_files import MINILM_TOKENIZER, MINILM_WEIGHTS
from bot.adapters.onnx_text import OnnxText
from bot.errors import ModelUnavailable
from bot.files import sha256_of, write_atomically

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


class MiniLM(OnnxText):
    """The packaged model, in its fast form."""

    dimensions = 384
    max_tokens = MAX_TOKENS

    def __init__(self, folder: Path, threads: int = 1) -> None:
        try:
            prepared = prepare(folder)
        except (OSError, RuntimeError) as error:
            raise ModelUnavailable(f"the model in {folder} cannot be opened: {error}") from error
        super().__init__(prepared, MINILM_TOKENIZER.checked(), self.dimensions, self.max_tokens, threads=threads)
