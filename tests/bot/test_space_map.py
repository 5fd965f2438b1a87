"""The way from the multilingual model's space into the English model's."""

from pathlib import Path

import numpy as np
import pytest

from api.wiring import Encoders
from bot.adapters.default_embedder import DefaultEmbedder
from bot.adapters.minilm import MiniLM
from bot.space_map import SpaceMap, load_space_map
from evals.training.mapping import Pairs, fit, report

TEXTS = ("You can ask for a refund within fourteen days.", "Choose the language of the subtitles.", "Reset a password.")


def rotated(name: str, n: int, seed: int) -> Pairs:
    """Two spaces that differ by a turn and a little noise."""
    random = np.random.default_rng(seed)
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(8, 8)))[0]
    shared = random.normal(size=(n, 8))
    english = shared @ turn + random.normal(scale=0.05, size=(n, 8))
    unit = [side / np.linalg.norm(side, axis=1, keepdims=True) for side in (shared, english)]
    return Pairs(name, *(side.astype(np.float32) for side in unit))


def test_a_way_that_is_there_is_found_on_texts_that_were_not_seen() -> None:
    learned, unseen = fit([rotated("a", 300, 1)]), rotated("b", 50, 2)
    cosines = (learned.walk(unseen.shared) * unseen.english).sum(axis=1)
    assert cosines.min() > 0.9


def test_each_corpus_is_reported_by_what_the_others_taught() -> None:
    lines = report([rotated("a", 300, 1), rotated("b", 300, 2)])
    assert [line.split()[0] for line in lines] == ["a", "b"]
    assert all(float(line.rsplit(" ", 1)[1]) > 0.9 for line in lines)
    assert report([rotated("a", 300, 1)]) == []


def test_it_is_shipped_as_it_was_saved(tmp_path: Path) -> None:
    shipped = load_space_map()
    assert shipped.matrix.shape == (512, MiniLM.dimensions)
    assert shipped.offset.shape == (MiniLM.dimensions,)
    shipped.save(tmp_path / "map.npz")
    with np.load(tmp_path / "map.npz") as held:
        again = SpaceMap(held["matrix"].astype(np.float32), held["offset"].astype(np.float32))
    assert np.array_equal(again.matrix, shipped.matrix)
    assert np.array_equal(again.offset, shipped.offset)


def test_a_mapped_text_lies_nearest_to_itself(encoders: Encoders) -> None:
    embedder = encoders.embedder
    assert isinstance(embedder, DefaultEmbedder)
    real = embedder.embed_passages(TEXTS, ["en"] * 3)[:, : MiniLM.dimensions]
    mapped = load_space_map().walk(embedder.multilingual(TEXTS))
    assert (mapped @ real.T).argmax(axis=1).tolist() == [0, 1, 2]
    assert np.linalg.norm(mapped, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
