"""The worker with its threads, on both databases: nobody waits for another desk, and it stops when it is asked to."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from helpdesk.conversations import Chat
from helpdesk.courier import Attempt, Courier
from helpdesk.delivery import Delivery, DeliveryFailed, TicketDesk
from helpdesk.models import Contact, SiteRules
from helpdesk.worker import LANES, Worker
from storage.store import SqlStore
from tests.helpdesk.scripted import Script

PATIENCE = 30.0


@dataclass
class Gate:
    """`TicketDesk` that lets nothing through until it is opened."""

    opened: threading.Event = field(default_factory=threading.Event)
    inside: set[int] = field(default_factory=set)
    most: int = 0
    longest: timedelta = timedelta(seconds=60)

    def create(self, delivery: Delivery) -> str:
        self.inside.add(delivery.ticket.number)
        self.most = max(self.most, len(self.inside))
        self.opened.wait(PATIENCE)
        self.inside.discard(delivery.ticket.number)
        return delivery.ticket.label

    def update(self, delivery: Delivery, remote_id: str) -> None: ...


@dataclass
class Watch:
    attempts: list[Attempt] = field(default_factory=list)
    troubles: list[Exception] = field(default_factory=list)

    def delivered(self) -> set[int]:
        return {attempt.row.ticket_number for attempt in self.attempts if attempt.result == "delivered"}


@contextmanager
def running(store: SqlStore, desks: dict[str, TicketDesk]) -> Iterator[Watch]:
    watch = Watch()
    courier = Courier(store, desks, dice=lambda: 0.0)
    worker = Worker(store, courier, desks, report=watch.attempts.append, trouble=watch.troubles.append)
    worker.start()
    try:
        yield watch
    finally:
        worker.stop()


def until(look: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.01)


def hand_over(store: SqlStore, connector: str, count: int) -> set[int]:
    chat = Chat(store, Script(), sites={"demo": SiteRules(connector=connector)})
    return {chat.request_person(chat.start("demo", "en")[0], Contact(), "r1").number for _ in range(count)}


def test_a_desk_that_hangs_holds_back_nobody_else(store: SqlStore) -> None:
    stuck, free = Gate(), Gate()
    free.opened.set()
    waiting, going = hand_over(store, "stuck", LANES + 3), hand_over(store, "free", 3)
    with running(store, {"stuck": stuck, "free": free}) as watch:
        until(lambda: watch.delivered() == going and len(stuck.inside) == LANES)
        stuck.opened.set()
        until(lambda: watch.delivered() == going | waiting)
    assert stuck.most == LANES
    assert not watch.troubles


def test_what_is_owed_while_it_runs_is_delivered(store: SqlStore) -> None:
    desk = Gate()
    desk.opened.set()
    with running(store, {"crm": desk}) as watch:
        for _ in range(3):
            numbers = hand_over(store, "crm", 1)
            until(lambda numbers=numbers: numbers <= watch.delivered())  # type: ignore[misc]


def test_asked_to_stop_it_ends_what_it_began_and_begins_nothing_more(store: SqlStore) -> None:
    desk = Gate()
    numbers = hand_over(store, "crm", LANES + 2)
    with running(store, {"crm": desk}) as watch:
        until(lambda: len(desk.inside) == LANES)
        threading.Timer(0.2, desk.opened.set).start()
    assert len(watch.delivered()) == LANES
    with store.read() as work:
        assert {row.ticket_number for row in work.outbox.pending()} == numbers - watch.delivered()
        assert all(row.attempts == 0 for row in work.outbox.pending())


def test_a_desk_that_asks_to_wait_is_left_alone_by_all(store: SqlStore) -> None:
    class Busy(Gate):
        def create(self, delivery: Delivery) -> str:
            raise DeliveryFailed("it answered 429", timedelta(hours=1))

    hand_over(store, "crm", 5 * LANES)
    with running(store, {"crm": Busy()}) as watch:
        until(lambda: len(watch.attempts) >= 1)
        hand_over(store, "crm", 2)
        time.sleep(0.3)
    assert len(watch.attempts) <= 2 * LANES, "those under way when it asked, and no more"


def test_an_unknown_desk_is_told_of_once_and_its_deliveries_stay(store: SqlStore) -> None:
    hand_over(store, "gone", 2)
    with running(store, {"crm": Gate()}) as watch:
        until(lambda: bool(watch.troubles))
        hand_over(store, "gone", 1)
        time.sleep(0.2)
    assert [str(error) for error in watch.troubles] == [
        "deliveries wait for the desk 'gone', which the settings do not have"
    ]
    with store.read() as work:
        assert len(work.outbox.pending()) == 3


def test_a_store_that_fails_for_a_moment_stops_nothing(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Gate()
    desk.opened.set()
    failures = [OSError("the disk is full"), OSError("the disk is full")]
    read = store.read

    def failing() -> object:
        if failures:
            raise failures.pop()
        return read()

    numbers = hand_over(store, "crm", 2)
    monkeypatch.setattr(store, "read", failing)
    with running(store, {"crm": desk}) as watch:
        until(lambda: watch.delivered() == numbers)
    assert [type(error) for error in watch.troubles] == [OSError, OSError]
