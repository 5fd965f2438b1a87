"""One at a time, by key, within this process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Keeps one conversation's questions from being answered twice over; between processes the store decides.

    Holds nothing for a key that nobody waits for.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, tuple[threading.Lock, int]] = {}

    @contextmanager
    def take(self, key: str) -> Iterator[None]:
        lock = self._join(key)
        try:
            with lock:
                yield
        finally:
            self._leave(key)

    def __len__(self) -> int:
        return len(self._locks)

    def _join(self, key: str) -> threading.Lock:
        with self._guard:
            lock, waiting = self._locks.get(key, (threading.Lock(), 0))
            self._locks[key] = (lock, waiting + 1)
            return lock

    def _leave(self, key: str) -> None:
        with self._guard:
            lock, waiting = self._locks.pop(key)
            if waiting > 1:
                self._locks[key] = (lock, waiting - 1)
