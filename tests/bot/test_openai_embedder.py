"""An embedder behind a real HTTP server: what is sent, what is believed, and what is said when it fails."""

import traceback
from collections.abc import Iterator

import numpy as np
import pytest

from bot.adapters.openai_embedder import BATCH, OpenAIEmbedder
from bot.errors import ModelUnavailable
from tests.bot.embedding_server import EmbeddingServer, hashed, running

KEY = "sk-very-secret"


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with running() as state:
        yield state


@pytest.fixture
def embedder(server: EmbeddingServer) -> OpenAIEmbedder:
    return OpenAIEmbedder(server.url, "small", KEY, lambda text: len(text.split()), 0.3)


def test_passages_go_in_batches_and_come_back_in_their_order(embedder: OpenAIEmbedder, server: EmbeddingServer) -> None:
    texts = [f"passage number {number}" for number in range(BATCH + 3)]
    vectors = embedder.embed_passages(texts, ["en"] * len(texts))
    assert [len(body["input"]) for body in server.asked] == [BATCH, 3]
    assert server.asked[0]["model"] == "small"
    assert set(server.keys) == {f"Bearer {KEY}"}
    assert vectors == pytest.approx(hashed(texts), abs=1e-6)


def test_the_dimensions_are_those_of_the_first_answer(embedder: OpenAIEmbedder, server: EmbeddingServer) -> None:
    assert embedder.dimensions == embedder.dimensions == 32
    assert len(server.asked) == 1
    server.manner = "shorter"
    with pytest.raises(ModelUnavailable, match="vectors of 31 numbers, and of 32 before"):
        embedder.embed_questions(["a question"], ["en"])


def test_personal_data_of_a_question_stays_here(embedder: OpenAIEmbedder, server: EmbeddingServer) -> None:
    embedder.embed_questions(["My name is Ana Ruiz, ana@mail.example: where is my refund?"], ["en"])
    (sent,) = server.texts
    assert "where is my refund?" in sent
    assert "Ana" not in sent
    assert "mail.example" not in sent


def test_too_long_a_question_keeps_its_beginning_and_its_end(embedder: OpenAIEmbedder, server: EmbeddingServer) -> None:
    embedder.embed_questions([f"first {'word ' * 3_000} last"], ["en"])
    (sent,) = server.texts
    assert embedder.count_tokens(sent) <= embedder.max_tokens
    assert sent.startswith("first")
    assert sent.endswith("last")


@pytest.mark.parametrize(
    ("manner", "said"),
    [
        ("hangs", "APITimeoutError"),
        ("500", "InternalServerError 500"),
        ("404", "NotFoundError 404"),
        ("leaks", "AuthenticationError 401"),
        ("nonsense", "gave no vectors"),
        ("fewer", "gave 1 vectors for 2 texts"),
        ("nothing", "small gave"),
        ("zeros", "without direction"),
    ],
)
def test_whatever_goes_wrong_is_one_error_without_the_key(
    embedder: OpenAIEmbedder, server: EmbeddingServer, manner: str, said: str
) -> None:
    server.manner = manner
    with pytest.raises(ModelUnavailable, match=said) as caught:
        embedder.embed_questions(["one", "two"], ["en", "en"])
    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert len(server.asked) == (2 if manner in ("hangs", "500") else 1), "once more where that may help"


def test_a_passage_is_tried_again(embedder: OpenAIEmbedder, server: EmbeddingServer) -> None:
    server.failing = 2
    assert np.linalg.norm(embedder.embed_passages(["a passage"], ["en"])) == pytest.approx(1, abs=1e-5)
    assert len(server.asked) == 3


def test_a_server_that_is_not_there_is_said(embedder: OpenAIEmbedder) -> None:
    gone = OpenAIEmbedder("http://127.0.0.1:9/v1", "small", KEY, len, 0.3)
    with pytest.raises(ModelUnavailable, match="openai:small gave no vectors: APIConnectionError"):
        gone.embed_questions(["a question"], ["en"])
