"""An index version on disk, opened: whole, without what was buried, and refused when damaged."""

from pathlib import Path

import numpy as np
import pytest

from bot.adapters.snapshot import Snapshot
from bot.errors import NotReady
from bot.models import Audience
from bot.readiness import Readiness
from bot.retrieval import Retrieval
from bot.serial import article_from, article_row, chunk_from, chunk_row
from bot.shelf import Shelf
from ingestion.corpus import Corpus

LEARNER = Audience.LEARNER
WORDING = "where is my refund"


def test_it_holds_what_was_published(library: Snapshot, part: Corpus) -> None:
    assert library.version == 1
    assert set(library.articles) == set(part.articles)
    assert library.article("es/refund-course").locale == "es"
    assert {each.locale for each in library.translations("refund-course")} == {"en", "es", "zh"}
    assert list(library.translations("nowhere")) == []
    with pytest.raises(KeyError):
        library.article("de/refund-course")


def test_articles_and_chunks_come_back_from_their_rows(library: Snapshot) -> None:
    assert all(article_from(article_row(each)) == each for each in library.articles)
    assert all(chunk_from(chunk_row(each)) == each for each in library.chunks)


@pytest.mark.parametrize("audience", Audience)
def test_the_nearest_are_truly_the_nearest(library: Snapshot, retrieval: Retrieval, audience: Audience) -> None:
    """Chroma's approximate search against all dot products."""
    vector = retrieval.embedder.embed_questions([WORDING], ["en"])[0]
    readable = [each for each in library.articles if audience.reads(each.audience)]
    rows = np.array([row for each in readable for row in library.rows_of(each.key)])
    exact = rows[np.argsort(-library.dense(vector, rows))][:10]
    nearest = library.nearest(vector, audience, 10)
    assert len(nearest) == 10
    assert len(set(nearest) & set(exact)) >= 9


def test_never_more_than_there_are(library: Snapshot, retrieval: Retrieval) -> None:
    vector = retrieval.embedder.embed_questions([WORDING], ["en"])[0]
    readable = [each for each in library.articles if LEARNER.reads(each.audience)]
    assert len(library.nearest(vector, LEARNER, 10_000)) == sum(len(library.rows_of(each.key)) for each in readable)


def test_buried_articles_are_in_nothing(published: Path, retrieval: Retrieval) -> None:
    buried = frozenset({"en/refund-status", "es/refund-course"})
    snapshot = Snapshot(published / "versions" / "1", buried)
    vector = retrieval.embedder.embed_questions([WORDING], ["en"])[0]
    for audience in Audience:
        for rows in (snapshot.nearest(vector, audience, 30), snapshot.keywords(audience)[1]):
            assert len(rows) >= 30
            assert not {snapshot.chunks[row].article_key for row in rows} & buried
    assert {each.key for each in snapshot.articles}.isdisjoint(buried)
    assert {each.locale for each in snapshot.translations("refund-course")} == {"en", "zh"}
    keys = {p.article.key for p in retrieval.search(snapshot, WORDING, "en", LEARNER).passages}
    assert keys.isdisjoint(buried)
    snapshot.close()


def test_with_everything_buried_nothing_is_found(published: Path, part: Corpus, retrieval: Retrieval) -> None:
    snapshot = Snapshot(published / "versions" / "1", frozenset(each.key for each in part.articles))
    assert retrieval.search(snapshot, WORDING, "en", LEARNER).passages == ()
    snapshot.close()


def test_a_missing_version_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="publish again with 'firstline index'"):
        Snapshot(tmp_path / "7")


@pytest.mark.parametrize("name", ["articles.jsonl", "chunks.jsonl", "vectors.npy", "manifest.json"])
def test_a_damaged_version_is_refused_with_a_sentence(data: Path, name: str) -> None:
    folder = data / "versions" / "1"
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(NotReady, match="is damaged"):
        Snapshot(folder)
    (folder / name).unlink()
    with pytest.raises(NotReady, match=r"is damaged|is not there"):
        Snapshot(folder)


def test_a_version_without_its_vector_store_is_refused(data: Path) -> None:
    folder = data / "versions" / "1"
    (folder / "chroma").rename(folder / "elsewhere")
    with pytest.raises(NotReady, match="is not there"):
        Snapshot(folder)


def shelf_of(folder: Path, buried: frozenset[str] = frozenset()) -> Shelf:
    return Shelf(lambda: (1, buried), lambda n, gone: Snapshot(folder / "versions" / str(n), gone))


def test_ready_once_a_version_finds_its_own_article(published: Path, retrieval: Retrieval) -> None:
    shelf = shelf_of(published)
    warmed: list[int] = []
    readiness = Readiness(shelf, retrieval, lambda library: warmed.append(library.version))
    assert readiness.problem() is None
    assert readiness.problem() is None
    assert warmed == [1], "once a version"
    shelf.close()


def test_not_ready_before_the_first_publish(retrieval: Retrieval) -> None:
    empty = Shelf(lambda: None, lambda *_: pytest.fail("nothing to open"))
    assert Readiness(empty, retrieval).problem() == "no articles are published yet; run 'firstline index SOURCE'"


def test_not_ready_where_the_search_finds_nothing(published: Path, retrieval: Retrieval, part: Corpus) -> None:
    shelf = shelf_of(published, frozenset(each.key for each in part.articles))
    problem = Readiness(shelf, retrieval).problem()
    assert problem == "index version 1 does not find an article by its own title"
    shelf.close()


def test_not_ready_where_the_version_is_damaged(data: Path, retrieval: Retrieval) -> None:
    (data / "versions" / "1" / "vectors.npy").unlink()
    problem = Readiness(shelf_of(data), retrieval).problem()
    assert problem is not None
    assert "is damaged" in problem


def test_what_an_article_shows_does_not_depend_on_the_others(library: Snapshot, retrieval: Retrieval) -> None:
    vector = retrieval.embedder.embed_questions([WORDING], ["en"])[0]
    keys = sorted(each.key for each in library.articles)
    together = library.looks(vector, keys)
    assert {str(view) for view in together.view} == {"text", "label", "name"}
    for place, key in enumerate(keys):
        alone, mine = library.looks(vector, [key]), together.owner == place
        assert list(together.rows[mine]) == list(alone.rows) == list(library.rows_of(key))
        assert (together.cosine[mine] == alone.cosine).all()
        assert [str(view) for view in alone.view] == [library.chunks[row].view for row in alone.rows]
        assert alone.cosine == pytest.approx(library.dense(vector, alone.rows), abs=1e-6)
