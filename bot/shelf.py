"""The index version that is live right now, held for the length of one question."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from bot.errors import FirstlineError, NotReady
from bot.ports import Library


class OpenLibrary(Library, Protocol):
    def close(self) -> None: ...


class Shelf:
    """Polls the live pointer, opens what it points at, and closes the old version when no question holds it.

    `live` gives (version, tombstones) or None; `open_version` opens one. A version that cannot be opened leaves the
    one before it in service; the next look tries again.
    """

    def __init__(
        self,
        live: Callable[[], tuple[int, frozenset[str]] | None],
        open_version: Callable[[int, frozenset[str]], OpenLibrary],
        poll_seconds: float = 1.0,
    ) -> None:
        self._live, self._open, self._poll = live, open_version, poll_seconds
        self._turn = threading.Lock()
        self._opening = threading.Lock()
        self._current: OpenLibrary | None = None
        self._state: tuple[int, frozenset[str]] | None = None
        self._held: dict[int, int] = {}
        self._checked = float("-inf")
        self._why_not = "no articles are published yet; run 'firstline index SOURCE'"

    @contextmanager
    def library(self) -> Iterator[Library]:
        """The live version; raises NotReady where none was ever published."""
        self.refresh()
        with self._turn:
            library = self._current
            if library is None:
                raise NotReady(self._why_not)
            self._held[id(library)] = self._held.get(id(library), 0) + 1
        try:
            yield library
        finally:
            self._release(library)

    def refresh(self, now: bool = False) -> None:
        """Look at the pointer if the last look was more than the poll interval ago, or `now`."""
        if not now and time.monotonic() - self._checked < self._poll:
            return
        if not self._opening.acquire(blocking=self._current is None or now):
            return
        try:
            self._checked = time.monotonic()
            state = self._live()
            if state is not None and state != self._state:
                self._replace(self._open(*state), state)
        except FirstlineError as error:
            if isinstance(error, NotReady):
                self._why_not = str(error)  # also for who asks before the next look
            if self._current is None:
                raise
        finally:
            self._opening.release()

    def _replace(self, library: OpenLibrary, state: tuple[int, frozenset[str]]) -> None:
        with self._turn:
            old, self._current, self._state = self._current, library, state
            idle = old is not None and not self._held.get(id(old))
        if old is not None and idle:
            old.close()

    def _release(self, library: OpenLibrary) -> None:
        with self._turn:
            self._held[id(library)] -= 1
            if self._held[id(library)]:
                return
            del self._held[id(library)]
            retired = library is not self._current
        if retired:
            library.close()

    def close(self) -> None:
        with self._turn:
            library, self._current, self._state = self._current, None, None
        if library is not None:
            library.close()
