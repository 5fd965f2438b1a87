"""What a publish will not do without a further word."""

from dataclasses import replace

import pytest

from bot.errors import GateRefused, Refused
from bot.models import Audience
from ingestion.corpus import Corpus
from ingestion.draft import Draft
from ingestion.ports import Publications, VersionRecord
from ingestion.publishing import Publisher
from storage.publications import SqlPublications
from tests.ingestion.corpora import TEXTS, HashEmbedder, article, corpus, shown, version_folders


def many(count: int) -> Corpus:
    return Corpus(tuple(article(f"a{n}", f"Text number {n}.") for n in range(count)))


def test_an_empty_corpus_is_refused_also_at_first(publisher: Publisher, publications: Publications) -> None:
    with pytest.raises(Refused, match="no article that can be published"):
        publisher.publish(Corpus(()))
    publisher.publish(corpus())
    with pytest.raises(Refused, match="--allow-removals"):
        publisher.publish(Corpus(()))
    assert publications.live() == 1


@pytest.mark.parametrize(("left", "refused"), [(10, False), (9, False), (8, False), (7, True), (1, True)])
def test_more_than_a_fifth_is_not_removed_by_mistake(publisher: Publisher, left: int, refused: bool) -> None:
    publisher.publish(many(10))
    if refused:
        with pytest.raises(Refused, match=f"remove {10 - left} of 10 articles, more than 20%"):
            publisher.publish(many(left))
    else:
        assert len(publisher.publish(many(left)).changes.removed) == 10 - left


def test_an_article_is_not_opened_to_more_readers_by_mistake(publisher: Publisher, publications: Publications) -> None:
    """An 'internal' that became 'learner' in the front matter; the other way round needs no word."""
    rules = article("rules", "Give one more week if they ask.", audience=Audience.INTERNAL)
    plain = article("plain", "Ask within 14 days.", audience=Audience.LEARNER)
    publisher.publish(Corpus((rules, plain)))
    opened = Corpus((replace(rules, audience=Audience.LEARNER), replace(plain, audience=Audience.PARTNER)))
    for allowed in ((), ("plain",)):
        with pytest.raises(Refused, match="'rules' was for internal and would become readable by learner"):
            publisher.publish(opened, allow_audience=allowed)
    assert publications.live() == 1
    assert publisher.publish(opened, allow_audience=("rules",)).version == 2


def test_a_dry_run_is_refused_as_the_real_one_would_be(publisher: Publisher) -> None:
    publisher.publish(many(10))
    with pytest.raises(Refused):
        publisher.publish(many(2), dry_run=True)


def test_articles_that_take_the_place_of_others_are_removals_too(publisher: Publisher) -> None:
    publisher.publish(many(10))
    renamed = Corpus(tuple(article(f"b{n}", f"Text number {n}.") for n in range(10)))
    with pytest.raises(Refused, match="10 of 10"):
        publisher.publish(renamed)


def test_removals_that_are_meant_are_made(publisher: Publisher, publications: Publications) -> None:
    publisher.publish(many(10))
    summary = publisher.publish(many(2), allow_removals=True)
    assert len(summary.changes.removed) == 8
    assert set(shown(publisher, publications)) == {"a0", "a1"}


def test_even_everything_can_go(publisher: Publisher, publications: Publications) -> None:
    publisher.publish(many(3))
    assert publisher.publish(Corpus(()), allow_removals=True).version == 2
    assert shown(publisher, publications) == {}
    publisher.publish(many(3))
    assert len(shown(publisher, publications)) == 3


class Gate:
    """Says the reasons it was given, and remembers what it was shown."""

    def __init__(self, *reasons: str) -> None:
        self.reasons, self.seen = reasons, list[Draft]()

    def check(self, draft: Draft) -> tuple[str, ...]:
        assert (draft.folder / "manifest.json").is_file()
        self.seen.append(draft)
        return self.reasons


def test_a_gate_that_says_no_leaves_the_old_version_live_and_no_folder(
    publisher: Publisher, publications: Publications
) -> None:
    publisher.publish(corpus())
    gates = [Gate("hit@1 fell from 90 % to 40 %"), Gate(), Gate("answers 3 questions wrongly")]
    with pytest.raises(GateRefused) as refused:
        publisher.publish(corpus(grades="Something else."), gates=gates)
    assert refused.value.exit_code == 3
    assert "hit@1 fell" in str(refused.value)
    assert "answers 3 questions" in str(refused.value)
    assert publications.live() == 1
    assert version_folders(publisher.folder) == ["1"]
    assert shown(publisher, publications)["grades"] == TEXTS["grades"]
    assert publications.tombstones() == frozenset()


def test_a_gate_that_says_yes_saw_the_whole_draft(publisher: Publisher) -> None:
    gate = Gate()
    publisher.publish(corpus(), gates=[gate])
    assert [len(draft.articles) for draft in gate.seen] == [6]
    assert gate.seen[0].changes.added
    publisher.publish(corpus(), gates=[gate])
    assert len(gate.seen) == 1, "nothing changed, nothing to judge"


class Interrupted(SqlPublications):
    """Ctrl-C in the moment after the pointer has moved."""

    def go_live(self, record: VersionRecord, added: frozenset[str], lifted: frozenset[str]) -> None:
        super().go_live(record, added, lifted)
        raise KeyboardInterrupt


def test_what_went_live_keeps_its_folder_whatever_comes_then(
    publisher: Publisher, publications: SqlPublications
) -> None:
    interrupted = Publisher(publisher.folder, Interrupted(publications._engine), HashEmbedder())
    with pytest.raises(KeyboardInterrupt):
        interrupted.publish(corpus())
    assert len(shown(publisher, publications)) == 6
