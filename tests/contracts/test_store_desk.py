"""What the agents' desk asks of the store: the queue, notes, the audit, who is in a chat; on both databases."""

from datetime import timedelta
from typing import Any

import pytest

from bot.models import Department, Priority
from helpdesk.models import TO_PERSON, Change, Contact, Identity, Note, Status
from helpdesk.queue import Wanted
from helpdesk.retention import erase
from storage.agents import Agents
from storage.store import SqlStore
from tests.contracts.rows import conversation, message, ticket
from tests.helpdesk.scripted import NOON


def at(minutes: float) -> Any:
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def filled(store: SqlStore) -> SqlStore:
    """Four tickets: an old active one, one waiting for the agent who is in it, one answered, one closed."""
    rows = [
        ticket(1001, "c1", assignee="kim", priority=Priority.LOW, contact=Contact("Ana@Example.org", "+34 600")),
        ticket(1002, "c2", department=Department.TECHNICAL, assignee="lee", site="other"),
        ticket(1003, "c3", contact=Contact(note="100% lost")),
        ticket(1004, "c4", status=Status.CLOSED),
    ]
    with store.begin() as work:
        for number, row in enumerate(rows, start=1):
            work.conversations.add(conversation(f"c{number}"), "hash")
            work.tickets.add(row)
        work.messages.add(message("m1", "c1", 1, created_at=at(9), text="My Voucher_7 is gone"))
        work.messages.add(message("m2", "c2", 1, role="agent", created_at=at(2)))
        work.messages.add(message("m3", "c2", 2, kind=TO_PERSON, created_at=at(3), text="still nothing"))
        work.messages.add(message("m4", "c2", 3, kind=TO_PERSON, created_at=at(4)))
        work.messages.add(message("m5", "c3", 1, kind=TO_PERSON, created_at=at(5)))
        work.messages.add(message("m6", "c3", 2, role="agent", created_at=at(6)))
        work.messages.add(message("m7", "c3", 3, created_at=at(7), text="and a question for the bot"))
        work.conversations.set_taken("c2", "lee", at(2))
    return store


def found(store: SqlStore, **wanted: Any) -> list[int]:
    with store.read() as work:
        page = work.tickets.queue(Wanted(**wanted))
    assert page.total == len(page.lines)
    return [line.ticket.number for line in page.lines]


def test_the_most_recently_active_come_first(filled: SqlStore) -> None:
    assert found(filled) == [1001, 1003, 1002, 1004]
    with filled.read() as work:
        lines = {line.ticket.number: line for line in work.tickets.queue(Wanted()).lines}
    assert lines[1001].active_at == at(9)
    assert lines[1004].active_at == NOON
    assert (lines[1002].taken_by, lines[1001].taken_by) == ("lee", None)


def test_who_waits_and_since_when(filled: SqlStore) -> None:
    with filled.read() as work:
        lines = work.tickets.queue(Wanted()).lines
    since = {line.ticket.number: line.waiting_since for line in lines}
    assert since == {1001: NOON, 1002: at(3), 1003: None, 1004: None}
    assert found(filled, waiting=True) == [1001, 1002]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"status": Status.CLOSED}, [1004]),
        ({"status": "not closed"}, [1001, 1003, 1002]),
        ({"department": Department.TECHNICAL}, [1002]),
        ({"priority": Priority.LOW}, [1001]),
        ({"assignee": "kim"}, [1001]),
        ({"assignee": ""}, [1003, 1004]),
        ({"site": "other"}, [1002]),
        ({"words": "FL-1003"}, [1003]),
        ({"words": "1004"}, [1004]),
        ({"words": "ana@example"}, [1001]),
        ({"words": "VOUCHER gone"}, [1001]),
        ({"words": "voucher nothing"}, []),
        ({"words": "voucherx7"}, []),
        ({"words": "voucher_7"}, [1001]),
        ({"words": "100%"}, [1003]),
        ({"words": "9" * 30}, []),
        ({"words": "' OR 1=1 --"}, []),
    ],
)
def test_filters_and_search(filled: SqlStore, wanted: dict[str, Any], numbers: list[int]) -> None:
    assert found(filled, **wanted) == numbers


def test_pages_of_the_queue(filled: SqlStore) -> None:
    with filled.read() as work:
        pages = [work.tickets.queue(Wanted(), offset=offset, limit=3) for offset in (0, 3, 6)]
    assert [[line.ticket.number for line in page.lines] for page in pages] == [[1001, 1003, 1002], [1004], []]
    assert {page.total for page in pages} == {4}


def test_notes_and_assignment_are_kept_and_change_the_pulse(filled: SqlStore) -> None:
    def pulse() -> Any:
        with filled.read() as work:
            return work.conversations.pulse("c1")

    pulses = [pulse()]
    with filled.begin() as work:
        work.tickets.add_note(1001, Note(at(1), "kim", "called back"))
    pulses.append(pulse())
    with filled.begin() as work:
        work.tickets.set_assignee(1001, None, at(2))
        work.tickets.set_department(1001, Department.PARTNER_SUPPORT, at(2))
        work.tickets.add_change(1001, Change(at(2), "kim", "assignee", "kim", None))
    pulses.append(pulse())
    with filled.begin() as work:
        work.conversations.set_taken("c1", "kim", at(3))
    pulses.append(pulse())
    with filled.begin() as work:
        work.messages.add(message("m9", "c1", 2))
    pulses += [pulse(), pulse()]
    assert len(set(pulses)) == len(pulses) - 1
    with filled.read() as work:
        kept = work.tickets.get(1001)
        assert work.tickets.notes(1001) == [Note(at(1), "kim", "called back")]
        assert kept is not None
        assert (kept.assignee, kept.department, kept.updated_at) == (None, Department.PARTNER_SUPPORT, at(2))
        assert work.conversations.pulse("nobody") is None


def test_the_audit_is_filtered_and_paged(filled: SqlStore) -> None:
    with filled.begin() as work:
        for number, actor in ((1001, "kim"), (1002, "lee"), (1001, "lee")):
            work.tickets.add_change(number, Change(NOON, actor, "status", "Open", "Closed"))
    with filled.read() as work:
        everything = work.tickets.changes()
        rest = work.tickets.changes(before=everything[0].id)
        by_lee = work.tickets.changes(actor="lee")
        of_one = work.tickets.changes(number=1001, actor="kim")
        two = work.tickets.changes(limit=2)
    assert [(each.ticket_number, each.change.actor) for each in everything] == [
        (1001, "lee"),
        (1002, "lee"),
        (1001, "kim"),
    ]
    assert (rest, by_lee, of_one, two) == (everything[1:], everything[:2], everything[2:], everything[:2])


def test_who_is_in_a_chat_has_the_name_that_learners_know(filled: SqlStore, engine: Any) -> None:
    agents = Agents(engine, cost=16)
    agents.create("lee", name=" Lee ")
    with filled.read() as work:
        taken = work.conversations.get("c2")
    assert taken is not None
    assert (taken.taken_by, taken.taken_name) == ("lee", "Lee")
    agents.set_name("lee", "")
    with filled.begin() as work:
        nameless = work.conversations.lock("c2")
        work.conversations.set_taken("c2", None, at(3))
        free = work.conversations.get("c2")
    assert nameless is not None
    assert nameless.taken_name is None
    assert free is not None
    assert free.taken_by is None


def test_chats_with_somebody_in_them(filled: SqlStore) -> None:
    with filled.begin() as work:
        work.conversations.set_taken("c3", "kim", at(1))
        assert sorted(work.conversations.taken()) == [1002, 1003]
        assert (work.conversations.taken(by="kim"), work.conversations.taken(by="max")) == ([1003], [])
        assert work.conversations.taken(quiet_since=at(5)) == [1002]  # the agent of 1003 spoke at 6
        assert work.conversations.taken(quiet_since=at(1)) == []


def test_the_same_contact_is_found_on_the_same_site(filled: SqlStore) -> None:
    with filled.begin() as work:
        work.conversations.add(conversation("c5", identity=Identity("s1", "ana@example.org")), "hash")
        found = work.conversations.of_contact("demo", "ANA@example.ORG")
        elsewhere = work.conversations.of_contact("other", "ana@example.org")
    assert ([each.id for each in found], elsewhere) == (["c1"], [])


def test_an_address_in_a_note_is_erased_with_its_conversation(filled: SqlStore) -> None:
    with filled.begin() as work:
        work.tickets.add_note(1002, Note(NOON, "kim", "writes from Eve@example.org too"))
    receipt = erase(filled, "eve@example.org")
    assert (receipt.counts["ticket_notes"], receipt.counts["tickets"]) == (1, 1)
    assert found(filled) == [1001, 1003, 1004]
