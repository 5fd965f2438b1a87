"""What a publish learns of its own articles, and that versions without it still serve."""

import json
from pathlib import Path

import pytest

from api.wiring import Encoders
from bot.adapters.snapshot import BACKGROUND, Snapshot
from bot.background import Background, background_from, background_row
from bot.retrieval import Retrieval
from ingestion.background import OF_AN_ARTICLE, SENTENCES, learn
from ingestion.corpus import Corpus
from ingestion.publishing import Publisher
from storage.publications import SqlPublications
from tests.ingestion.corpora import TEXTS, article


@pytest.fixture(scope="module")
def retrieval(encoders: Encoders) -> Retrieval:
    return Retrieval(encoders.embedder)


@pytest.fixture
def version(tmp_path: Path, publications: SqlPublications, encoders: Encoders) -> Path:
    """A small help center, published."""
    articles = tuple(article(name, text) for name, text in TEXTS.items())
    Publisher(tmp_path, publications, encoders.embedder).publish(Corpus(articles))
    return tmp_path / "versions" / "1"


def test_a_question_s_own_article_scores_above_strangers(version: Path) -> None:
    library = Snapshot(version)
    for space in (library.background.english, library.background.shared):
        assert 1 >= space.own > space.stranger
        assert set(space.draws) == set(TEXTS)
    library.close()


def test_the_same_is_learned_again(version: Path, retrieval: Retrieval) -> None:
    library = Snapshot(version)
    assert learn(library, retrieval) == library.background
    library.close()


def test_it_holds_no_text(version: Path) -> None:
    held = json.loads((version / BACKGROUND).read_text())
    assert {key for space in held.values() for key in space} == {"own", "stranger", "usual", "draws"}


def test_a_version_of_an_earlier_release_still_serves(version: Path) -> None:
    (version / BACKGROUND).unlink()
    library = Snapshot(version)
    assert library.background == Background()
    library.close()


def test_it_comes_back_from_its_row(version: Path) -> None:
    row = json.loads((version / BACKGROUND).read_text())
    assert background_row(background_from(row)) == row


def test_articles_without_a_sentence_teach_nothing(
    tmp_path: Path, publications: SqlPublications, encoders: Encoders
) -> None:
    Publisher(tmp_path, publications, encoders.embedder).publish(Corpus((article("short", "Ask us."),)))
    library = Snapshot(tmp_path / "versions" / "1")
    assert library.background == Background()
    library.close()


def test_the_searches_are_bounded(version: Path, retrieval: Retrieval, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = Retrieval.search

    def counted(self: Retrieval, library: Snapshot, text: str, *rest: object) -> object:
        asked.append(text)
        return real(self, library, text, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Retrieval, "search", counted)
    monkeypatch.setattr("ingestion.background.SENTENCES", 3)
    library = Snapshot(version)
    learn(library, retrieval)
    library.close()
    assert len(asked) == 2 * 3 < 2 * min(SENTENCES, OF_AN_ARTICLE * len(TEXTS))
