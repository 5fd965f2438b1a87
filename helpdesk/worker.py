"""Delivering what the outbox owes, for as long as the process runs."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from bot.errors import BadInput
from helpdesk.clock import Clock, utc_now
from helpdesk.courier import Attempt, Claimed, Courier
from helpdesk.ports import Store
from helpdesk.retrying import asked_to_wait

LANES = 4
"""Deliveries to one desk at a time, in one process."""
POLL = 1.0
"""Seconds between two looks where nobody rings: another process may owe something, and waits come to their end."""


@dataclass(slots=True)
class _Lanes:
    """What is under way to one desk."""

    pool: ThreadPoolExecutor
    busy: set[str] = field(default_factory=set)
    not_before: datetime | None = None
    """The desk asked to wait, which means everybody."""


class Worker:
    """Delivers to each desk on threads of its own: one that is slow or down holds back nobody else's.

    `report` is told of every attempt; `trouble` of a store that does not answer, of a bug, and once of each desk that
    something is owed to and the settings do not know. Both are called from several threads.
    """

    def __init__(
        self,
        store: Store,
        courier: Courier,
        desks: Iterable[str],
        *,
        report: Callable[[Attempt], None],
        trouble: Callable[[Exception], None],
        clock: Clock = utc_now,
    ) -> None:
        self._store = store
        self._courier = courier
        self._lanes = {name: _Lanes(ThreadPoolExecutor(LANES, f"to-{name}")) for name in desks}
        self._unknown: set[str] = set()
        self._report = report
        self._trouble = trouble
        self._clock = clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more and let what is under way end, which lasts as long as the slowest call."""
        self._stopping.set()
        self._store.owed.set()
        self._thread.join()
        for lanes in self._lanes.values():
            lanes.pool.shutdown()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._store.owed.clear()
            try:
                self._look()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next look comes
                self._trouble(error)
                self._stopping.wait(POLL)
            self._store.owed.wait(POLL)

    def _look(self) -> None:
        with self._store.read() as work:
            owed = work.outbox.connectors()
        for name in owed:
            if name in self._lanes:
                self._fill(name, self._lanes[name])
            elif name not in self._unknown:
                self._unknown.add(name)
                self._trouble(BadInput(f"deliveries wait for the desk '{name}', which the settings do not have"))

    def _fill(self, name: str, lanes: _Lanes) -> None:
        while len(lanes.busy) < LANES and not self._stopping.is_set():
            if lanes.not_before is not None and self._clock() < lanes.not_before:
                return
            claimed = self._courier.claim(name)
            if claimed is None:
                return
            lanes.busy.add(claimed.claim)
            lanes.pool.submit(self._deliver, claimed, lanes)

    def _deliver(self, claimed: Claimed, lanes: _Lanes) -> None:
        try:
            attempt = self._courier.deliver(claimed)
            if attempt.error is not None and (wait := asked_to_wait(attempt.error)):
                lanes.not_before = self._clock() + wait
            self._report(attempt)
        except Exception as error:  # noqa: BLE001 - the row comes again when its claim has ended
            self._trouble(error)
        finally:
            lanes.busy.discard(claimed.claim)
            self._store.owed.set()
