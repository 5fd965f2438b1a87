"""What people do at another desk, seen from here."""

from datetime import timedelta

import pytest

from bot.errors import BadInput, ModelUnavailable
from helpdesk.conversations import Chat
from helpdesk.desk import Desk
from helpdesk.inbound import LONGEST_REPLY, Inbound
from helpdesk.models import Agent, Change, Contact, Conversation, Delivered, Message, Reply, Status
from helpdesk.takeover import Takeover
from storage.store import SqlStore
from tests.helpdesk.scripted import NOON, Clock, Script


@pytest.fixture
def inbound(store: SqlStore, clock: Clock) -> Inbound:
    return Inbound(store, clock=clock)


@pytest.fixture
def conversation(chat: Chat) -> Conversation:
    conversation, _ = chat.start("demo", "en")
    chat.send(conversation, "how do refunds work?", "k1")
    chat.request_person(conversation, Contact(), "r1")
    return conversation


def said_by_agents(chat: Chat, conversation: Conversation) -> list[Message]:
    return [message for message in chat.transcript(conversation) if message.role == "agent"]


def owed(store: SqlStore) -> list[str]:
    with store.read() as work:
        return [row.kind for row in work.outbox.pending()]


def test_a_reply_is_an_agents_turn_once(
    chat: Chat, desk: Desk, store: SqlStore, inbound: Inbound, clock: Clock, conversation: Conversation
) -> None:
    at = clock.advance(minutes=3)
    assert inbound.reply(1001, "Kim", "We paid it back.", "c7", "zendesk")
    assert not inbound.reply(1001, "Kim", "We paid it back.", "c7", "zendesk"), "the same key again"
    (turn,) = said_by_agents(chat, conversation)
    assert (turn.text, turn.author, turn.created_at, turn.sequence) == ("We paid it back.", "Kim", at, 4)
    assert owed(store) == ["ticket_created"], "the desk that it came from is not told"
    ticket = desk.open_case(1001).ticket
    assert ticket.status is Status.IN_PROGRESS
    assert ticket.history[-1] == Change(at, "Kim", "status", "Open", "In progress")


def test_the_same_key_of_another_desk_is_another_reply(
    chat: Chat, inbound: Inbound, conversation: Conversation
) -> None:
    assert inbound.reply(1001, "Kim", "one", "7", "zendesk")
    assert inbound.reply(1001, "Kim", "two", "7", "mail")
    assert [turn.text for turn in said_by_agents(chat, conversation)] == ["one", "two"]


def test_words_are_plain_and_bounded(chat: Chat, inbound: Inbound, conversation: Conversation) -> None:
    assert inbound.reply(1001, " Kim\u202e\nfrom\x00 us ", "\x1b[1mHello\r\n\r\n \r\n\r\nyou\u200b\x00  ", "1", "mail")
    assert inbound.reply(1001, "", "long " * LONGEST_REPLY, "2", "mail")
    assert not inbound.reply(1001, "Kim", " \x00\u200b\n ", "3", "mail"), "nothing is left of it"
    first, second = said_by_agents(chat, conversation)
    assert (first.author, first.text) == ("Kim from us", "[1mHello\n\nyou")
    assert second.author is None
    assert len(second.text) <= LONGEST_REPLY + 2
    assert second.text.endswith("long …")


def test_closing_there_closes_here_once(
    desk: Desk, inbound: Inbound, store: SqlStore, conversation: Conversation
) -> None:
    assert inbound.status(1001, Status.CLOSED, "Kim", "e1", "zendesk")
    assert desk.open_case(1001).ticket.history[-1] == Change(NOON, "Kim", "status", "Open", "Closed")
    desk.change_status(1001, Status.IN_PROGRESS, "lee")
    assert not inbound.status(1001, Status.CLOSED, "Kim", "e1", "zendesk"), "old news do not close it again"
    assert inbound.status(1001, Status.CLOSED, None, "e2", "zendesk")
    assert desk.open_case(1001).ticket.history[-1].actor == "zendesk"
    assert owed(store) == ["ticket_created", "ticket_changed"], (
        "of what came from there, nothing goes back: Lee's alone"
    )


def test_closing_there_tells_the_learner_once_and_frees_the_chat(
    chat: Chat, inbound: Inbound, store: SqlStore, conversation: Conversation
) -> None:
    with store.begin() as work:
        work.conversations.set_taken(conversation.id, "lee", NOON)
    for _ in range(2):
        inbound.status(1001, Status.CLOSED, "Kim", "e1", "zendesk")
    (notice,) = [message.text for message in chat.transcript(conversation) if message.role == "system"]
    assert "closed your request FL-1001" in notice
    with store.read() as work:
        current = work.conversations.get(conversation.id)
    assert current is not None
    assert current.taken_by is None


def test_reopening_there_reopens_here_unless_another_is_open(
    chat: Chat, desk: Desk, inbound: Inbound, conversation: Conversation
) -> None:
    inbound.status(1001, Status.CLOSED, "Kim", "e1", "zendesk")
    assert inbound.status(1001, Status.IN_PROGRESS, "Kim", "e2", "zendesk")
    inbound.status(1001, Status.CLOSED, "Kim", "e3", "zendesk")
    chat.request_person(conversation, Contact(), "r2")
    assert not inbound.status(1001, Status.IN_PROGRESS, "Kim", "e4", "zendesk")
    assert desk.open_case(1001).ticket.status is Status.CLOSED


def test_a_reply_on_a_closed_ticket_still_reaches_the_learner(
    chat: Chat, desk: Desk, inbound: Inbound, conversation: Conversation
) -> None:
    inbound.status(1001, Status.CLOSED, "Kim", "e1", "zendesk")
    assert inbound.reply(1001, "Kim", "One more thing.", "c8", "zendesk")
    assert len(said_by_agents(chat, conversation)) == 1
    assert desk.open_case(1001).ticket.status is Status.CLOSED


def notices(chat: Chat, conversation: Conversation) -> list[str]:
    return [message.text for message in chat.transcript(conversation) if message.role == "system"]


def test_after_a_reply_the_bot_is_silent_and_the_desk_is_told_what_the_learner_says(
    chat: Chat, inbound: Inbound, store: SqlStore, conversation: Conversation
) -> None:
    inbound.reply(1001, "Kim", "Which card?", "c1", "zendesk")
    inbound.reply(1001, "Lee", "And which day?", "c2", "zendesk")
    assert notices(chat, conversation) == ["Kim, a person from our team, has joined this chat."]
    assert isinstance(chat.send(conversation, "how do refunds work?", "k2"), Delivered)
    assert owed(store) == ["ticket_created", "turn_added"]
    with store.read() as work:
        current = work.conversations.get(conversation.id)
    assert current is not None
    assert (current.taken_by, current.taken_name) == ("@zendesk", "Lee"), "who wrote last"


def test_what_the_bot_still_owed_is_the_persons(
    chat: Chat, inbound: Inbound, script: Script, conversation: Conversation
) -> None:
    script.failures = [ModelUnavailable("away")]
    with pytest.raises(ModelUnavailable):
        chat.send(conversation, "how do refunds work?", "k2")
    inbound.reply(1001, "Kim", "Like this.", "c1", "zendesk")
    inbound.status(1001, Status.CLOSED, "Kim", "e1", "zendesk")
    assert isinstance(chat.send(conversation, "how do refunds work?", "k2"), Delivered)


def test_closed_there_the_bot_answers_again_also_after_reopening(
    chat: Chat, desk: Desk, inbound: Inbound, conversation: Conversation
) -> None:
    inbound.reply(1001, "Kim", "Done.", "c1", "zendesk")
    inbound.status(1001, Status.CLOSED, "Kim", "e1", "zendesk")
    assert notices(chat, conversation)[-1].startswith("Kim has closed your request FL-1001.")
    assert isinstance(chat.send(conversation, "how do vouchers work?", "k2"), Reply)
    inbound.status(1001, Status.IN_PROGRESS, "Kim", "e2", "zendesk")
    inbound.reply(1001, "Kim", "Done.", "c1", "zendesk")
    assert isinstance(chat.send(conversation, "how do courses work?", "k3"), Reply)
    inbound.reply(1001, "Kim", "One thing more.", "c2", "zendesk")
    assert isinstance(chat.send(conversation, "which?", "k4"), Delivered)
    assert desk.open_case(1001).ticket.status is Status.IN_PROGRESS


def test_released_at_the_desk_only_a_later_reply_silences_the_bot_again(
    chat: Chat, store: SqlStore, inbound: Inbound, clock: Clock, conversation: Conversation
) -> None:
    inbound.reply(1001, "Kim", "Hello.", "c1", "zendesk", clock())
    before = clock.advance(minutes=1)
    clock.advance(minutes=1)
    Takeover(store, clock=clock).release(1001, "mia")
    assert notices(chat, conversation)[-1] == "Kim has left this chat. The automated assistant answers again."
    inbound.reply(1001, "Kim", "Told late.", "c2", "zendesk", before)
    assert isinstance(chat.send(conversation, "how do refunds work?", "k2"), Reply)
    inbound.reply(1001, "Kim", "Here I am.", "c3", "zendesk", clock.advance(minutes=1))
    assert isinstance(chat.send(conversation, "how do refunds work?", "k3"), Delivered)


def test_words_from_before_a_closing_do_not_silence_the_bot_after_it(
    chat: Chat, desk: Desk, inbound: Inbound, clock: Clock, conversation: Conversation
) -> None:
    before = clock()
    clock.advance(minutes=1)
    desk.change_status(1001, Status.CLOSED, "mia")
    desk.change_status(1001, Status.OPEN, "mia")
    inbound.reply(1001, "Kim", "Told late.", "c1", "zendesk", before)
    assert isinstance(chat.send(conversation, "how do refunds work?", "k2"), Reply)


def test_who_is_in_the_chat_at_our_own_desk_stays_in_it(
    chat: Chat, store: SqlStore, inbound: Inbound, clock: Clock, conversation: Conversation
) -> None:
    takeover, mia = Takeover(store, clock=clock), Agent("mia", "agent", "Mia")
    takeover.join(1001, mia)
    inbound.reply(1001, "Kim", "Hello.", "c1", "zendesk")
    assert len(notices(chat, conversation)) == 1
    takeover.release(1001, "mia")
    inbound.reply(1001, "Kim", "Hello again.", "c2", "zendesk", clock.advance(minutes=1))
    with pytest.raises(BadInput, match="@zendesk is in this chat"):
        takeover.join(1001, mia)
    takeover.join(1001, mia, instead_of="@zendesk")
    assert notices(chat, conversation)[-1] == "Mia, a person from our team, has taken over this chat."


def test_silence_there_gives_the_chat_back(
    chat: Chat, store: SqlStore, inbound: Inbound, clock: Clock, conversation: Conversation
) -> None:
    takeover = Takeover(store, clock=clock)
    inbound.reply(1001, "Kim", "Hello.", "c1", "zendesk")
    later = clock.advance(hours=73)
    assert takeover.release_forgotten(later) == 0, "that is for those at our own desk"
    assert takeover.release_forgotten(later - timedelta(hours=74), elsewhere=True) == 0
    assert takeover.release_forgotten(later - timedelta(hours=72), elsewhere=True) == 1
    assert isinstance(chat.send(conversation, "how do refunds work?", "k2"), Reply)


def test_what_was_erased_or_never_was_is_nobodys(store: SqlStore, inbound: Inbound, conversation: Conversation) -> None:
    with store.begin() as work:
        work.conversations.erase([conversation.id])
    assert not inbound.reply(1001, "Kim", "hello", "c1", "zendesk")
    assert not inbound.status(7, Status.CLOSED, "Kim", "e1", "zendesk")


def test_tickets_are_found_by_their_id_there_or_by_ours(
    store: SqlStore, desk: Desk, inbound: Inbound, conversation: Conversation
) -> None:
    ours = desk.open_case(1001).ticket.external_id
    assert inbound.find("zendesk", "35436") is None
    assert inbound.find("zendesk", "35436", ours) == 1001
    with store.begin() as work:
        work.outbox.add_remote(1001, "zendesk", "35436", NOON)
    assert inbound.find("zendesk", "35436") == 1001
    assert inbound.find("other", "35436") is None
