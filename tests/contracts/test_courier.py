"""One delivery from its claim to what came of it, on both databases, with a desk that does as it is told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from helpdesk import outbox
from helpdesk.conversations import Chat
from helpdesk.courier import MARGIN, Attempt, Courier
from helpdesk.delivery import Delivery, DeliveryFailed, DeliveryRefused
from helpdesk.models import Contact, SiteRules
from helpdesk.retrying import FEWEST
from storage.store import SqlStore
from tests.helpdesk.scripted import Clock, Script

SITES = {"demo": SiteRules(connector="crm"), "old": SiteRules(connector="gone")}


@dataclass
class Crm:
    """`TicketDesk` that keeps what it is given, and first fails as often as `failures` says."""

    failures: list[Exception] = field(default_factory=list)
    made: list[Delivery] = field(default_factory=list)
    told: list[tuple[str, Delivery]] = field(default_factory=list)
    name: Callable[[Delivery], str] = lambda delivery: f"T-{delivery.ticket.number}"
    longest: timedelta = timedelta(seconds=20)

    def create(self, delivery: Delivery) -> str:
        self._fail()
        self.made.append(delivery)
        return self.name(delivery)

    def update(self, delivery: Delivery, remote_id: str) -> None:
        self._fail()
        self.told.append((remote_id, delivery))

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def crm() -> Crm:
    return Crm()


@pytest.fixture
def chat(store: SqlStore, clock: Clock) -> Chat:
    return Chat(store, Script(), sites=SITES, clock=clock)


@pytest.fixture
def courier(store: SqlStore, crm: Crm, clock: Clock) -> Courier:
    return Courier(store, {"crm": crm}, clock=clock, dice=lambda: 1.0)


def deliver_all(courier: Courier) -> list[Attempt]:
    attempts = []
    while claimed := courier.claim("crm"):
        attempts.append(courier.deliver(claimed))
    return attempts


def results(courier: Courier) -> list[str]:
    return [attempt.result for attempt in deliver_all(courier)]


def test_a_ticket_and_what_follows_arrive_in_order(chat: Chat, crm: Crm, courier: Courier, store: SqlStore) -> None:
    conversation, _ = chat.start("demo", "en")
    chat.send(conversation, "the certificate is wrong", "m1")
    chat.send(conversation, "I was hacked", "m2")
    chat.request_person(conversation, Contact(email="ana@example.org"), "r1")
    assert results(courier) == ["delivered"] * 5
    (made,) = crm.made
    assert made.turns[0].text == "the certificate is wrong"
    assert len(made.turns) == 2, "the transcript up to the handoff"
    assert [(id, sent.row.kind) for id, sent in crm.told] == [
        ("T-1001", kind) for kind in ("turn_added", "ticket_changed", "turn_added", "contact_added")
    ]
    assert crm.told[0][1].turns[0].text == "I was hacked"
    assert crm.told[1][1].row.payload == {
        "field": "priority",
        "before": "Medium",
        "after": "High",
        "actor": "firstline",
    }
    assert crm.told[-1][1].ticket.contact.email == "ana@example.org"
    with store.read() as work:
        assert work.outbox.remote_id(1001, "crm") == "T-1001"


def test_a_failure_holds_back_what_follows_until_it_worked(
    chat: Chat, crm: Crm, courier: Courier, clock: Clock
) -> None:
    conversation, _ = chat.start("demo", "en")
    chat.send(conversation, "certificate", "m1")
    chat.send(conversation, "and more", "m2")
    crm.failures = [DeliveryFailed("it is down"), DeliveryFailed("it is busy", timedelta(seconds=30))]
    assert results(courier) == ["failed"]
    clock.advance(seconds=1)
    assert results(courier) == ["failed"]
    clock.advance(seconds=29)
    assert results(courier) == []
    clock.advance(seconds=1)
    assert results(courier) == ["delivered"] * 3
    assert len({crm.made[0].key, *(sent.key for _, sent in crm.told)}) == 3


def test_who_dies_while_delivering_leaves_it_to_the_next(chat: Chat, crm: Crm, courier: Courier, clock: Clock) -> None:
    chat.request_person(chat.start("demo", "en")[0], Contact(), "r1")
    lost = courier.claim("crm")
    assert lost
    assert courier.claim("crm") is None
    clock.advance(seconds=(crm.longest + MARGIN).total_seconds())
    assert results(courier) == ["delivered"]
    late = courier.deliver(lost)
    assert late.result == "lost", "whoever comes back from the dead changes nothing"
    assert {made.key for made in crm.made} == {lost.row.id}


def test_a_refusal_is_a_dead_letter_and_holds_back_its_ticket_alone(
    chat: Chat, crm: Crm, courier: Courier, store: SqlStore
) -> None:
    first, second = (chat.start("demo", "en")[0] for _ in range(2))
    for number, conversation in enumerate((first, second)):
        chat.send(conversation, "certificate", f"m{number}")
    chat.send(first, "and more", "m9")
    crm.failures = [DeliveryRefused("it answered 422")]
    assert results(courier) == ["dead", "delivered"]
    (dead,) = outbox.listed(store, {"crm"}, state="dead")
    assert (dead.row.ticket_number, dead.row.error) == (1001, "it answered 422")
    outbox.retry(store, dead.row.id)
    assert results(courier) == ["delivered"] * 3


def test_a_desk_that_is_away_for_too_long_is_given_up(chat: Chat, crm: Crm, courier: Courier, clock: Clock) -> None:
    chat.request_person(chat.start("demo", "en")[0], Contact(), "r1")
    crm.failures = [DeliveryFailed("it is down")] * 1000
    tried = 0
    while (result := results(courier)) != ["dead"]:
        tried += len(result)
        clock.advance(minutes=10)
    assert tried >= FEWEST
    assert timedelta(hours=24) <= clock.now - Clock().now < timedelta(hours=25)


def test_a_bug_in_a_desk_is_a_failure_like_any_other(chat: Chat, crm: Crm, courier: Courier, clock: Clock) -> None:
    chat.request_person(chat.start("demo", "en")[0], Contact(), "r1")
    crm.failures = [KeyError("ana@example.org")]
    (attempt,) = deliver_all(courier)
    assert (attempt.result, str(attempt.error)) == ("failed", "unforeseen: KeyError")
    assert isinstance(attempt.bug, KeyError)
    clock.advance(seconds=1)
    assert results(courier) == ["delivered"]


def test_an_id_that_another_ticket_has_is_a_dead_letter(chat: Chat, crm: Crm, courier: Courier) -> None:
    crm.name = lambda delivery: "ok"
    for number in range(2):
        chat.request_person(chat.start("demo", "en")[0], Contact(), f"r{number}")
    first, second = deliver_all(courier)
    assert (first.result, second.result) == ("delivered", "dead")
    assert "'ok', which another ticket has" in str(second.error)


def test_a_ticket_stays_with_the_desk_it_was_made_for(
    store: SqlStore, chat: Chat, crm: Crm, courier: Courier, clock: Clock
) -> None:
    conversation, _ = chat.start("demo", "en")
    chat.send(conversation, "certificate", "m1")
    moved = Chat(store, Script(), sites={"demo": SiteRules(connector="new")}, clock=clock)
    moved.send(conversation, "I was hacked", "m2")
    moved.request_person(conversation, Contact(email="ana@example.org"), "r1")
    assert results(courier) == ["delivered"] * 5
    moved.request_person(moved.start("demo", "en")[0], Contact(), "r2")
    with store.read() as work:
        assert work.outbox.connectors() == ["new"]


def test_after_a_dropped_making_nobody_is_told_of_the_ticket(
    store: SqlStore, chat: Chat, crm: Crm, courier: Courier
) -> None:
    conversation, _ = chat.start("demo", "en")
    chat.send(conversation, "certificate", "m1")
    crm.failures = [DeliveryRefused("it answered 422")]
    (attempt,) = deliver_all(courier)
    outbox.drop(store, attempt.row.id, "kim")
    chat.send(conversation, "I was hacked", "m2")
    chat.request_person(conversation, Contact(email="ana@example.org"), "r1")
    with store.read() as work:
        assert work.outbox.pending() == []
