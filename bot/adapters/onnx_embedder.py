"""A model that `firstline models export` made, in the embedder's place: a folder with three files, no torch."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.adapters.onnx_text import OnnxText, Pooling
from bot.errors import ModelUnavailable
from bot.files import sha256_of
from bot.ports import Vectors

MODEL, TOKENIZER, CARD = "model.onnx", "tokenizer.json", "model.json"


class ModelCard(BaseModel):
    """`model.json`: how the two files beside it are used, and the proof that they are the right ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    """What it was exported from: a hub name or a folder."""
    pooling: Pooling
    max_tokens: int = Field(ge=8)
    dimensions: int = Field(ge=1)
    query_prompt: str = ""
    passage_prompt: str = ""
    sha256: dict[str, str]

    @property
    def name(self) -> str:
        """The embedder's name: another one whenever anything but the source's place is."""
        held = json.dumps(self.model_dump(exclude={"source"}), sort_keys=True)
        return f"onnx:{Path(self.source).name}@{hashlib.sha256(held.encode()).hexdigest()[:12]}"


def read_card(folder: Path) -> ModelCard:
    """Raises ModelUnavailable where the folder is not one that the export made."""
    try:
        return ModelCard.model_validate_json((folder / CARD).read_bytes())
    except (OSError, ValidationError) as error:
        raise ModelUnavailable(
            f"{folder / CARD} is missing or damaged; make the folder with 'firstline models export SOURCE {folder}'"
        ) from error


class OnnxEmbedder:
    """Unit vectors, so that the dot product is the cosine. Models that want prompts get them."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        self._card = card = read_card(folder)
        for file in (MODEL, TOKENIZER):
            if not (folder / file).is_file() or sha256_of(folder / file) != card.sha256.get(file):
                raise ModelUnavailable(f"{folder / file} is not the file that {CARD} tells of; export the model again")
        self._text = OnnxText(
            folder / MODEL, folder / TOKENIZER, card.dimensions, card.max_tokens, card.pooling, threads
        )
        self.name, self.dimensions = card.name, card.dimensions
        prompt = self.count_tokens(card.passage_prompt) - self.count_tokens("")
        self.max_tokens = card.max_tokens - prompt

    def count_tokens(self, text: str) -> int:
        return self._text.count_tokens(text)

    def embed_passages(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:  # noqa: ARG002
        return self._text.embed([f"{self._card.passage_prompt}{text}" for text in texts])

    def embed_questions(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:  # noqa: ARG002
        return self._text.embed([f"{self._card.query_prompt}{text}" for text in texts])
