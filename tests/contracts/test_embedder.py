"""`bot.ports.Embedder`: one suite over the default embedder, an exported model, a server and sentence-transformers."""

from collections.abc import Iterator
from importlib.util import find_spec

import numpy as np
import pytest

from api.wiring import Encoders
from bot.adapters.default_embedder import DefaultEmbedder
from bot.adapters.model_files import MINILM_TOKENIZER
from bot.adapters.onnx_embedder import OnnxEmbedder
from bot.adapters.openai_embedder import OpenAIEmbedder
from bot.adapters.token_counter import count_tokens
from bot.ports import Embedder
from tests.bot.embedding_server import running
from tests.bot.onnx_folder import make_onnx_folder
from tests.conftest import ROOT

REFUNDS = "You can ask for a refund of a course within fourteen days."
SUBTITLES = "Choose the language of the subtitles in the video player."
TEXTS = [
    REFUNDS,
    SUBTITLES,
    "退款申请需要在十四天内提出。",
    "Puedes pedir un reembolso.",
    "x" * 3_000,
    "word " * 2_000,
    "?",
    "🎓",
]
LANGUAGES = ["en", "en", "zh", "es", "en", "en", "en", "en"]


@pytest.fixture(scope="module")
def transformer() -> Embedder:
    """all-MiniLM-L6-v2 as sentence-transformers runs it: the package with the tokenizer carries the whole model."""
    from bot.adapters.sentence_transformers import SentenceTransformersEmbedder

    return SentenceTransformersEmbedder(str(MINILM_TOKENIZER.locate().parent))


@pytest.fixture(scope="module")
def onnx(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    return OnnxEmbedder(make_onnx_folder(tmp_path_factory.mktemp("onnx")))


@pytest.fixture(scope="module")
def openai(default: DefaultEmbedder) -> Iterator[Embedder]:
    """A real server, with the default's multilingual half behind it."""
    with running(default.multilingual) as server:
        models = ROOT / "var" / "models" / "tiktoken"
        yield OpenAIEmbedder(server.url, "use", "none", lambda text: count_tokens(text, models), 20)


@pytest.fixture(scope="module")
def default(encoders: Encoders) -> DefaultEmbedder:
    assert isinstance(encoders.embedder, DefaultEmbedder)
    return encoders.embedder


# `make test-extras` installs the extra and runs this suite again.
@pytest.fixture(params=["default", "onnx", "openai", *(["transformer"] if find_spec("sentence_transformers") else [])])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    chosen: Embedder = request.getfixturevalue(request.param)
    return chosen


def test_passages_are_unit_vectors_of_the_promised_shape(embedder: Embedder) -> None:
    vectors = embedder.embed_passages(TEXTS, LANGUAGES)
    assert vectors.shape == (len(TEXTS), embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-4)


def test_questions_have_the_same_shape_and_products_within_one(embedder: Embedder) -> None:
    passages = embedder.embed_passages(TEXTS, LANGUAGES)
    questions = embedder.embed_questions(TEXTS, LANGUAGES)
    assert questions.shape == passages.shape
    assert questions.dtype == np.float32
    assert np.abs(questions @ passages.T).max() <= 1.001


def test_alone_and_together_are_the_same(embedder: Embedder) -> None:
    together = embedder.embed_questions(TEXTS, LANGUAGES)
    for row, (text, language) in enumerate(zip(TEXTS, LANGUAGES, strict=True)):
        alone = embedder.embed_questions([text], [language])[0]
        assert alone == pytest.approx(together[row], abs=1e-6)


def test_nothing_gives_an_empty_array(embedder: Embedder) -> None:
    assert embedder.embed_passages([], []).shape == (0, embedder.dimensions)
    assert embedder.embed_questions([], []).shape == (0, embedder.dimensions)


def test_a_question_is_nearest_to_what_answers_it(embedder: Embedder) -> None:
    passages = embedder.embed_passages([REFUNDS, SUBTITLES], ["en", "en"])
    asked = ["how do I get my money back", "change caption language"]
    nearness = embedder.embed_questions(asked, ["en", "en"]) @ passages.T
    assert nearness.argmax(axis=1).tolist() == [0, 1]


def test_the_default_is_near_across_languages(encoders: Encoders) -> None:
    embedder = encoders.embedder
    passages = embedder.embed_passages([REFUNDS, SUBTITLES], ["en", "en"])
    asked = [
        "¿cómo pido un reembolso del curso?",
        "¿cómo cambio el idioma de los subtítulos?",
        "怎么申请退款？",
        "怎么换字幕语言？",
    ]
    nearness = embedder.embed_questions(asked, ["es", "es", "zh", "zh"]) @ passages.T
    assert nearness.argmax(axis=1).tolist() == [0, 1, 0, 1]


def test_tokens_are_counted_as_the_model_reads_them(embedder: Embedder) -> None:
    counts = [embedder.count_tokens("refund " * number) for number in range(4)]
    assert counts == sorted(set(counts))
    assert embedder.count_tokens("refund " * 5_000) > embedder.max_tokens, "counting does not stop at the limit"
    assert embedder.max_tokens >= 64
    assert embedder.name


def test_what_lies_within_the_limit_reaches_the_vector(embedder: Embedder) -> None:
    filler = "the course and the week "
    long = filler * 400
    while embedder.count_tokens(long) > embedder.max_tokens - 8:
        long = long[len(filler) :]
    plain, changed = embedder.embed_passages([long, f"{long}volcano"], ["en", "en"])
    assert float(plain @ changed) < 0.99999
