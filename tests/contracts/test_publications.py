"""`ingestion.ports.Publications` on both databases."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.errors import Busy, NotFound, Refused
from ingestion.ports import Publications, VersionRecord
from storage.engine import open_engine
from storage.publications import SqlPublications
from tests.helpdesk.scripted import NOON

ROOT = Path(__file__).parents[2]
NONE: frozenset[str] = frozenset()
HOLDER = """
import sys, time
from storage.engine import open_engine
from storage.publications import SqlPublications
with SqlPublications(open_engine(sys.argv[1])).publishing():
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def publications(engine: Engine) -> Publications:
    return SqlPublications(engine)


def record(version: int) -> VersionRecord:
    return VersionRecord(version, NOON, 120, 480, "minilm", live=False)


def test_nothing_is_live_at_first(publications: Publications) -> None:
    assert publications.live() is None
    assert publications.history() == []
    assert publications.tombstones() == NONE


def test_going_live_records_the_version_and_moves_the_pointer(publications: Publications) -> None:
    publications.go_live(record(1), NONE, NONE)
    publications.go_live(record(2), NONE, NONE)
    assert publications.live() == 2
    assert publications.history() == [replace(record(2), live=True), record(1)]


def test_a_rollback_moves_the_pointer_and_keeps_the_tombstones(publications: Publications) -> None:
    publications.go_live(record(1), NONE, NONE)
    publications.go_live(record(2), frozenset({"en/old"}), NONE)
    publications.point_at(1)
    assert publications.live() == 1
    assert publications.tombstones() == {"en/old"}


def test_nobody_can_point_at_a_version_that_is_not_recorded(publications: Publications) -> None:
    publications.go_live(record(1), NONE, NONE)
    with pytest.raises(NotFound, match="version 9"):
        publications.point_at(9)
    assert publications.live() == 1


def test_tombstones_are_added_again_and_lifted(publications: Publications) -> None:
    publications.go_live(record(1), frozenset({"en/a", "en/b"}), NONE)
    publications.go_live(record(2), frozenset({"en/a", "en/c"}), frozenset({"en/b", "en/never"}))
    assert publications.tombstones() == {"en/a", "en/c"}


def test_a_version_goes_live_whole_or_not_at_all(publications: Publications) -> None:
    publications.go_live(record(1), NONE, NONE)
    with pytest.raises(Exception, match=r"(?i)unique"):
        publications.go_live(record(1), frozenset({"en/a"}), NONE)
    assert publications.tombstones() == NONE
    assert publications.live() == 1


def test_a_pruned_version_is_forgotten_but_never_the_live_one(publications: Publications) -> None:
    publications.go_live(record(1), NONE, NONE)
    publications.go_live(record(2), NONE, NONE)
    publications.forget(1)
    assert [each.version for each in publications.history()] == [2]
    with pytest.raises(Refused, match="version 2 is live"):
        publications.forget(2)


def test_a_version_number_is_given_once(publications: Publications) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda _: publications.reserve(), range(24)))
    assert sorted(numbers) == list(range(1, 25))


def test_one_publish_at_a_time(publications: Publications, url: str) -> None:
    other = open_engine(url)
    with publications.publishing():
        with pytest.raises(Busy, match="another publish"), SqlPublications(other).publishing():
            pass
        # Everything else goes on beside a publish.
        assert SqlPublications(other).reserve() == 1
    with SqlPublications(other).publishing():
        pass
    other.dispose()


def test_one_publish_right_after_another(publications: Publications) -> None:
    for _ in range(50):
        with publications.publishing():
            pass


def test_a_failed_publish_lets_the_next_one_in(publications: Publications) -> None:
    with pytest.raises(KeyError), publications.publishing():
        raise KeyError
    with publications.publishing():
        pass


def test_a_killed_publisher_holds_nothing(publications: Publications, url: str) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER, url], cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Busy), publications.publishing():
            pass
        holder.kill()
    wait_until_free(publications)


def wait_until_free(publications: Publications) -> None:
    """PostgreSQL notices within moments that a client is gone."""
    for _ in range(100):
        try:
            with publications.publishing():
                return
        except Busy:
            time.sleep(0.05)
    pytest.fail("the lock of a dead process is still held after 5 seconds")
