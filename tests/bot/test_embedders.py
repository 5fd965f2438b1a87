"""Which embedder the settings give, and that no server asks one embedder's index with another's vectors."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from api import wiring
from bot.adapters.minilm import MiniLM
from bot.adapters.onnx_embedder import CARD, MODEL, OnnxEmbedder, read_card
from bot.adapters.openai_embedder import OpenAIEmbedder
from bot.adapters.snapshot import Snapshot
from bot.assistant import Assistant
from bot.errors import BadInput, ModelUnavailable, NotReady
from bot.models import Audience, Handoff, Question
from bot.ports import Embedder
from bot.readiness import Readiness
from bot.retrieval import Retrieval
from bot.settings import Settings
from bot.shelf import Shelf
from tests.bot.embedding_server import EmbeddingServer, running
from tests.bot.onnx_folder import make_onnx_folder
from tests.conftest import ROOT
from tests.ingestion.corpora import HashEmbedder, Renamed, corpus

MODELS = ROOT / "var" / "models"


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with running() as state:
        yield state


@pytest.fixture
def storage(tmp_path: Path, migrated_file: Path) -> wiring.Storage:
    return wiring.open_storage(Settings(data=tmp_path))


def publish(folder: Path, storage: wiring.Storage, embedder: Embedder) -> int | None:
    settings = Settings(data=folder)
    return wiring.make_publisher(settings, storage.publications, embedder).publish(corpus()).version


def test_a_change_of_embedder_is_a_new_version_and_who_runs_with_the_old_keeps_the_old(
    tmp_path: Path, storage: wiring.Storage
) -> None:
    settings = Settings(data=tmp_path, poll="0s")
    publish(tmp_path, storage, HashEmbedder())
    running_on = wiring.make_shelf(settings, storage.publications, HashEmbedder.name)
    with closing(running_on), closing(wiring.make_shelf(settings, storage.publications, Renamed.name)) as next_one:
        with running_on.library() as library:
            assert library.version == 1
        with pytest.raises(NotReady), next_one.library():
            pass
        assert publish(tmp_path, storage, Renamed()) == 2
        with running_on.library() as library:
            assert library.version == 1, "its own embedder cannot ask version 2"
            assert Retrieval(HashEmbedder()).search(library, "return a course", "en", Audience.LEARNER).passages
        with next_one.library() as library:
            assert library.version == 2


def test_a_server_with_another_embedder_than_the_index_says_so(tmp_path: Path, storage: wiring.Storage) -> None:
    publish(tmp_path, storage, HashEmbedder())
    with closing(wiring.make_shelf(Settings(data=tmp_path), storage.publications, Renamed.name)) as shelf:
        problem = Readiness(shelf, Retrieval(Renamed())).problem()
    assert problem is not None
    assert problem.startswith(
        "index version 1 was made by the embedder hash/1, and the setting 'embedder' gives hash/2"
    )


def test_vectors_of_another_length_are_not_asked(tmp_path: Path, storage: wiring.Storage) -> None:
    publish(tmp_path, storage, HashEmbedder())
    said = "holds vectors of 32 numbers, and the embedder gives 48"
    with closing(Snapshot(tmp_path / "versions" / "1")) as library, pytest.raises(NotReady, match=said):
        library.nearest(np.ones(48, dtype=np.float32), Audience.LEARNER, 3)


def test_a_server_s_vectors_are_published_and_asked(
    tmp_path: Path, storage: wiring.Storage, server: EmbeddingServer
) -> None:
    settings = Settings(
        data=tmp_path, models=MODELS, embedder="openai:small", embedder_url=server.url, embedder_key="sk-x"
    )
    embedder = wiring.lazy_embedder(settings)
    assert embedder.name == "openai:small"
    publish(tmp_path, storage, embedder)
    assert [len(body["input"]) for body in server.asked[:2]] == [1, 12], "the dimensions, then all passages together"
    with closing(wiring.make_shelf(settings, storage.publications, embedder.name)) as shelf, shelf.library() as library:
        found = Retrieval(embedder).search(library, "how can I return a course", "en", Audience.LEARNER)
    assert found.article_ids[0] == "refund"


def test_while_the_server_is_away_nothing_is_published_and_what_is_live_stays(
    tmp_path: Path, storage: wiring.Storage, server: EmbeddingServer
) -> None:
    publish(tmp_path, storage, HashEmbedder())
    server.manner = "401"
    settings = Settings(data=tmp_path, models=MODELS, embedder="openai:small", embedder_url=server.url)
    with pytest.raises(ModelUnavailable, match="openai:small gave no vectors: AuthenticationError 401"):
        publish(tmp_path, storage, wiring.lazy_embedder(settings))
    assert storage.publications.live() == 1


def test_while_the_server_is_away_a_person_can_still_be_reached(
    assistant: Assistant, published: Path, server: EmbeddingServer
) -> None:
    server.manner = "401"
    shelf = Shelf(lambda: (1, frozenset()), lambda version, _: Snapshot(published / "versions" / str(version)))
    embedder = OpenAIEmbedder(server.url, "small", "sk-x", len, 1)
    with closing(shelf):
        bot = replace(assistant, shelf=shelf, retrieval=Retrieval(embedder))
        outcome = bot.answer(Question("I want to talk to a human"))
        assert isinstance(outcome, Handoff)
        assert (outcome.kind, outcome.reason, outcome.evidence.index_version) == ("required", "asked_for_human", 1)
        with pytest.raises(ModelUnavailable):
            bot.answer(Question("How do I get a refund?"))


def test_an_exported_model_gives_the_vectors_of_its_files_and_its_name_changes_with_them(tmp_path: Path) -> None:
    folder = make_onnx_folder(tmp_path / "a")
    embedder = wiring.make_encoders(Settings(models=MODELS, embedder=f"onnx:{folder}")).embedder
    assert embedder.name == wiring.lazy_embedder(Settings(embedder=f"onnx:{folder}")).name
    assert embedder.name.startswith("onnx:minilm@")
    texts = ["Where is my certificate?", "怎么申请退款？"]
    expected = MiniLM(MODELS).embed(texts)
    assert embedder.embed_questions(texts, ["en", "zh"]) == pytest.approx(expected)
    moved = make_onnx_folder(tmp_path / "b", source="elsewhere/minilm")
    assert read_card(moved).name == embedder.name
    prompting = OnnxEmbedder(make_onnx_folder(tmp_path / "c", query_prompt="query: ", passage_prompt="passage: "))
    assert prompting.name != embedder.name
    assert prompting.max_tokens == embedder.max_tokens - 2
    assert prompting.embed_questions(texts[:1], ["en"]) == pytest.approx(MiniLM(MODELS).embed([f"query: {texts[0]}"]))
    by_cls = OnnxEmbedder(make_onnx_folder(tmp_path / "d", pooling="cls"))
    assert by_cls.name != embedder.name


def test_a_file_that_was_changed_is_not_run(tmp_path: Path) -> None:
    folder = make_onnx_folder(tmp_path)
    with (folder / MODEL).open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(ModelUnavailable, match=r"model\.onnx is not the file that model\.json tells of"):
        OnnxEmbedder(folder)
    (folder / CARD).write_text("{}")
    with pytest.raises(ModelUnavailable, match="make the folder with 'firstline models export SOURCE"):
        OnnxEmbedder(folder)


@pytest.mark.parametrize(
    ("embedder", "said"),
    [
        ("onnx:", "is neither default nor one of"),
        ("word2vec:x", "is neither default nor one of"),
        ("openai:small", "setting 'embedder_url': 'openai:small' needs the base URL of a server"),
    ],
)
def test_a_setting_that_gives_no_embedder_is_said(embedder: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        wiring.make_encoders(Settings(models=MODELS, embedder=embedder))
