"""The models that the settings name instead of the default ones: embedders, a reranker, a language model."""

from collections.abc import Sequence
from pathlib import Path

from bot.errors import BadInput
from bot.generating import Writer
from bot.grounding import Nearness
from bot.language import detect
from bot.ports import Embedder, Generator, Reranker
from bot.settings import Settings


def other_embedder(settings: Settings) -> Embedder:
    kind, _, model = settings.embedder.partition(":")
    match kind:
        case "sentence-transformers" if model:
            from bot.adapters.sentence_transformers import SentenceTransformersEmbedder

            return SentenceTransformersEmbedder(model)
        case "onnx" if model:
            from bot.adapters.onnx_embedder import OnnxEmbedder

            return OnnxEmbedder(Path(model), settings.threads)
        case "openai" if model:
            return _openai_embedder(settings, model)
    raise BadInput(
        f"setting 'embedder': '{settings.embedder}' is neither default nor one of sentence-transformers:NAME, "
        "onnx:FOLDER and openai:MODEL"
    )


def _openai_embedder(settings: Settings, model: str) -> Embedder:
    from bot.adapters.openai_embedder import OpenAIEmbedder
    from bot.adapters.token_counter import count_tokens

    if not settings.embedder_url:
        raise BadInput(f"setting 'embedder_url': '{settings.embedder}' needs the base URL of a server")
    return OpenAIEmbedder(
        settings.embedder_url,
        model,
        settings.embedder_key.get_secret_value(),
        lambda text: count_tokens(text, settings.models / "tiktoken"),
        settings.generator_timeout.total_seconds(),
    )


def make_reranker(settings: Settings) -> Reranker | None:
    """The cross-encoder; None where none is configured. Raises BadInput for an unknown one."""
    name, _, model = settings.reranker.partition(":")
    if not settings.reranker:
        return None
    if name == "sentence-transformers" and model:
        from bot.adapters.cross_encoder import CrossEncoderReranker

        return CrossEncoderReranker(model)
    raise BadInput(f"setting 'reranker': '{settings.reranker}' is not sentence-transformers:NAME")


def make_writer(settings: Settings, embedder: Embedder, generator: Generator | None = None) -> Writer | None:
    """The language model's part; None where none is configured."""
    if generator is None and not settings.generator_url:
        return None
    from bot.adapters.token_counter import count_tokens

    if generator is None:
        from bot.adapters.chat_model import openai_compatible

        generator = openai_compatible(
            settings.generator_url,
            settings.generator_model,
            settings.generator_key.get_secret_value(),
            settings.generator_timeout.total_seconds(),
        )
    return Writer(generator, lambda text: count_tokens(text, settings.models / "tiktoken"), make_nearness(embedder))


def make_nearness(embedder: Embedder) -> Nearness:
    """How near texts are by this embedder; each is embedded in its own language."""

    def nearness(text: str, others: Sequence[str]) -> list[float]:
        texts = [text, *others]
        vectors = embedder.embed_questions(texts, [detect(each) for each in texts])
        return [float(vectors[0] @ other) for other in vectors[1:]]

    return nearness
