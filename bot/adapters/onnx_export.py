"""From a sentence-transformers model to the files that `onnx_embedder` runs (extra `transformers`, once)."""

import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from bot.adapters.onnx_embedder import CARD, MODEL, TOKENIZER, ModelCard, OnnxEmbedder
from bot.adapters.sentence_transformers import SentenceTransformersEmbedder
from bot.errors import BadInput
from bot.files import sha256_of, write_atomically

SAMPLE = (
    "How do I get a refund for a course that I bought last week?",
    "¿Cómo cambio el idioma de los subtítulos?",
    "怎么申请退款？",
    "A certificate is issued 48 hours after you pass the course. " * 4,
)


def export(source: str, target: Path) -> tuple[ModelCard, float]:
    """Write the model's fast form into `target`: int8 weights by channel, as those of the default embedder.

    Returns its card and how near its vectors are to the source's: the least cosine over SAMPLE. Raises BadInput for a
    model that is more than a transformer with mean or cls pooling, ModelUnavailable where it cannot be loaded.
    """
    original = SentenceTransformersEmbedder(source)
    model = original.model
    pooling = _pooling(source, model)
    target.mkdir(parents=True, exist_ok=True)
    (target / CARD).unlink(missing_ok=True)  # it comes last, and vouches for the others
    write_atomically(target / TOKENIZER, model.tokenizer.backend_tokenizer.to_str().encode())
    write_atomically(target / MODEL, _quantized(model))
    card = ModelCard(
        source=source,
        pooling=pooling,
        max_tokens=original.max_tokens,
        dimensions=original.dimensions,
        query_prompt=_prompt(model, "query"),
        passage_prompt=_prompt(model, "document", "passage", "corpus"),
        sha256={file: sha256_of(target / file) for file in (MODEL, TOKENIZER)},
    )
    write_atomically(target / CARD, card.model_dump_json(indent=1).encode())
    languages = ["en"] * len(SAMPLE)
    pairs = original.embed_passages(SAMPLE, languages) * OnnxEmbedder(target).embed_passages(SAMPLE, languages)
    return card, float(np.sum(pairs, axis=1).min())


def _pooling(source: str, model: Any) -> Any:
    kinds = [type(module).__name__ for module in model]
    pooling = getattr(model[1], "pooling_mode", "none") if len(kinds) > 1 else "none"
    if kinds[:2] != ["Transformer", "Pooling"] or set(kinds[2:]) - {"Normalize"} or pooling not in ("mean", "cls"):
        raise BadInput(
            f"{source}: only a transformer with mean or cls pooling can be exported; this is {' + '.join(kinds)} "
            f"with pooling '{pooling}'"
        )
    if not hasattr(model.tokenizer, "backend_tokenizer"):
        raise BadInput(f"{source}: the model has no tokenizer.json; only such tokenizers can be exported")
    return pooling


def _prompt(model: Any, *names: str) -> str:
    """As encode_query and encode_document choose: the first that there is, else the model's default."""
    named = [model.prompts[name] for name in names if model.prompts.get(name) is not None]
    return str(named[0] if named else model.prompts.get(model.default_prompt_name) or "")


def _quantized(model: Any) -> bytes:
    import torch
    from onnxruntime.quantization import quantize_dynamic

    class Hidden(torch.nn.Module):  # type: ignore[misc, unused-ignore]
        """The token vectors alone, whatever else the transformer gives."""

        def __init__(self) -> None:
            super().__init__()
            self.inner = model[0].auto_model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.inner(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    model[0].auto_model.set_attn_implementation("eager")
    tokens = torch.tensor([model.tokenizer(SAMPLE[0])["input_ids"]])
    axes = {0: "batch", 1: "tokens"}
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of tracing; whether the outcome is right is measured on SAMPLE
        plain, fast = Path(scratch) / "fp32.onnx", Path(scratch) / "int8.onnx"
        torch.onnx.export(
            Hidden().eval(),
            (tokens, torch.ones_like(tokens)),
            str(plain),
            input_names=["input_ids", "attention_mask"],
            output_names=["hidden"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "hidden": axes},
            dynamo=False,
        )
        quantize_dynamic(plain, fast, per_channel=True, op_types_to_quantize=["MatMul"])
        return fast.read_bytes()
