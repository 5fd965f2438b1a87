"""What a learner may do in a conversation of theirs."""

from dataclasses import replace

import pytest

from bot.errors import BadInput, ModelUnavailable, NotFound
from bot.models import Audience, Turn
from helpdesk.conversations import Chat
from helpdesk.models import Identity
from helpdesk.tokens import hash_token
from storage.store import SqlStore
from tests.helpdesk.scripted import NOON, Clock, Script


def test_a_conversation_starts_with_a_token_that_is_stored_hashed(chat: Chat, store: SqlStore) -> None:
    conversation, token = chat.start("demo", "es")
    assert chat.authenticate(conversation.id, token) == conversation
    assert (conversation.site, conversation.locale, conversation.created_at) == ("demo", "es", NOON)
    with store.read() as work:
        assert work.conversations.token_hash(conversation.id) == hash_token(token)


def test_the_audience_is_what_the_host_vouched_for(chat: Chat) -> None:
    partner, _ = chat.start("demo", "en", Identity("s1", audience=Audience.PARTNER))
    stranger, _ = chat.start("demo", "en")
    assert (partner.audience, stranger.audience) == (Audience.PARTNER, Audience.LEARNER)


def test_unknown_and_foreign_conversations_look_the_same(chat: Chat) -> None:
    mine, token = chat.start("demo", "en")
    theirs, _ = chat.start("demo", "en")
    sentences = set()
    for conversation_id, given in (("nobody", token), (theirs.id, token), (mine.id, ""), ("\x00\ud800", "\ud800")):
        with pytest.raises(NotFound) as refused:
            chat.authenticate(conversation_id, given)
        sentences.add(str(refused.value))
    assert len(sentences) == 1


def test_a_message_is_stored_and_answered(chat: Chat) -> None:
    conversation, _ = chat.start("demo", "en")
    reply = chat.send(conversation, "How do refunds work?", "k1")
    question, answered = chat.transcript(conversation)
    assert not reply.replayed
    assert answered == reply.message
    assert (question.role, question.text, question.client_message_id) == ("learner", "How do refunds work?", "k1")
    assert (answered.role, answered.text, answered.reply_to) == ("bot", "About: How do refunds work?", question.id)
    assert answered.outcome is not None
    assert (answered.outcome["id"], answered.outcome["text"]) == (answered.id, answered.text)
    assert answered.evidence == {"timings": {"total": 4.2}, "scores": {"dense": 0.6}}


def test_the_same_id_replays_the_stored_reply(chat: Chat, script: Script) -> None:
    conversation, _ = chat.start("demo", "en")
    first = chat.send(conversation, "How do refunds work?", "k1")
    again = chat.send(conversation, "something else", " k1 ")
    assert again == replace(first, replayed=True)
    assert len(script.asked) == 1


def test_ids_of_two_conversations_have_nothing_to_do_with_each_other(chat: Chat) -> None:
    one, other = chat.start("demo", "en")[0], chat.start("demo", "en")[0]
    assert chat.send(one, "one", "k1").message.text == "About: one"
    assert chat.send(other, "other", "k1").message.text == "About: other"


def test_the_bot_is_told_what_was_said_and_shown(chat: Chat, script: Script) -> None:
    conversation, _ = chat.start("demo", "es", Identity("s1", audience=Audience.PARTNER))
    chat.send(conversation, "one", "k1")
    chat.send(conversation, "two", "k2")
    question = script.asked[1]
    assert question.turns == (Turn("learner", "one"), Turn("bot", "About: one"))
    assert (question.text, question.locale, question.audience) == ("two", "es", Audience.PARTNER)
    assert question.collections == ("refunds",)
    assert question.shown == ("refunds",)


def test_the_bot_is_told_the_last_twenty_turns(chat: Chat, script: Script) -> None:
    conversation, _ = chat.start("demo", "en")
    for number in range(12):
        chat.send(conversation, f"question {number}", f"k{number}")
    turns = script.asked[-1].turns
    assert len(turns) == 20
    assert (turns[0].text, turns[-1].text) == ("question 1", "About: question 10")


def test_a_message_that_failed_is_kept_and_answered_when_it_is_sent_again(chat: Chat, script: Script) -> None:
    conversation, _ = chat.start("demo", "en")
    script.failures.append(ModelUnavailable("the model is away"))
    with pytest.raises(ModelUnavailable):
        chat.send(conversation, "hard one", "k1")
    assert [message.text for message in chat.transcript(conversation)] == ["hard one"]
    assert chat.send(conversation, "hard one", "k1").message.text == "About: hard one"
    assert [message.sequence for message in chat.transcript(conversation)] == [1, 2]


def test_the_next_message_answers_the_one_that_was_left_over(chat: Chat, script: Script) -> None:
    conversation, _ = chat.start("demo", "en")
    script.failures.append(ModelUnavailable("the model is away"))
    with pytest.raises(ModelUnavailable):
        chat.send(conversation, "first", "k1")
    chat.send(conversation, "second", "k2")
    said = [message.text for message in chat.transcript(conversation)]
    assert said == ["first", "second", "About: first", "About: second"]
    assert [turn.text for turn in script.asked[-1].turns] == ["first", "About: first"]
    assert chat.send(conversation, "first", "k1").replayed


def test_a_message_that_fails_again_holds_nobody_up(chat: Chat, script: Script) -> None:
    conversation, _ = chat.start("demo", "en")
    script.failures += [ModelUnavailable("away"), ModelUnavailable("still away")]
    with pytest.raises(ModelUnavailable):
        chat.send(conversation, "first", "k1")
    assert chat.send(conversation, "second", "k2").message.text == "About: second"


def test_an_old_leftover_waits_for_its_sender(chat: Chat, script: Script, clock: Clock) -> None:
    conversation, _ = chat.start("demo", "en")
    script.failures.append(ModelUnavailable("the model is away"))
    with pytest.raises(ModelUnavailable):
        chat.send(conversation, "first", "k1")
    clock.advance(minutes=3)
    chat.send(conversation, "second", "k2")
    assert [question.text for question in script.asked] == ["first", "second"]
    chat.send(conversation, "first", "k1")
    assert script.asked[-1].turns == ()


@pytest.mark.parametrize(("text", "key"), [("", "k1"), (" \n\t", "k1"), ("\x00", "k1"), ("x", ""), ("x", "k" * 201)])
def test_what_cannot_be_stored_is_refused_and_leaves_nothing(chat: Chat, text: str, key: str) -> None:
    conversation, _ = chat.start("demo", "en")
    with pytest.raises(BadInput):
        chat.send(conversation, text, key)
    assert chat.transcript(conversation) == ()


def test_odd_characters_survive_or_are_replaced(chat: Chat) -> None:
    conversation, _ = chat.start("demo", "en")
    chat.send(conversation, "a\x00b \ud800 😀 退款\r\n", "k\ud800")
    assert chat.transcript(conversation)[0].text == "ab ? 😀 退款\r\n"


def test_an_erased_conversation_is_gone_for_its_owner(chat: Chat, store: SqlStore) -> None:
    conversation, token = chat.start("demo", "en")
    with store.begin() as work:
        work.conversations.erase([conversation.id])
    with pytest.raises(NotFound):
        chat.send(conversation, "hello?", "k1")
    with pytest.raises(NotFound):
        chat.authenticate(conversation.id, token)


def test_feedback_is_kept_and_may_be_changed(chat: Chat) -> None:
    conversation, _ = chat.start("demo", "en")
    reply = chat.send(conversation, "question", "k1").message
    chat.feedback(conversation, reply.id, False, "not my case\x00 ")
    assert (chat.transcript(conversation)[1].helpful, chat.transcript(conversation)[1].comment) == (
        False,
        "not my case",
    )
    chat.feedback(conversation, reply.id, True)
    assert (chat.transcript(conversation)[1].helpful, chat.transcript(conversation)[1].comment) == (True, None)


def test_feedback_on_anything_else_is_refused(chat: Chat) -> None:
    mine, theirs = chat.start("demo", "en")[0], chat.start("demo", "en")[0]
    reply = chat.send(theirs, "question", "k1").message
    for message_id in (reply.id, "nothing", "\ud800"):
        with pytest.raises(NotFound):
            chat.feedback(mine, message_id, True)
    with pytest.raises(NotFound):
        chat.feedback(theirs, reply.reply_to or "", True)
    with pytest.raises(BadInput, match="2000"):
        chat.feedback(theirs, reply.id, True, "x" * 2001)


def test_an_outcome_reloads_as_it_was_told(chat: Chat) -> None:
    conversation, _ = chat.start("demo", "en")
    texts = ("how", "hello", "which", "weather", "human", "thanks", "how", "退款 ¿qué?", "hacked", "how")
    replies = [chat.send(conversation, text, f"k{number}").message for number, text in enumerate(texts)]
    stored = [message for message in chat.transcript(conversation) if message.role == "bot"]
    assert stored == replies
    assert [str(message.outcome) for message in stored] == [str(message.outcome) for message in replies]
