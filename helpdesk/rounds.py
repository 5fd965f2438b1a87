"""Asking other desks for their news, for as long as the process runs."""

import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Protocol

from bot.errors import FirstlineError
from helpdesk.clock import Clock, utc_now
from helpdesk.ports import Store


class Source(Protocol):
    """A desk that can be asked for what happened there."""

    @property
    def every(self) -> timedelta:
        """Between two polls; zero: never."""
        ...

    def poll(self) -> None:
        """Bring here what is new. Raises a FirstlineError where it cannot be had now."""
        ...


class Rounds:
    """A thread a source. Of several processes on one store, one polls in each period."""

    def __init__(
        self,
        store: Store,
        sources: Mapping[str, Source],
        *,
        trouble: Callable[[str, Exception], None],
        clock: Clock = utc_now,
    ) -> None:
        self._store = store
        self._trouble = trouble
        self._clock = clock
        self._stop = threading.Event()
        asked = {name: source for name, source in sources.items() if source.every > timedelta()}
        self._threads = [
            threading.Thread(target=self._follow, args=each, name=f"news-of-{each[0]}", daemon=True)
            for each in asked.items()
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """A poll that is under way goes on; what it brings is stored, or brought again the next time."""
        self._stop.set()

    def once(self, name: str, source: Source) -> bool:
        """Poll, unless somebody did in this period. Trouble is told, never raised."""
        now = self._clock()
        period = int(now.timestamp() // source.every.total_seconds())
        try:
            with self._store.begin() as work:
                if not work.nonces.use(f"poll/{name}/{period}", now + 2 * source.every, now):
                    return False
            source.poll()
        except FirstlineError as error:
            self._trouble(name, error)
        except Exception as error:  # noqa: BLE001 - a bug in reading one desk's news must not end the reading
            self._trouble(name, error)
        return True

    def _follow(self, name: str, source: Source) -> None:
        while not self._stop.is_set():
            self.once(name, source)
            self._stop.wait(source.every.total_seconds())
