"""`firstline models export`: a tiny transformer made on the spot, run without torch afterwards."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from bot.adapters.model_files import MINILM_TOKENIZER
from bot.adapters.onnx_embedder import OnnxEmbedder
from bot.adapters.sentence_transformers import SentenceTransformersEmbedder

TEXTS = ["How do I get a refund?", "Where is my certificate?", "?"]
LANGUAGES = ["en"] * len(TEXTS)


def tiny(folder: Path, pooling: str) -> str:
    """Two layers of random weights, with the tokenizer and the prompts that a real one has."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import AutoTokenizer, BertConfig, BertModel

    torch.manual_seed(1)
    tokenizer = AutoTokenizer.from_pretrained(MINILM_TOKENIZER.checked().parent)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        initializer_range=0.2,
    )
    BertModel(config).save_pretrained(folder / "bert")
    tokenizer.save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"), max_seq_length=64)
    prompts = {"query": "query: ", "document": "passage: "}
    model = SentenceTransformer(modules=[transformer, Pooling(32, pooling)], prompts=prompts, device="cpu")
    model.save(str(folder / "model"))
    return str(folder / "model")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_an_exported_model_is_near_its_source(tmp_path: Path, pooling: str) -> None:
    source, target = tiny(tmp_path, pooling), tmp_path / "fast"
    ran = CliRunner().invoke(app, ["models", "export", source, str(target)])
    assert ran.exit_code == 0, ran.output
    assert "32 dimensions, cosine to the source at least " in ran.output
    card = json.loads((target / "model.json").read_text())
    assert (card["pooling"], card["query_prompt"], card["passage_prompt"]) == (pooling, "query: ", "passage: ")
    slow, fast = SentenceTransformersEmbedder(source), OnnxEmbedder(target)
    assert fast.count_tokens(TEXTS[0]) == slow.count_tokens(TEXTS[0])
    for way in ("embed_questions", "embed_passages"):
        nearness = getattr(slow, way)(TEXTS, LANGUAGES) @ getattr(fast, way)(TEXTS, LANGUAGES).T
        assert nearness.argmax(axis=1).tolist() == [0, 1, 2], way
        assert nearness.diagonal().min() > 0.97, way


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_model_that_pools_otherwise_is_refused(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["models", "export", tiny(tmp_path, "max"), str(tmp_path / "fast")])
    assert ran.exit_code
    assert "only a transformer with mean or cls pooling" in str(ran.exception) + ran.output
    assert not (tmp_path / "fast").exists()
