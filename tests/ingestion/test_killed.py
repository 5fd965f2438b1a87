"""Killed at any moment: the old version serves whole, and the next publish finishes the job."""

import multiprocessing
import random
import time
from pathlib import Path

import pytest

from ingestion.ports import Publications
from ingestion.pruning import prune
from ingestion.publishing import Publisher
from tests.ingestion.corpora import shown, version_folders
from tests.ingestion.killed import book, publish

KILLS = 6
context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["tests.ingestion.killed"])


def in_a_process(*arguments: object) -> multiprocessing.process.BaseProcess:
    process = context.Process(target=publish, args=arguments)
    process.start()
    return process


def editions(publisher: Publisher, publications: Publications) -> set[str]:
    texts = shown(publisher, publications)
    assert len(texts) == 40
    return {text.rsplit(" ", 1)[1] for text in texts.values()}


@pytest.mark.parametrize("moment", ["embedding", "gate"])
def test_killed_while_writing_and_right_before_the_switch(
    moment: str, publisher: Publisher, publications: Publications, sqlite_url: str
) -> None:
    publisher.publish(book(0))
    process = in_a_process(publisher.folder, sqlite_url, 1, moment)
    process.join(60)
    assert process.exitcode == -9
    assert len(version_folders(publisher.folder)) == 2, "it left something behind"
    assert editions(publisher, publications) == {"0."}
    summary = publisher.publish(book(1))
    assert (summary.version, len(summary.changes.changed)) == (3, 40)
    prune(publisher.folder, publications, keep=1)
    assert version_folders(publisher.folder) == ["3"]


def test_killed_at_any_moment(
    publisher: Publisher, publications: Publications, sqlite_url: str, tmp_path: Path
) -> None:
    publisher.publish(book(0))
    started = time.perf_counter()
    in_a_process(publisher.folder, sqlite_url, 1).join(60)
    whole = time.perf_counter() - started
    assert editions(publisher, publications) == {"1."}

    rolls = random.Random(11)
    for edition in range(2, 2 + KILLS):
        process = in_a_process(publisher.folder, sqlite_url, edition)
        time.sleep(rolls.uniform(0.0, whole))
        process.kill()
        process.join(60)
        assert len(editions(publisher, publications)) == 1, "one edition, whole"
        prune(publisher.folder, publications, keep=2)
        known = {str(record.version) for record in publications.history()}
        assert set(version_folders(publisher.folder)) == known

    publisher.publish(book(99))
    assert editions(publisher, publications) == {"99."}
    prune(publisher.folder, publications, keep=1)
    assert version_folders(publisher.folder) == [str(publications.live())]
