"""A sentence-transformers cross-encoder as the reranker: a tiny one, made here, read from a folder."""

from contextlib import closing
from pathlib import Path

import pytest

from api import wiring
from api.models import make_reranker
from bot.errors import BadInput, ModelUnavailable
from bot.models import Question
from bot.settings import load_settings
from ingestion.corpus import read_corpus

ARTICLES = Path(__file__).parent.parent / "kb_articles" / "en" / "sign-in"
QUESTION = "How do I reset a forgotten password?"
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "how", "do", "i", "reset", "a", "password", "sign", "in", "?"]


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with a cross-encoder of two small layers whose weights mean nothing."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("cross-encoder")
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    torch.manual_seed(0)
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    config = BertConfig(vocab_size=len(WORDS), max_position_embeddings=128, num_labels=1, **shape)
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=128).save_pretrained(folder)
    return str(folder)


def test_what_was_found_is_put_in_its_order(cross_encoder: str, tmp_path: Path) -> None:
    plain = load_settings(data=tmp_path)
    storage = wiring.open_storage(plain)
    encoders = wiring.make_encoders(plain)
    wiring.make_publisher(plain, storage.publications, encoders.embedder).publish(read_corpus([ARTICLES]))
    reranking = load_settings(data=tmp_path, reranker=f"sentence-transformers:{cross_encoder}")
    found = []
    for settings in (plain, reranking):
        assistant = wiring.make_assistant(settings, publications=storage.publications, encoders=encoders)
        with closing(assistant.shelf), assistant.shelf.library() as library:
            found.append(assistant.retrieval.search(library, QUESTION, "en", Question(QUESTION).audience))
    before, after = (each.passages[:10] for each in found)
    assert {each.article.id for each in after} == {each.article.id for each in before}
    reranker = make_reranker(reranking)
    assert reranker is not None
    fit = reranker.fit(QUESTION, [each.chunk.embedded_text(each.article) for each in after])
    assert list(fit) == sorted(fit, reverse=True)


def test_a_model_that_is_not_there_is_said_in_one_sentence() -> None:
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        make_reranker(load_settings(reranker="sentence-transformers:/nowhere/at/all"))


def test_an_unknown_reranker_is_refused() -> None:
    assert make_reranker(load_settings()) is None
    with pytest.raises(BadInput, match="is not sentence-transformers:NAME"):
        make_reranker(load_settings(reranker="magic"))
