"""Publishing: what is computed, what changes, what goes live."""

import numpy as np
import pytest

from api.wiring import Encoders
from bot.errors import BadInput, Busy
from bot.models import Audience
from ingestion.corpus import Corpus, Problem
from ingestion.ports import Publications
from ingestion.publishing import Publisher
from storage.engine import open_engine
from storage.publications import SqlPublications
from tests.ingestion.corpora import TEXTS, HashEmbedder, Renamed, article, corpus, opened, shown, version_folders

ROWS = 2 * len(TEXTS)
"""One short chunk and one label an article."""


def test_the_first_publish_adds_everything(publisher: Publisher, publications: Publications) -> None:
    summary = publisher.publish(corpus())
    assert summary.published
    assert summary.version == publications.live() == 1
    assert summary.changes.added == tuple(f"en/{key}" for key in TEXTS)
    assert summary.embeddings == ROWS
    assert set(shown(publisher, publications)) == set(TEXTS)


def test_an_unchanged_run_computes_nothing_and_makes_no_version(
    publisher: Publisher, publications: Publications
) -> None:
    publisher.publish(corpus())
    again = publisher.publish(corpus())
    assert (again.published, again.embeddings, again.version) == (False, 0, 1)
    assert len(again.changes.unchanged) == len(TEXTS)
    assert len(publications.history()) == 1
    assert version_folders(publisher.folder) == ["1"]


def test_one_changed_article_embeds_its_own_chunks_alone(publisher: Publisher, publications: Publications) -> None:
    long = "# One\n\nFirst part.\n\n# Two\n\nSecond part."
    publisher.publish(corpus(grades=long))
    summary = publisher.publish(corpus(grades=long.replace("Second", "Another")))
    assert summary.embeddings == 1
    assert summary.changes.changed == ("en/grades",)
    assert len(summary.changes.unchanged) == len(TEXTS) - 1
    assert "Another part." in shown(publisher, publications)["grades"]
    assert "Second part." not in shown(publisher, publications)["grades"]


def test_carried_vectors_are_those_that_would_be_computed(publisher: Publisher, publications: Publications) -> None:
    publisher.publish(corpus())
    publisher.publish(corpus("teams", grades="Your grade is the best of all attempts.", added="Something new."))
    snapshot = opened(publisher, publications)
    rows = np.arange(len(snapshot.chunks))
    embedder = HashEmbedder()
    for row in rows:
        chunk = snapshot.chunks[row]
        vector = embedder.embed_passages([chunk.embedded_text(snapshot.article(chunk.article_key))], ["en"])[0]
        assert snapshot.dense(vector, rows)[row] == pytest.approx(1.0)
    snapshot.close()


def test_real_models_carry_over_too(encoders: Encoders, publications: Publications, publisher: Publisher) -> None:
    real = Publisher(publisher.folder, publications, encoders.embedder)
    assert real.publish(corpus()).embeddings == ROWS
    assert real.publish(corpus(teams="A team has six seats.")).embeddings == 1
    question = encoders.embedder.embed_questions(["how do I send a course back"], ["en"])[0]
    snapshot = opened(real, publications)
    nearest = snapshot.nearest(question, next(iter(snapshot.articles)).audience, 6)
    best = nearest[snapshot.dense(question, nearest).argmax()]
    assert snapshot.chunks[best].article_key == "en/refund"
    snapshot.close()


def test_another_title_or_keyword_is_a_change(publisher: Publisher) -> None:
    publisher.publish(Corpus((article("a"), article("b"), article("c"))))
    changed = Corpus((article("a", title="Other"), article("b", keywords=("word",)), article("c")))
    summary = publisher.publish(changed)
    assert summary.changes.changed == ("en/a", "en/b")
    assert summary.embeddings == 2 + 2, (
        "chunk and label under a new title; a new label and the keyword alone, the title being known"
    )


def test_a_translation_is_an_article_of_its_own(publisher: Publisher) -> None:
    publisher.publish(Corpus((article("a"),)))
    summary = publisher.publish(Corpus((article("a"), article("a", "Unas palabras.", locale="es"))))
    assert summary.changes.added == ("es/a",)
    assert summary.changes.unchanged == ("en/a",)


def test_a_dry_run_counts_and_leaves_everything_as_it_was(publisher: Publisher, publications: Publications) -> None:
    dry = publisher.publish(corpus(), dry_run=True)
    assert (len(dry.changes.added), dry.version, dry.published) == (6, None, False)
    assert publications.live() is None
    publisher.publish(corpus())
    dry = publisher.publish(corpus("teams", new="A new one."), dry_run=True)
    assert dry.changes.removed == ("en/teams",)
    assert dry.changes.added == ("en/new",)
    assert (publications.live(), version_folders(publisher.folder)) == (1, ["1"])


def test_broken_articles_stop_everything(publisher: Publisher, publications: Publications) -> None:
    broken = Corpus(corpus().articles, tuple(Problem(f"a/{n}.md:3", "has no title") for n in range(25)))
    with pytest.raises(BadInput) as refused:
        publisher.publish(broken)
    assert "25 articles cannot be published; mend them or pass --skip-invalid" in str(refused.value)
    assert "a/0.md:3: has no title" in str(refused.value)
    assert "and 5 more" in str(refused.value)
    assert publications.live() is None


def test_skip_invalid_publishes_the_rest_and_buries_nothing(publisher: Publisher, publications: Publications) -> None:
    publisher.publish(corpus())
    rest = Corpus(corpus("teams").articles, (Problem("teams.md:1", "the front matter lacks 'title'", "teams"),))
    summary = publisher.publish(rest, skip_invalid=True)
    assert (summary.skipped, summary.version) == (1, 2)
    assert publications.tombstones() == frozenset()
    assert "teams" not in shown(publisher, publications)
    publications.point_at(1)
    assert "teams" in shown(publisher, publications)


def test_one_publish_at_a_time(publisher: Publisher, sqlite_url: str) -> None:
    other = open_engine(sqlite_url)
    rival = Publisher(publisher.folder, SqlPublications(other), HashEmbedder())
    refusals = []

    def meanwhile(_done: int, _all: int) -> None:
        with pytest.raises(Busy, match="another publish") as busy:
            rival.publish(corpus())
        refusals.append(busy)

    assert publisher.publish(corpus(), progress=meanwhile).version == 1
    assert len(refusals) == ROWS
    assert not rival.publish(corpus()).published
    other.dispose()


def test_progress_counts_up_to_all(publisher: Publisher) -> None:
    seen = []
    publisher.publish(corpus(), progress=lambda done, every: seen.append((done, every)))
    assert seen == [(n, ROWS) for n in range(1, ROWS + 1)]


def test_another_embedder_makes_a_new_version_and_the_old_serves_until_then(
    publisher: Publisher, publications: Publications
) -> None:
    publisher.publish(corpus())
    states = []
    renamed = Publisher(publisher.folder, publications, Renamed())
    summary = renamed.publish(corpus(), progress=lambda *_: states.append(publications.live()))
    assert (summary.version, summary.embeddings, summary.published) == (2, ROWS, True)
    assert states == [1] * ROWS
    assert [record.embedder for record in publications.history()] == ["hash/2", "hash/1"]
    assert len(shown(renamed, publications)) == 6
    assert not renamed.publish(corpus()).published
    publications.point_at(1)
    assert len(shown(publisher, publications)) == 6


def test_a_version_whose_folder_is_gone_is_made_anew(publisher: Publisher, publications: Publications) -> None:
    publisher.publish(corpus())
    (publisher.folder / "versions").rename(publisher.folder / "lost")
    assert publisher.publish(corpus()).version == 2
    assert set(shown(publisher, publications)) == set(TEXTS)


def test_each_audience_finds_its_own_whether_or_not_others_read_more(
    publisher: Publisher, publications: Publications
) -> None:
    def found(audience: Audience) -> set[str]:
        snapshot = opened(publisher, publications)
        rows = snapshot.nearest(np.ones(HashEmbedder.dimensions, dtype=np.float32), audience, 100)
        snapshot.close()
        return {snapshot.chunks[row].article_key for row in rows}

    same = corpus()
    publisher.publish(same)
    everything = {each.key for each in same.articles}
    assert [found(audience) for audience in Audience] == [everything] * 3
    payouts = article("payouts", audience=Audience.PARTNER)
    publisher.publish(Corpus((*same.articles, payouts)))
    assert [found(audience) - everything for audience in Audience] == [set(), {"en/payouts"}, {"en/payouts"}]
