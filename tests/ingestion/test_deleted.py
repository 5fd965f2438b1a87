"""What was deleted stays deleted: after a rollback, and down to the bytes."""

from pathlib import Path

from bot.adapters.snapshot import Snapshot
from bot.models import Audience
from ingestion.corpus import Corpus, Problem
from ingestion.ports import Publications
from ingestion.pruning import prune
from ingestion.publishing import Publisher
from tests.ingestion.corpora import TEXTS, Renamed, article, corpus, opened, shown, version_folders

SECRET = "The cellar code is zebra-quartz-41."


def files_with(folder: Path, needle: str) -> list[str]:
    encodings = [needle.encode(), needle.encode("utf-16-le")]
    return [
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.is_file() and any(each in file.read_bytes() for each in encodings)
    ]


def test_a_deleted_article_does_not_come_back_with_a_rollback(publisher: Publisher, publications: Publications) -> None:
    publisher.publish(corpus(cellar=SECRET))
    publisher.publish(corpus())
    assert publications.tombstones() == {"en/cellar"}
    publications.point_at(1)
    assert set(shown(publisher, publications)) == set(TEXTS)
    snapshot = opened(publisher, publications)
    for audience in Audience:
        index, rows = snapshot.keywords(audience)
        assert not index.knows("zebra")
        assert all(snapshot.chunks[row].article_key != "en/cellar" for row in rows)
    assert list(snapshot.translations("cellar")) == []
    snapshot.close()


def test_publishing_it_again_restores_it(publisher: Publisher, publications: Publications) -> None:
    publisher.publish(corpus(cellar=SECRET))
    publisher.publish(corpus())
    summary = publisher.publish(corpus(cellar=SECRET))
    assert summary.restored == ("en/cellar",)
    assert publications.tombstones() == frozenset()
    assert shown(publisher, publications)["cellar"] == SECRET


def test_publishing_it_again_restores_it_after_a_rollback_too(publisher: Publisher, publications: Publications) -> None:
    publisher.publish(corpus(cellar=SECRET))
    publisher.publish(corpus())
    publications.point_at(1)
    summary = publisher.publish(corpus(cellar=SECRET))
    assert summary.changes.added == ("en/cellar",)
    assert (summary.restored, summary.version) == (("en/cellar",), 3)
    assert shown(publisher, publications)["cellar"] == SECRET


def test_after_a_rollback_the_next_publish_drops_what_lies_buried(
    publisher: Publisher, publications: Publications
) -> None:
    publisher.publish(corpus(cellar=SECRET))
    publisher.publish(corpus())
    publications.point_at(1)
    summary = publisher.publish(corpus())
    assert (summary.version, summary.embeddings, summary.changes.any) == (3, 0, False)
    prune(publisher.folder, publications, keep=1)
    assert files_with(publisher.folder, "zebra-quartz") == []
    assert publications.tombstones() == {"en/cellar"}
    assert not publisher.publish(corpus()).published


def without(*keys: str, broken: str = "", locale: str = "en") -> Corpus:
    problems = (Problem("a.md:1", "the front matter lacks 'title'", broken, locale),) if broken else ()
    return Corpus(corpus(*keys, *([broken] if broken else [])).articles, problems)


def test_what_is_deleted_beside_a_broken_article_is_buried_and_the_broken_one_is_not(
    publisher: Publisher, publications: Publications
) -> None:
    publisher.publish(corpus())
    assert publisher.publish(without("forum", broken="teams"), skip_invalid=True, allow_removals=True).version == 2
    assert publications.tombstones() == {"en/forum"}
    assert set(TEXTS) - set(shown(publisher, publications)) == {"forum", "teams"}
    assert not publisher.publish(without("forum", broken="teams"), skip_invalid=True).published
    assert publisher.publish(corpus("forum")).changes.added == ("en/teams",)
    assert publications.tombstones() == {"en/forum"}


def test_what_was_broken_first_and_deleted_then_is_buried(publisher: Publisher, publications: Publications) -> None:
    publisher.publish(corpus())
    publisher.publish(without(broken="teams"), skip_invalid=True)
    publisher.publish(without("grades", broken="teams"), skip_invalid=True)
    assert publications.tombstones() == {"en/grades"}
    assert publisher.publish(corpus("grades", "teams")).published
    assert publications.tombstones() == {"en/grades", "en/teams"}
    publications.point_at(1)
    assert not {"grades", "teams"} & set(shown(publisher, publications))


def test_a_broken_article_that_nobody_can_name_does_not_keep_a_deleted_one(
    publisher: Publisher, publications: Publications
) -> None:
    publisher.publish(corpus())
    nameless = Corpus(corpus("teams").articles, (Problem("a.jsonl:7", "not valid JSON"),))
    publisher.publish(nameless, skip_invalid=True)
    assert publications.tombstones() == {"en/teams"}
    publisher.publish(corpus())
    assert publications.tombstones() == frozenset()


def test_a_broken_translation_does_not_keep_the_deleted_original(
    publisher: Publisher, publications: Publications
) -> None:
    spanish = article("grades", "Tu nota es la media.", locale="es")
    publisher.publish(Corpus((*corpus().articles, spanish)))
    publisher.publish(without(broken="grades", locale="es"), skip_invalid=True, allow_removals=True)
    assert publications.tombstones() == {"en/grades"}


def test_deleting_a_translation_leaves_the_original(publisher: Publisher, publications: Publications) -> None:
    spanish = article("grades", "Tu nota es la media.", locale="es")
    publisher.publish(Corpus((*corpus().articles, spanish)))
    publisher.publish(corpus())
    publications.point_at(1)
    assert publications.tombstones() == {"es/grades"}
    snapshot = opened(publisher, publications)
    assert [each.locale for each in snapshot.translations("grades")] == ["en"]
    snapshot.close()


def test_no_byte_of_a_deleted_sentence_stays_after_pruning(publisher: Publisher, publications: Publications) -> None:
    publisher.publish(corpus(cellar=SECRET))
    assert files_with(publisher.folder, "zebra-quartz"), "the search itself must work"
    publisher.publish(corpus())
    assert files_with(publisher.folder, "zebra-quartz"), "kept for a rollback, hidden by its tombstone"
    prune(publisher.folder, publications, keep=1)
    assert files_with(publisher.folder, "zebra-quartz") == []
    assert len(shown(publisher, publications)) == 6


def test_a_changed_sentence_leaves_no_byte_either(publisher: Publisher, publications: Publications) -> None:
    publisher.publish(corpus(cellar=f"# Door\n\n{SECRET}\n\n# Window\n\nIt is shut."))
    publisher.publish(corpus(cellar="# Door\n\nNo code.\n\n# Window\n\nIt is shut."))
    prune(publisher.folder, publications, keep=1)
    assert files_with(publisher.folder, "zebra-quartz") == []


def test_deleted_in_the_middle_of_a_run_it_is_not_in_the_next(
    publisher: Publisher, publications: Publications, tmp_path: Path
) -> None:
    """A run publishes what it read; what was deleted meanwhile goes with the next one, whatever the model."""
    publisher.publish(corpus(cellar=SECRET))
    Publisher(tmp_path, publications, Renamed()).publish(corpus())
    assert "cellar" not in shown(publisher, publications)
    assert publications.tombstones() == {"en/cellar"}


def test_pruning_keeps_the_live_version_and_the_newest_others(publisher: Publisher, publications: Publications) -> None:
    for number in range(5):
        publisher.publish(corpus(grades=f"Version number {number}."))
    assert prune(publisher.folder, publications, keep=3) == [2, 1]
    assert version_folders(publisher.folder) == ["3", "4", "5"]
    publications.point_at(3)
    assert prune(publisher.folder, publications, keep=1) == [5, 4]
    assert [record.version for record in publications.history()] == [3]
    assert prune(publisher.folder, publications, keep=1) == []


def test_pruning_removes_what_a_killed_publish_left(publisher: Publisher, publications: Publications) -> None:
    publisher.publish(corpus())
    for stray in ("7", "8.unfinished"):
        (publisher.folder / "versions" / stray).mkdir()
        (publisher.folder / "versions" / stray / "articles.jsonl").write_text("{}")
    prune(publisher.folder, publications, keep=3)
    assert version_folders(publisher.folder) == ["1"]


def test_a_reader_keeps_its_version_until_it_is_done(publisher: Publisher, publications: Publications) -> None:
    publisher.publish(corpus(cellar=SECRET))
    reader = opened(publisher, publications)
    publisher.publish(corpus())
    assert prune(publisher.folder, publications, keep=1) == []
    assert reader.article("en/cellar").text == SECRET
    assert len(reader.keywords(reader.article("en/cellar").audience)[1]) == 7
    reader.close()
    assert prune(publisher.folder, publications, keep=1) == [1]
    assert version_folders(publisher.folder) == ["2"]


def test_two_readers_hold_it_until_the_last_one_leaves(publisher: Publisher, publications: Publications) -> None:
    publisher.publish(corpus())
    readers: list[Snapshot] = [opened(publisher, publications) for _ in range(2)]
    publisher.publish(corpus(grades="New."))
    readers[0].close()
    assert prune(publisher.folder, publications, keep=1) == []
    readers[1].close()
    assert prune(publisher.folder, publications, keep=1) == [1]
