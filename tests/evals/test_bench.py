"""The bench's parts: the same material for everybody, measured alike. The whole of it is `make bench`."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from bot.errors import FirstlineError
from evals.bench import table
from evals.bench.growth import Turned
from evals.bench.material import ARTICLES, QUESTIONS, write_material
from evals.bench.peers.driver import ask, read_items, resident_mb
from tests.conftest import ROOT
from tests.ingestion.corpora import HashEmbedder


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    write_material(folder, ROOT / "kb_articles")
    return folder


def test_everybody_gets_the_same_material(work: Path, tmp_path: Path) -> None:
    corpus, filler = read_items(work / "corpus.jsonl"), read_items(work / "filler.jsonl")
    questions = [json.loads(line) for line in (work / "questions.jsonl").read_text().splitlines()]
    assert len(corpus) + len(filler) == ARTICLES
    assert len({item.id for item in (*corpus, *filler)}) == ARTICLES
    assert len(questions) == QUESTIONS
    assert {item.id for item in corpus} >= {article for each in questions for article in each["settled_by"]}
    write_material(tmp_path, ROOT / "kb_articles")
    assert all((tmp_path / file.name).read_bytes() == file.read_bytes() for file in work.iterdir())


def test_a_pipeline_is_timed_beside_the_raw_embedding_and_its_first_articles_are_judged(work: Path) -> None:
    settled = [json.loads(line)["settled_by"] for line in (work / "questions.jsonl").read_text().splitlines()]
    answers = iter(settled)
    found = ask(work, lambda _: ["nothing", "nothing", *next(answers)], lambda _: None)
    assert (sum(found["first"]), sum(found["third"])) == (0, QUESTIONS)
    assert len(found["spent"]) == len(found["raw"]) == QUESTIONS
    row = table.row_of("x", found | {"raw": [2.0], "spent": [4.0] * 99 + [20.0], "published_s": 1.0}, 3.0, 500.0)
    assert (row.p50, row.p99, row.hit_1, row.hit_3) == (2.0, 10.0, 0.0, 1.0)


def test_a_turned_vector_is_a_unit_vector_near_a_real_one() -> None:
    real = HashEmbedder()
    turned = Turned(real, [f"sentence {number}" for number in range(20)])
    vectors = turned.embed_passages(["a", "b", "c"], ["en"] * 3)
    assert vectors.shape == (3, real.dimensions)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)


def test_resident_size_is_read() -> None:
    assert 10 < resident_mb() < 10_000


def test_a_peer_that_does_not_run_is_named(work: Path) -> None:
    with pytest.raises(FirstlineError, match="LangChain tutorial, sentence-transformers did not run; its last words"):
        next(table.peers(Path(sys.executable), work / "nowhere", ROOT / "var" / "models"))
