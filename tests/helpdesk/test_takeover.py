"""An agent in a learner's chat: what is said, what is silent, and who may do what."""

from dataclasses import replace

import pytest

from bot.errors import BadInput, ModelUnavailable, NotFound
from helpdesk.conversations import Chat
from helpdesk.desk import Desk
from helpdesk.models import TO_PERSON, Agent, Contact, Conversation, Delivered, Message, Reply, SiteRules, Status
from helpdesk.notices import notice
from helpdesk.takeover import Takeover
from storage.agents import Agents
from storage.store import SqlStore
from tests.helpdesk.scripted import Clock, Script

KIM = Agent("kim@example.org", "agent", "Kim")
LEE = Agent("lee@example.org", "agent", None)
NUMBER = 1001


@pytest.fixture
def takeover(store: SqlStore, clock: Clock) -> Takeover:
    return Takeover(store, sites={"demo": SiteRules(connector="zendesk")}, clock=clock)


@pytest.fixture
def conversation(chat: Chat, sqlite_url: str) -> Conversation:
    from storage.engine import open_engine

    engine = open_engine(sqlite_url)
    for agent in (KIM, LEE):
        Agents(engine, cost=16).create(agent.login, name=agent.name)
    engine.dispose()
    conversation, _ = chat.start("demo", "en")
    chat.send(conversation, "get me a human", "k1")
    return conversation


def last(chat: Chat, conversation: Conversation) -> Message:
    return chat.transcript(conversation)[-1]


def test_joining_silences_the_bot_and_says_so(
    chat: Chat, takeover: Takeover, desk: Desk, script: Script, conversation: Conversation
) -> None:
    takeover.join(NUMBER, KIM)
    assert last(chat, conversation).role == "system"
    assert last(chat, conversation).text == "Kim, a person from our team, has joined this chat."
    asked = len(script.asked)
    sent = chat.send(conversation, "how do refunds work?", "k2")
    assert isinstance(sent, Delivered)
    assert last(chat, conversation) == sent.message
    assert len(script.asked) == asked
    ticket = desk.open_case(NUMBER).ticket
    assert (ticket.status, ticket.assignee) == (Status.IN_PROGRESS, KIM.login)


def test_a_reply_that_was_under_way_is_dropped(
    chat: Chat, takeover: Takeover, script: Script, conversation: Conversation
) -> None:
    class Slow(Script):
        def answer(self, question):  # type: ignore[no-untyped-def]
            takeover.join(NUMBER, KIM)
            return super().answer(question)

    chat._assistant = Slow()  # somebody joins while the bot is thinking
    sent = chat.send(conversation, "a human said hello to me", "k2")
    assert isinstance(sent, Delivered)
    assert [message.role for message in chat.transcript(conversation)] == ["learner", "bot", "learner", "system"]


def test_what_the_bot_owed_is_the_persons_also_after_they_left(
    chat: Chat, takeover: Takeover, script: Script, conversation: Conversation
) -> None:
    script.failures = [ModelUnavailable("away")]
    with pytest.raises(ModelUnavailable):
        chat.send(conversation, "how do refunds work?", "k2")
    takeover.join(NUMBER, KIM)
    takeover.release(NUMBER, KIM.login)
    assert isinstance(chat.send(conversation, "how do refunds work?", "k2"), Delivered)
    assert isinstance(chat.send(conversation, "and certain vouchers?", "k3"), Reply)
    answered = [message.reply_to for message in chat.transcript(conversation) if message.role == "bot"]
    assert len(answered) == 2


def test_an_earlier_reply_is_still_replayed(chat: Chat, takeover: Takeover, conversation: Conversation) -> None:
    takeover.join(NUMBER, KIM)
    again = chat.send(conversation, "get me a human", "k1")
    assert isinstance(again, Reply)
    assert again.replayed


def test_released_the_bot_answers_again(chat: Chat, takeover: Takeover, conversation: Conversation) -> None:
    takeover.join(NUMBER, KIM)
    delivered = chat.send(conversation, "hello there", "k2")
    takeover.release(NUMBER, LEE.login)
    assert last(chat, conversation).text == "Kim has left this chat. The automated assistant answers again."
    count = len(chat.transcript(conversation))
    takeover.release(NUMBER, LEE.login)
    assert len(chat.transcript(conversation)) == count
    assert isinstance(chat.send(conversation, "how do refunds work?", "k3"), Reply)
    assert chat.send(conversation, "hello there", "k2") == delivered


def test_closing_takes_the_agent_out_and_an_faq_is_answered(
    chat: Chat, takeover: Takeover, desk: Desk, conversation: Conversation
) -> None:
    takeover.join(NUMBER, KIM)
    desk.change_status(NUMBER, Status.CLOSED, KIM.login)
    assert last(chat, conversation).text.startswith("Kim has closed your request FL-1001.")
    answered = chat.send(conversation, "how do refunds work?", "k2")
    assert isinstance(answered, Reply)
    assert answered.message.outcome is not None
    assert (answered.message.outcome["outcome"], answered.message.outcome["ticket_number"]) == ("answer", None)
    for act in (lambda: takeover.join(NUMBER, KIM), lambda: takeover.reply(NUMBER, KIM, "hi", "a1")):
        with pytest.raises(BadInput, match="FL-1001 is closed; reopen it first"):
            act()


def test_who_replies_joins_and_a_repeated_reply_is_one(
    chat: Chat, takeover: Takeover, store: SqlStore, conversation: Conversation
) -> None:
    first = takeover.reply(NUMBER, KIM, " Hello! ", "a1")
    assert takeover.reply(NUMBER, KIM, "Hello again", "a1") == first
    roles = [(message.role, message.text, message.author) for message in chat.transcript(conversation)[-2:]]
    assert roles == [
        ("system", "Kim, a person from our team, has joined this chat.", None),
        ("agent", "Hello!", "Kim"),
    ]
    with store.read() as work:
        current = work.conversations.get(conversation.id)
        told = [(row.kind, row.payload) for row in work.outbox.pending()][1:]
    assert current is not None
    assert (current.taken_by, current.taken_name) == (KIM.login, "Kim")
    changes = [payload["field"] for kind, payload in told if kind == "ticket_changed"]
    turns = [payload["message_id"] for kind, payload in told if kind == "turn_added"]
    assert (changes, turns) == (["assignee", "status"], [first.id])


def test_nobody_is_pushed_out_by_accident(chat: Chat, takeover: Takeover, conversation: Conversation) -> None:
    takeover.join(NUMBER, KIM)
    for act in (lambda: takeover.join(NUMBER, LEE), lambda: takeover.reply(NUMBER, LEE, "hi", "a1")):
        with pytest.raises(BadInput, match=r"kim@example.org is in this chat"):
            act()
    takeover.join(NUMBER, LEE, instead_of=KIM.login)
    assert last(chat, conversation).text == "A person from our team has taken over this chat."
    with pytest.raises(BadInput, match="lee"):
        takeover.join(NUMBER, replace(KIM, login="max"), instead_of=KIM.login)


def test_joining_twice_says_it_once(chat: Chat, takeover: Takeover, conversation: Conversation) -> None:
    takeover.join(NUMBER, KIM)
    count = len(chat.transcript(conversation))
    takeover.join(NUMBER, KIM)
    assert len(chat.transcript(conversation)) == count


def test_no_login_reaches_the_learner(chat: Chat, takeover: Takeover, desk: Desk, conversation: Conversation) -> None:
    takeover.reply(NUMBER, LEE, "hello", "a1")
    takeover.release(NUMBER, LEE.login)
    takeover.join(NUMBER, KIM)
    desk.change_status(NUMBER, Status.CLOSED, KIM.login)
    told = [text for message in chat.transcript(conversation) for text in (message.text, message.author or "")]
    assert not [text for text in told if "example.org" in text]


def test_bad_replies_are_refused(takeover: Takeover, conversation: Conversation) -> None:
    for text in ("", " \x00 ", "x" * 4001):
        with pytest.raises(BadInput):
            takeover.reply(NUMBER, KIM, text, "a1")
    with pytest.raises(NotFound):
        takeover.join(7, KIM)


def test_the_history_says_who_was_in_the_chat(takeover: Takeover, desk: Desk, conversation: Conversation) -> None:
    takeover.reply(NUMBER, KIM, "hello", "a1")
    takeover.release(NUMBER, LEE.login)
    done = [(change.actor, change.field, change.after) for change in desk.open_case(NUMBER).ticket.history[1:]]
    assert done == [
        (KIM.login, "in the chat", KIM.login),
        (KIM.login, "assignee", KIM.login),
        (KIM.login, "status", "In progress"),
        (KIM.login, "reply", None),
        (LEE.login, "in the chat", None),
    ]


def test_contact_given_while_a_person_is_there_belongs_to_the_same_ticket(
    chat: Chat, takeover: Takeover, conversation: Conversation
) -> None:
    takeover.join(NUMBER, KIM)
    assert chat.request_person(conversation, Contact(email="ana@example.org"), "r1").number == NUMBER


def test_a_learners_words_from_elsewhere_are_not_the_bots_to_answer(
    chat: Chat, store: SqlStore, clock: Clock, conversation: Conversation
) -> None:
    from helpdesk.speaking import say

    with store.begin() as work:
        work.conversations.lock(conversation.id)
        assert say(work, conversation, "learner", "by mail", clock(), external_key="m1").kind == TO_PERSON
    chat.send(conversation, "how do refunds work?", "k2")
    assert [message.role for message in chat.transcript(conversation)][-3:] == ["learner", "learner", "bot"]


def test_a_chat_is_not_silent_with_nobody_in_it(
    chat: Chat, takeover: Takeover, clock: Clock, conversation: Conversation
) -> None:
    takeover.reply(NUMBER, KIM, "hello", "a1")
    said = clock.advance(hours=1)
    assert takeover.release_forgotten(said.replace(hour=0)) == 0
    takeover.release_all_of(LEE.login, "firstline")
    assert isinstance(chat.send(conversation, "hello?", "k2"), Delivered)
    assert takeover.release_forgotten(said) == 1
    assert "The automated assistant answers again." in last(chat, conversation).text
    takeover.join(NUMBER, KIM)
    takeover.release_all_of(KIM.login, "firstline")
    assert isinstance(chat.send(conversation, "how do refunds work?", "k3"), Reply)


@pytest.mark.parametrize("language", ["en", "es", "zh", "es-MX", "tlh"])
def test_notices_speak_every_language_with_and_without_a_name(language: str) -> None:
    for kind in ("joined", "took_over", "left", "closed"):
        named, unnamed = notice(kind, language, "Kim", "FL-1"), notice(kind, language, None, "FL-1")  # type: ignore[arg-type]
        assert "Kim" in named
        assert named != unnamed
        assert "{" not in named + unnamed
        assert ("FL-1" in named) is (kind == "closed")


@pytest.mark.parametrize(
    "mailer, email, owed", [("mail", "ana@example.org", 1), ("mail", None, 0), ("", "a@b.example", 0)]
)
def test_a_reply_goes_to_the_learners_address_where_there_is_one_and_the_site_has_a_mailer(
    chat: Chat, store: SqlStore, conversation: Conversation, clock: Clock, mailer: str, email: str | None, owed: int
) -> None:
    if email:
        chat.request_person(conversation, Contact(email), "r1")
    takeover = Takeover(store, sites={"demo": SiteRules(mailer=mailer)}, clock=clock)
    for _ in range(2):
        said = takeover.reply(NUMBER, KIM, "It is on its way.", "one click")
    with store.read() as work:
        rows = [row for row in work.outbox.pending() if row.kind == "reply_mailed"]
    assert [(row.connector, row.payload) for row in rows] == [("mail", {"message_id": said.id})] * owed
