"""How conversations ended, and what the report says of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import BadInput
from helpdesk.conversations import Chat
from helpdesk.endings import end_state, settle
from helpdesk.models import Contact, Conversation, EndState, Identity, Message
from helpdesk.outcomes import kind_of, outcome_json
from helpdesk.reports import END_STATES, deflection, deflection_json
from storage.store import SqlStore
from tests.contracts.rows import message
from tests.helpdesk.scripted import NOON, Clock, Script

LEARNER = Identity("s1")


def chat_of(script: str) -> list[Message]:
    """`how+` is a question whose reply was found helpful, `how-` one that was not, `how?` one without a reply."""
    messages: list[Message] = []
    for text in script.split():
        number = len(messages) + 1
        messages.append(message(f"m{number}", "c1", number, text=text))
        if not text.endswith("?"):
            outcome = Script().answer_to(text)
            told = outcome_json(outcome, f"m{number + 1}", 1001 if "human" in text else None)
            helpful = {"+": True, "-": False}.get(text[-1])
            reply = message(f"m{number + 1}", "c1", number + 1, role="bot", reply_to=f"m{number}", outcome=told)
            messages.append(replace(reply, kind=kind_of(outcome), helpful=helpful))
    return messages


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", None),
        ("hello", None),
        ("hello thanks", None),
        ("how?", None),
        ("how", "silent"),
        ("how hello", "silent"),
        ("how thanks", "confirmed"),
        ("how+", "confirmed"),
        ("how-", "offered_and_left"),
        ("how- thanks", "offered_and_left"),
        ("how+ how", "silent"),
        ("how- how+", "confirmed"),
        ("how thanks how", "silent"),
        ("how thanks hello", "confirmed"),
        ("weather", "offered_and_left"),
        ("weather thanks", "offered_and_left"),
        ("weather how", "silent"),
        ("how+ weather", "offered_and_left"),
        ("which", "offered_and_left"),
        ("which how thanks", "confirmed"),
        ("how how?", "offered_and_left"),
        ("how thanks how?", "offered_and_left"),
    ],
)
def test_end_states(script: str, expected: EndState | None) -> None:
    messages = chat_of(script)
    assert end_state(messages, has_ticket=False, came_back=False) == expected
    assert end_state(messages, has_ticket=False, came_back=True) == (expected and "returned")
    assert end_state(messages, has_ticket=True, came_back=True) == (expected and "handed_off")


def say(chat: Chat, *texts: str, identity: Identity | None = None, site: str = "demo") -> Conversation:
    conversation, _ = chat.start(site, "en", identity)
    for number, text in enumerate(texts):
        chat.send(conversation, text, f"k{number}")
    return conversation


def state(store: SqlStore, conversation: Conversation) -> EndState | None:
    with store.read() as work:
        found = work.conversations.get(conversation.id)
    assert found is not None
    return found.end_state


def test_what_is_still_going_on_is_not_settled(chat: Chat, store: SqlStore, clock: Clock) -> None:
    conversation = say(chat, "how")
    assert settle(store, clock.advance(minutes=29), 30) == 0
    assert state(store, conversation) is None
    assert settle(store, clock.advance(minutes=1), 30) == 1
    assert state(store, conversation) == "silent"
    assert settle(store, clock.advance(minutes=1), 30) == 0


def test_what_happens_later_is_settled_again(chat: Chat, store: SqlStore, clock: Clock) -> None:
    conversation = say(chat, "how")
    settle(store, clock.advance(hours=1), 30)
    chat.feedback(conversation, chat.transcript(conversation)[1].id, True)
    settle(store, clock.advance(hours=1), 30)
    assert state(store, conversation) == "confirmed"
    chat.send(conversation, "weather", "k9")
    settle(store, clock.advance(hours=1), 30)
    assert state(store, conversation) == "offered_and_left"
    chat.request_person(conversation, Contact(), "r1")
    settle(store, clock.advance(hours=1), 30)
    assert state(store, conversation) == "handed_off"


@pytest.mark.parametrize(
    ("days", "identity", "site", "expected"),
    [
        (3, LEARNER, "demo", "returned"),
        (7, LEARNER, "demo", "returned"),
        (7.001, LEARNER, "demo", "confirmed"),
        (3, Identity("s2"), "demo", "confirmed"),
        (3, None, "demo", "confirmed"),
        (3, LEARNER, "other", "confirmed"),
    ],
)
def test_who_comes_back_within_seven_days_was_not_helped(
    chat: Chat, store: SqlStore, clock: Clock, days: float, identity: Identity | None, site: str, expected: EndState
) -> None:
    first = say(chat, "how", "thanks", identity=LEARNER)
    settle(store, clock.now + timedelta(hours=1), 30)
    assert state(store, first) == "confirmed"
    clock.advance(days=days)
    second = say(chat, "how", identity=identity, site=site)
    settle(store, clock.advance(hours=1), 30)
    assert state(store, first) == expected
    assert state(store, second) == "silent"


def test_opening_the_widget_is_not_coming_back(chat: Chat, store: SqlStore, clock: Clock) -> None:
    first = say(chat, "how", identity=LEARNER)
    clock.advance(days=1)
    say(chat, identity=LEARNER)
    settle(store, clock.advance(hours=1), 30)
    assert state(store, first) == "silent"


def test_many_are_settled_in_small_steps(chat: Chat, store: SqlStore, clock: Clock) -> None:
    with store.begin() as work:
        for number in range(250):
            work.conversations.add(Conversation(f"c{number}", "demo", "en", NOON), "hash")
    assert settle(store, clock.advance(hours=1), 30) == 250
    assert settle(store, clock.now, 30) == 0


def test_the_report_gives_bounds_and_the_rows_behind_them(chat: Chat, store: SqlStore, clock: Clock) -> None:
    scripts = {
        "confirmed": ["how", "thanks"],
        "silent": ["how"],
        "offered_and_left": ["weather"],
        "handed_off": ["human"],
    }
    ids = {name: say(chat, *texts).id for name, texts in scripts.items()}
    returned = say(chat, "how", "thanks", identity=LEARNER)
    say(chat, "hello")
    say(chat)
    clock.advance(days=1)
    back = say(chat, "how", identity=LEARNER)
    settle(store, clock.advance(hours=1), 30)
    report = deflection(store, NOON, NOON + timedelta(hours=1))
    assert report.conversations == {name: (id,) for name, id in ids.items()} | {"returned": (returned.id,)}
    assert (report.total, report.lower, report.upper) == (5, 0.2, 0.4)
    later = deflection(store, NOON + timedelta(hours=1), NOON + timedelta(days=2))
    assert later.conversations["silent"] == (back.id,)
    assert (later.lower, later.upper) == (0.0, 1.0)


def test_the_report_as_json(chat: Chat, store: SqlStore, clock: Clock) -> None:
    conversation = say(chat, "how", "thanks")
    settle(store, clock.advance(hours=1), 30)
    told = deflection_json(deflection(store, NOON, clock.now))
    assert told == {
        "from": "2026-03-02T12:00:00+00:00",
        "to": "2026-03-02T13:00:00+00:00",
        "conversations": 1,
        "deflection": {"lower": 1.0, "upper": 1.0},
        "counts": {state: int(state == "confirmed") for state in END_STATES},
        "rows": {state: [conversation.id] if state == "confirmed" else [] for state in END_STATES},
    }


def test_nothing_asked_gives_no_share(store: SqlStore) -> None:
    report = deflection(store, NOON, NOON + timedelta(days=1))
    assert (report.total, report.lower, report.upper) == (0, None, None)


def test_an_idle_time_of_nothing_is_refused(store: SqlStore) -> None:
    with pytest.raises(BadInput, match="idle_minutes"):
        settle(store, NOON, 0)
