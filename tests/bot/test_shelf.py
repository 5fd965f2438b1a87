"""The shelf: versions change under load, nobody notices, and nothing is closed while it is read."""

import threading
from collections.abc import Iterable

import pytest

from bot.errors import NotReady
from bot.models import Article
from bot.shelf import Shelf
from tests.ingestion.corpora import article

State = tuple[int, frozenset[str]]
NONE: frozenset[str] = frozenset()


class Book:
    """A library that knows whether it was closed."""

    def __init__(self, version: int, buried: frozenset[str]) -> None:
        self.version, self.buried = version, buried
        self.closed = 0

    @property
    def articles(self) -> Iterable[Article]:
        assert not self.closed, "read after it was closed"
        return [article(str(self.version))]

    def close(self) -> None:
        self.closed += 1


class Press:
    """What is live, and every book that was opened."""

    def __init__(self, state: State | None = (1, NONE)) -> None:
        self.state, self.books, self.broken = state, list[Book](), set[int]()

    def live(self) -> State | None:
        return self.state

    def open(self, version: int, buried: frozenset[str]) -> Book:
        if version in self.broken:
            raise NotReady(f"version {version} is damaged")
        self.books.append(Book(version, buried))
        return self.books[-1]

    def shelf(self, poll: float = 0.0) -> Shelf:
        return Shelf(self.live, self.open, poll)  # type: ignore[arg-type]


def test_nothing_published_is_not_ready() -> None:
    with pytest.raises(NotReady, match="run 'firstline index SOURCE'"), Press(None).shelf().library():
        pass


def test_one_version_is_opened_once() -> None:
    press = Press()
    shelf = press.shelf()
    for _ in range(5):
        with shelf.library() as library:
            assert library.version == 1
    assert len(press.books) == 1


def test_the_pointer_is_looked_at_no_more_often_than_asked() -> None:
    press = Press()
    shelf = press.shelf(poll=3600)
    with shelf.library():
        press.state = (2, NONE)
    with shelf.library() as library:
        assert library.version == 1
    shelf.refresh(now=True)
    with shelf.library() as library:
        assert library.version == 2


def test_the_old_version_is_closed_when_the_last_reader_leaves() -> None:
    press = Press()
    shelf = press.shelf()
    first, second = shelf.library(), shelf.library()
    old = first.__enter__()
    second.__enter__()
    press.state = (2, NONE)
    with shelf.library() as library:
        assert library.version == 2
    first.__exit__(None, None, None)
    assert press.books[0].closed == 0
    assert list(old.articles)
    second.__exit__(None, None, None)
    assert press.books[0].closed == 1
    shelf.close()
    assert press.books[1].closed == 1


def test_an_idle_old_version_is_closed_at_once() -> None:
    press = Press()
    shelf = press.shelf()
    shelf.refresh()
    press.state = (2, NONE)
    shelf.refresh()
    assert [book.closed for book in press.books] == [1, 0]


def test_a_new_tombstone_opens_the_same_version_anew() -> None:
    press = Press()
    shelf = press.shelf()
    shelf.refresh()
    press.state = (1, frozenset({"en/a"}))
    with shelf.library():
        assert [book.buried for book in press.books] == [NONE, {"en/a"}]


def test_a_version_that_cannot_be_opened_leaves_the_old_one_and_is_tried_again() -> None:
    press = Press()
    shelf = press.shelf()
    shelf.refresh()
    press.broken, press.state = {2}, (2, NONE)
    for _ in range(3):
        with shelf.library() as library:
            assert library.version == 1
    press.broken = set()
    with shelf.library() as library:
        assert library.version == 2


def test_a_first_version_that_cannot_be_opened_says_why() -> None:
    press = Press()
    press.broken = {1}
    with pytest.raises(NotReady, match="version 1 is damaged"), press.shelf().library():
        pass


def test_an_error_of_a_question_gives_the_version_back() -> None:
    press = Press()
    shelf = press.shelf()
    with pytest.raises(KeyError), shelf.library():
        raise KeyError
    press.state = (2, NONE)
    shelf.refresh()
    assert press.books[0].closed == 1


def test_versions_change_under_load() -> None:
    press = Press()
    shelf = press.shelf()
    errors: list[BaseException] = []
    stop = threading.Event()

    def ask() -> None:
        last = 0
        try:
            while not stop.is_set():
                with shelf.library() as library:
                    assert library.version >= last
                    last = library.version
                    assert [each.id for each in library.articles] == [str(library.version)]
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for version in range(2, 60):
        press.state = (version, NONE)
        shelf.refresh(now=True)
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [book.closed for book in press.books] == [1] * (len(press.books) - 1) + [0]
    assert press.books[-1].version == 59
