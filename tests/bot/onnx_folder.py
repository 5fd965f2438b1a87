"""The default English model in the form that `firstline models export` writes, made without torch."""

import shutil
from pathlib import Path

from bot.adapters.minilm import prepare
from bot.adapters.model_files import MINILM_TOKENIZER
from bot.adapters.onnx_embedder import CARD, MODEL, TOKENIZER, ModelCard
from bot.files import sha256_of
from tests.conftest import ROOT


def make_onnx_folder(folder: Path, **changed: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(prepare(ROOT / "var" / "models"), folder / MODEL)
    shutil.copy(MINILM_TOKENIZER.checked(), folder / TOKENIZER)
    card = ModelCard(
        source="hub/minilm",
        pooling="mean",
        max_tokens=256,
        dimensions=384,
        sha256={file: sha256_of(folder / file) for file in (MODEL, TOKENIZER)},
    )
    (folder / CARD).write_text(card.model_copy(update=changed).model_dump_json())
    return folder
