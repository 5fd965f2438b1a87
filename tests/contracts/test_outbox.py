"""`helpdesk.ports.Outbox`: who may deliver what, and when; on both databases."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import BadInput, NotFound
from helpdesk import outbox
from helpdesk.models import Backlog, DeliveryKind, OutboxRow, RowState
from storage.store import SqlStore
from tests.contracts.rows import conversation, ticket
from tests.helpdesk.scripted import NOON

SOON = NOON + timedelta(minutes=1)
LATER = NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def tickets(store: SqlStore) -> None:
    with store.begin() as work:
        for number in range(1001, 1005):
            work.conversations.add(conversation(f"c{number}"), "hash")
            work.tickets.add(ticket(number, f"c{number}"))


def owe(store: SqlStore, *rows: tuple[str, int, DeliveryKind], connector: str = "far") -> None:
    with store.begin() as work:
        for id, number, kind in rows:
            work.outbox.add(OutboxRow(id, number, kind, connector, {}, NOON))


def claim(store: SqlStore, name: str = "me", connector: str = "far", now: timedelta = timedelta()) -> str | None:
    with store.begin() as work:
        row = work.outbox.claim(connector, name, NOON + now, SOON + now)
    return row and row.id


def settle(store: SqlStore, id: str, claim: str = "me", **changes: object) -> bool:
    with store.begin() as work:
        row = work.outbox.get(id)
        assert row
        return work.outbox.settle(replace(row, **({"state": "delivered", "done_at": NOON} | changes)), claim)  # type: ignore[arg-type]


def states(store: SqlStore, state: RowState | None = None) -> dict[str, RowState]:
    return {each.row.id: each.state for each in reversed(outbox.listed(store, {"far"}, state=state))}


MADE_AND_TOLD: Sequence[tuple[str, int, DeliveryKind]] = (
    ("a1", 1001, "ticket_created"),
    ("b1", 1002, "ticket_created"),
    ("a2", 1001, "turn_added"),
    ("a3", 1001, "turn_added"),
)


def test_the_oldest_of_each_ticket_is_due_and_no_other(store: SqlStore) -> None:
    owe(store, *MADE_AND_TOLD)
    assert [claim(store, name) for name in "xyz"] == ["a1", "b1", None]
    assert settle(store, "a1", "x")
    assert [claim(store), claim(store)] == ["a2", None]


def test_each_desk_has_its_own_rows(store: SqlStore) -> None:
    owe(store, ("a1", 1001, "ticket_created"))
    owe(store, ("b1", 1002, "ticket_created"), connector="near")
    with store.read() as work:
        assert work.outbox.connectors() == ["far", "near"]
        assert work.outbox.is_due("near", NOON)
        assert not work.outbox.is_due("nowhere", NOON)
    assert claim(store, connector="near") == "b1"
    assert claim(store, connector="near") is None


def test_a_row_waits_for_its_time_and_holds_back_its_ticket_alone(store: SqlStore) -> None:
    owe(store, *MADE_AND_TOLD)
    assert claim(store) == "a1"
    assert settle(store, "a1", state="pending", next_at=LATER, error="it is down", done_at=None)
    assert [claim(store), claim(store)] == ["b1", None]
    assert claim(store, now=timedelta(hours=1)) == "a1"
    with store.read() as work:
        row = work.outbox.get("a1")
    assert row
    assert (row.attempts, row.error) == (2, "it is down")


def test_a_claim_ends_and_then_is_nobodys_any_more(store: SqlStore) -> None:
    owe(store, ("a1", 1001, "ticket_created"))
    assert claim(store, "killed") == "a1"
    assert claim(store, "other", now=timedelta(seconds=59)) is None
    assert claim(store, "other", now=timedelta(seconds=60)) == "a1"
    assert not settle(store, "a1", "killed")
    assert settle(store, "a1", "other")
    assert not settle(store, "a1", "other")


def test_twenty_threads_never_claim_the_same_row(store: SqlStore) -> None:
    owe(store, *((f"{number}-{n}", number, "turn_added") for n in range(10) for number in range(1001, 1005)))

    def work(name: int) -> list[str]:
        done: list[str] = []
        for _ in range(60):
            if row := claim(store, f"w{name}"):
                assert settle(store, row, f"w{name}")
                done.append(row)
        return done

    with ThreadPoolExecutor(20) as pool:
        done = Counter(row for rows in pool.map(work, range(20)) for row in rows)
    assert set(done.values()) == {1}
    assert len(done) == 40


def test_a_dead_letter_of_a_tickets_making_holds_back_what_follows(store: SqlStore) -> None:
    owe(store, *MADE_AND_TOLD)
    claim(store)
    settle(store, "a1", state="dead", error="it answered 422")
    assert [claim(store), claim(store)] == ["b1", None]
    assert states(store) == {"a1": "dead", "b1": "pending", "a2": "waiting", "a3": "waiting"}
    assert states(store, "waiting") == {"a2": "waiting", "a3": "waiting"}
    assert states(store, "pending") == {"b1": "pending"}


def test_any_other_dead_letter_holds_back_nothing(store: SqlStore) -> None:
    owe(store, *MADE_AND_TOLD)
    claim(store)
    settle(store, "a1")
    claim(store, "b")
    claim(store)
    settle(store, "a2", state="dead", error="it answered 422")
    assert claim(store) == "a3"


def test_a_dead_letter_is_tried_again_with_its_whole_patience(store: SqlStore) -> None:
    owe(store, *MADE_AND_TOLD)
    claim(store)
    settle(store, "a1", state="dead", attempts=25, error="it answered 422")
    store.owed.clear()
    assert outbox.retry(store, "a1").attempts == 1
    assert store.owed.is_set(), "whoever delivers is called at once"
    assert claim(store) == "a1"
    assert states(store)["a2"] == "pending"


def test_all_dead_letters_of_a_desk_are_tried_again(store: SqlStore) -> None:
    owe(store, ("a1", 1001, "ticket_created"), ("b1", 1002, "ticket_created"))
    owe(store, ("c1", 1003, "ticket_created"), connector="near")
    for id, connector in (("a1", "far"), ("b1", "far"), ("c1", "near")):
        claim(store, connector=connector)
        settle(store, id, state="dead")
    assert outbox.retry_dead(store, "far") == 2
    assert states(store) == {"a1": "pending", "b1": "pending", "c1": "dead"}
    assert outbox.retry_dead(store) == 1


def test_a_retry_leaves_a_delivery_in_the_hands_that_have_it(store: SqlStore) -> None:
    owe(store, ("a1", 1001, "ticket_created"))
    claim(store)
    outbox.retry(store, "a1")
    assert claim(store, "other") is None
    assert settle(store, "a1")


def test_a_dropped_making_takes_along_what_its_ticket_is_owed(store: SqlStore) -> None:
    owe(store, *MADE_AND_TOLD)
    claim(store)
    settle(store, "a1", state="dead", error="it answered 422")
    outbox.drop(store, "a1", "kim")
    assert states(store) == {"a1": "dropped", "b1": "pending", "a2": "dropped", "a3": "dropped"}
    with store.read() as work:
        row = work.outbox.get("a1")
        assert work.outbox.desk_of(1001) is None, "what comes later is owed to nobody"
        assert work.outbox.desk_of(1002) == "far"
    assert row
    assert row.error == "dropped by kim: it answered 422"


def test_another_dropped_letter_goes_alone(store: SqlStore) -> None:
    owe(store, *MADE_AND_TOLD)
    claim(store)
    settle(store, "a1")
    claim(store, "b")
    claim(store)
    settle(store, "a2", state="dead")
    outbox.drop(store, "a2", "kim")
    assert states(store) == {"a1": "delivered", "b1": "pending", "a2": "dropped", "a3": "pending"}


def test_what_cannot_be_done_is_said(store: SqlStore) -> None:
    owe(store, ("a1", 1001, "ticket_created"))
    with pytest.raises(BadInput, match="only dead letters"):
        outbox.drop(store, "a1", "kim")
    claim(store)
    settle(store, "a1")
    for act in (outbox.retry, lambda store, id: outbox.drop(store, id, "kim")):
        with pytest.raises(BadInput, match="it is delivered already"):
            act(store, "a1")
        with pytest.raises(NotFound, match="no such delivery"):
            act(store, "nothing")
    with pytest.raises(BadInput, match="1 to 1000"):
        outbox.listed(store, {"far"}, limit=0)


def test_the_backlog_counts_by_desk_and_state(store: SqlStore) -> None:
    owe(store, *MADE_AND_TOLD)
    claim(store)
    settle(store, "a1", state="dead")
    with store.read() as work:
        assert sorted(work.outbox.backlog(), key=repr) == [
            Backlog("far", "dead", 1, NOON),
            Backlog("far", "pending", 3, NOON),
        ]


def test_what_waits_for_a_desk_that_is_not_set_says_so(store: SqlStore) -> None:
    owe(store, ("a1", 1001, "ticket_created"))
    (found,) = outbox.listed(store, {"near"})
    assert (found.state, found.row.error) == ("pending", "there is no desk 'far' in the settings")


def test_a_ticket_is_known_by_its_name_over_there(store: SqlStore) -> None:
    with store.begin() as work:
        work.outbox.add_remote(1001, "far", "77", NOON)
        work.outbox.add_remote(1001, "far", "78", NOON)
    with store.read() as work:
        assert (work.outbox.remote_id(1001, "far"), work.outbox.remote_id(1001, "near")) == ("77", None)
        assert (work.outbox.ticket_at("far", "77"), work.outbox.ticket_at("far", "78")) == (1001, None)
