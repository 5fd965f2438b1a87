"""`helpdesk.ports.Tickets` and `Outbox`, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from bot.models import Priority
from helpdesk.models import Change, Claim, Contact, OutboxRow, Status
from storage.store import SqlStore
from tests.contracts.rows import conversation, ticket
from tests.helpdesk.scripted import NOON


@pytest.fixture(autouse=True)
def a_conversation(store: SqlStore) -> None:
    with store.begin() as work:
        for number in range(1, 8):
            work.conversations.add(conversation(f"c{number}"), "hash")


def test_a_ticket_comes_back_equal(store: SqlStore) -> None:
    given = ticket(
        1001,
        "c1",
        contact=Contact("Ana@Example.org", "+34 600", "tomorrow", "a note"),
        summary=(Claim("asked", "m1", "¿Dónde?"), Claim("why", "m2", "退款")),
        articles_shown=("b", "a"),
        history=(Change(NOON, "firstline", "status", None, "Open"), Change(NOON, "kim", "status", "Open", "Closed")),
        subject="s1",
        identity="verified",
    )
    with store.begin() as work:
        work.tickets.add(given)
    with store.read() as work:
        assert work.tickets.get(1001) == given
        assert work.tickets.get(1002) is None


def test_changes_are_kept(store: SqlStore) -> None:
    later = NOON + timedelta(hours=1)
    change = Change(later, "kim", "status", "Open", "In progress")
    with store.begin() as work:
        work.tickets.add(ticket(1001, "c1"))
        work.tickets.set_contact(1001, Contact(email="a@b.org"), later)
        work.tickets.set_status(1001, Status.IN_PROGRESS, later)
        work.tickets.set_priority(1001, Priority.LOW, later)
        work.tickets.add_change(1001, change)
        found = work.tickets.get(1001)
    expected = ticket(
        1001,
        "c1",
        contact=Contact(email="a@b.org"),
        status=Status.IN_PROGRESS,
        priority=Priority.LOW,
        updated_at=later,
        history=(change,),
    )
    assert found == expected


def test_a_conversation_has_one_open_ticket_at_most(store: SqlStore) -> None:
    with store.begin() as work:
        assert work.tickets.of_conversation("c1") is None
        work.tickets.add(ticket(1001, "c1"))
    with pytest.raises(IntegrityError), store.begin() as work:
        work.tickets.add(ticket(1002, "c1"))
    with store.begin() as work:
        work.tickets.set_status(1001, Status.CLOSED, NOON)
        assert work.tickets.of_conversation("c1") is None
        work.tickets.add(ticket(1003, "c1"))
        assert work.tickets.of_conversation("c1") == ticket(1003, "c1")


def test_a_request_leads_to_its_ticket(store: SqlStore) -> None:
    with store.begin() as work:
        work.tickets.add(ticket(1001, "c1"))
        assert work.tickets.of_request("c1", "r1") is None
        work.tickets.add_request("c1", "r1", 1001)
        assert work.tickets.of_request("c1", "r1") == ticket(1001, "c1")
        assert work.tickets.of_request("c2", "r1") is None


def test_pages_go_from_new_to_old(store: SqlStore) -> None:
    with store.begin() as work:
        for number in range(1, 8):
            status = Status.CLOSED if number % 2 else Status.OPEN
            work.tickets.add(ticket(1000 + number, f"c{number}", status=status))
    with store.read() as work:
        first = work.tickets.page(limit=3)
        second = work.tickets.page(limit=3, before=first.next_before)
        third = work.tickets.page(limit=3, before=second.next_before)
        closed = work.tickets.page(status=Status.CLOSED)
        exact = work.tickets.page(limit=7)
    numbers = [[each.number for each in page.tickets] for page in (first, second, third)]
    assert numbers == [[1007, 1006, 1005], [1004, 1003, 1002], [1001]]
    assert third.next_before is None
    assert exact.next_before is None
    assert [each.number for each in closed.tickets] == [1007, 1005, 1003, 1001]


def test_the_outbox_keeps_its_order(store: SqlStore) -> None:
    rows = [
        OutboxRow(id, 1001, "ticket_created", "desk", {"z": 1, "a": [id]}, NOON) for id in ("row c", "row a", "row b")
    ]
    with store.begin() as work:
        work.tickets.add(ticket(1001, "c1"))
        for row in rows:
            work.outbox.add(row)
    with store.read() as work:
        assert work.outbox.pending() == rows


def test_numbers_start_at_1001(store: SqlStore) -> None:
    with store.begin() as work:
        assert [work.tickets.next_number() for _ in range(3)] == [1001, 1002, 1003]


def test_twenty_threads_get_different_numbers(store: SqlStore) -> None:
    def five_numbers(_: int) -> list[int]:
        numbers = []
        for _ in range(5):
            with store.begin() as work:
                numbers.append(work.tickets.next_number())
        return numbers

    with ThreadPoolExecutor(20) as pool:
        numbers = [number for each in pool.map(five_numbers, range(20)) for number in each]
    assert sorted(numbers) == list(range(1001, 1101))
