"""`helpdesk.ports.Conversations`, `Messages` and `Nonces`, on both databases."""

import json
import threading
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError

from bot.models import Audience
from helpdesk.models import Conversation, Identity, Message
from storage.store import SqlStore
from tests.contracts.rows import conversation, message, ticket
from tests.helpdesk.scripted import NOON

DAY = timedelta(days=1)


def test_a_conversation_comes_back_equal(store: SqlStore) -> None:
    identity = Identity("learner-7", "Ana@Example.org", Audience.PARTNER)
    given = Conversation("c1", "demo", "es", NOON, identity, Audience.PARTNER)
    with store.begin() as work:
        work.conversations.add(given, "hash")
    with store.read() as work:
        assert work.conversations.get("c1") == given
        assert work.conversations.lock("c1") == given
        assert work.conversations.token_hash("c1") == "hash"
        assert work.conversations.get("other") is None
        assert work.conversations.lock("other") is None
        assert work.conversations.token_hash("other") is None


def test_times_come_back_in_utc_to_the_microsecond(store: SqlStore) -> None:
    madrid = timezone(timedelta(hours=2))
    moment = datetime(2026, 7, 1, 0, 30, 15, 123456, tzinfo=madrid)
    with store.begin() as work:
        work.conversations.add(conversation("c1", created_at=moment), "hash")
        found = work.conversations.get("c1")
    assert found is not None
    assert found.created_at == moment
    assert found.created_at.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused(store: SqlStore) -> None:
    with pytest.raises(Exception, match="has no time zone"), store.begin() as work:
        work.conversations.add(conversation("c1", created_at=datetime(2026, 1, 1)), "hash")


def test_an_exception_undoes_the_whole_transaction(store: SqlStore) -> None:
    with pytest.raises(KeyError), store.begin() as work:
        work.conversations.add(conversation("c1"), "hash")
        work.messages.add(message("m1", "c1", 1))
        raise KeyError
    with store.read() as work:
        assert work.conversations.get("c1") is None
        assert work.messages.of("c1") == []


def test_an_outcome_comes_back_as_it_was_written_key_order_included(store: SqlStore) -> None:
    outcome = {
        "zeta": 1,
        "alpha": [0.1, 1e-9, None, True],
        "text": "“¿Qué?” 退款 \U0001f600 \u2028 \\ \x00",
        "b": {"y": {}, "x": ""},
    }
    given = message("m1", "c1", 1, role="bot", outcome=outcome, evidence={"timings": {"b": 1.5, "a": 2}})
    with store.begin() as work:
        work.conversations.add(conversation("c1"), "hash")
        work.messages.add(given)
    with store.read() as work:
        (found,) = work.messages.of("c1")
    assert found == given
    assert json.dumps(found.outcome) == json.dumps(outcome)
    assert json.dumps(found.evidence) == json.dumps(given.evidence)


def test_messages_are_found_by_place_client_id_and_reply(store: SqlStore) -> None:
    question = message("m1", "c1", 1, client_message_id="k1")
    reply = message("m2", "c1", 2, role="bot", reply_to="m1", kind="thanks")
    with store.begin() as work:
        work.conversations.add(conversation("c1"), "hash")
        assert work.messages.next_sequence("c1") == 1
        work.messages.add(question)
        work.messages.add(reply)
        assert work.messages.next_sequence("c1") == 3
        assert work.messages.of("c1") == [question, reply]
        assert work.messages.by_client_id("c1", "k1") == question
        assert work.messages.by_client_id("c2", "k1") is None
        assert work.messages.reply_to("m1") == reply
        assert work.messages.reply_to("m2") is None


@pytest.mark.parametrize(
    "second",
    [
        message("m9", "c1", 1),
        message("m9", "c1", 9, client_message_id="k1"),
        message("m9", "c1", 9, role="bot", reply_to="m1"),
    ],
    ids=["place", "client id", "reply"],
)
def test_nothing_is_stored_twice(store: SqlStore, second: Message) -> None:
    with store.begin() as work:
        work.conversations.add(conversation("c1"), "hash")
        work.messages.add(message("m1", "c1", 1, client_message_id="k1"))
        work.messages.add(message("m2", "c1", 2, role="bot", reply_to="m1"))
    with pytest.raises(IntegrityError), store.begin() as work:
        work.messages.add(second)


def test_feedback_belongs_to_bot_turns_of_the_same_conversation(store: SqlStore) -> None:
    with store.begin() as work:
        for each in ("c1", "c2"):
            work.conversations.add(conversation(each), "hash")
        work.messages.add(message("m1", "c1", 1))
        work.messages.add(message("m2", "c1", 2, role="bot", reply_to="m1"))
        assert work.messages.set_feedback("c1", "m2", False, "no", NOON)
        assert not work.messages.set_feedback("c2", "m2", True, None, NOON)
        assert not work.messages.set_feedback("c1", "m1", True, None, NOON)
        learner, bot = work.messages.of("c1")
    assert (bot.helpful, bot.comment) == (False, "no")
    assert learner.helpful is None


def test_conversations_by_time_and_by_learner(store: SqlStore) -> None:
    learner = Identity("s1")
    with store.begin() as work:
        work.conversations.add(conversation("late", created_at=NOON + DAY, identity=learner), "hash")
        work.conversations.add(conversation("early", identity=learner), "hash")
        work.conversations.add(conversation("elsewhere", site="other", identity=learner), "hash")
        assert [each.id for each in work.conversations.of_subject("demo", "s1")] == ["early", "late"]
        assert {each.id for each in work.conversations.started_between(NOON, NOON + DAY)} == {"early", "elsewhere"}


def test_old_is_what_nobody_wrote_in_lately(store: SqlStore) -> None:
    with store.begin() as work:
        for each in ("silent", "busy"):
            work.conversations.add(conversation(each), "hash")
        work.conversations.add(conversation("new", created_at=NOON + 2 * DAY), "hash")
        work.messages.add(message("m1", "busy", 1, created_at=NOON + 2 * DAY))
        assert work.conversations.older_than(NOON + DAY) == ["silent"]


def test_settling_is_due_for_quiet_conversations_with_something_new(store: SqlStore) -> None:
    with store.begin() as work:
        conversations = work.conversations
        conversations.add(conversation("c1"), "hash")
        work.messages.add(message("m1", "c1", 1))
        work.messages.add(message("m2", "c1", 2, role="bot", reply_to="m1"))
        assert conversations.unsettled(NOON - DAY) == []
        assert conversations.unsettled(NOON) == ["c1"]
        conversations.set_end("c1", "silent", NOON, NOON)
        assert conversations.unsettled(NOON + DAY) == []
        work.messages.set_feedback("c1", "m2", True, None, NOON + DAY)
        assert conversations.unsettled(NOON + DAY) == ["c1"]
        conversations.set_end("c1", "confirmed", NOON, NOON + DAY)
        work.tickets.add(ticket(1001, "c1", created_at=NOON + 2 * DAY))
        assert conversations.unsettled(NOON + 2 * DAY) == ["c1"]
        settled = conversations.get("c1")
    assert settled is not None
    assert (settled.end_state, settled.ended_at, settled.ticket_number) == ("confirmed", NOON, 1001)


def test_a_nonce_is_good_once(store: SqlStore) -> None:
    with store.begin() as work:
        assert work.nonces.use("n1", NOON + DAY, NOON)
        assert not work.nonces.use("n1", NOON + DAY, NOON)
        assert work.nonces.use("n" * 100_000, NOON + DAY, NOON)
        assert work.nonces.use("n2", NOON + DAY, NOON)
    with store.begin() as work:
        assert not work.nonces.use("n2", NOON + DAY, NOON + DAY / 2)


def test_of_ten_who_use_a_nonce_at_once_one_may(store: SqlStore) -> None:
    results: list[bool] = []

    def use() -> None:
        with store.begin() as work:
            results.append(work.nonces.use("n1", NOON + DAY, NOON))

    threads = [threading.Thread(target=use) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False] * 9 + [True]
