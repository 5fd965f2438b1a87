"""What an agent reads first: every claim rests on words that were said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.models import Outcome
from helpdesk.conversations import Chat
from helpdesk.models import Claim, Contact, Message
from helpdesk.outcomes import outcome_json
from helpdesk.summary import summarize
from tests.contracts.rows import message
from tests.helpdesk.scripted import answer, offered, small_talk

WORDS = [
    "how do I get my money back?",
    "hello",
    "which",
    "weather",
    "thanks",
    "退款要多久?",
    "¿y mi certificado? human",
]


def assert_quotes_are_verbatim(claims: tuple[Claim, ...], messages: tuple[Message, ...]) -> None:
    texts = {message.id: message.text for message in messages}
    for claim in claims:
        assert claim.quote
        assert claim.quote in texts[claim.message_id]


def test_question_answer_and_what_is_wanted_last(chat: Chat) -> None:
    conversation, _ = chat.start("demo", "en")
    chat.send(conversation, "hello", "k0")
    first = chat.send(conversation, "how do I get my money back?", "k1").message
    chat.feedback(conversation, first.id, False)
    chat.send(conversation, "weather in the app", "k2")
    ticket = chat.request_person(conversation, Contact(), "r1")
    assert [(claim.text, claim.quote) for claim in ticket.summary] == [
        ("The learner first asked", "how do I get my money back?"),
        (
            "The bot answered from “Refunds” (refunds); the learner said it did not help",
            "About: how do I get my money back?",
        ),
        ("The bot was not sure and showed “Payments” (payments)", "I am not sure. Shall a person look at it?"),
        ("The bot was not sure of an answer", "weather in the app"),
    ]
    assert_quotes_are_verbatim(ticket.summary, chat.transcript(conversation))


def test_a_first_message_that_needs_a_person_gives_two_claims(chat: Chat) -> None:
    conversation, _ = chat.start("demo", "en")
    chat.send(conversation, "the certificate has my old name", "k1")
    ticket = chat.request_person(conversation, Contact(), "r1")
    assert [claim.text for claim in ticket.summary] == [
        "The learner first asked",
        "A person has to look at this (certificate name)",
    ]


def test_nothing_said_nothing_claimed() -> None:
    assert summarize((), "asked_for_human", None) == ()


@pytest.mark.parametrize(
    ("helpful", "expected"),
    [(True, "; the learner found it helpful"), (None, ""), (False, "; the learner said it did not help")],
)
def test_the_learners_verdict_is_told(helpful: bool | None, expected: str) -> None:
    told = outcome_json(answer(), "m2", None)
    turns = [message("m1", "c1", 1), message("m2", "c1", 2, role="bot", reply_to="m1", outcome=told, helpful=helpful)]
    assert summarize(turns, "asked_for_human", None)[1].text == f"The bot answered from “Refunds” (refunds){expected}"


def test_long_turns_are_quoted_in_part() -> None:
    turns = [message("m1", "c1", 1, text="a long story " * 200)]
    assert {len(claim.quote) <= 300 for claim in summarize(turns, "safety", None)} == {True}


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["learner", "bot", "agent"]), st.text(max_size=400)), max_size=12))
def test_every_quote_is_a_substring_of_its_turn(said: list[tuple[str, str]]) -> None:
    outcomes: list[Outcome] = [answer(), offered(), small_talk()]
    messages: list[Message] = []
    for number, (role, text) in enumerate(said, start=1):
        is_reply = role == "bot" and bool(messages) and messages[-1].role == "learner"
        told = outcome_json(outcomes[number % 3], f"m{number}", None) if is_reply else None
        to = messages[-1].id if is_reply else None
        messages.append(message(f"m{number}", "c1", number, role=role, text=text, reply_to=to, outcome=told))
    claims = summarize(messages, "out_of_scope", None)
    assert_quotes_are_verbatim(claims, tuple(messages))
    assert len(claims) in (0, 2, 3, 4)


def test_every_quote_of_a_real_chat_is_verbatim(chat: Chat) -> None:
    conversation, _ = chat.start("demo", "en")
    for number, text in enumerate(WORDS):
        chat.send(conversation, text, f"k{number}")
    ticket = chat.request_person(conversation, Contact(), "r1")
    assert 2 <= len(ticket.summary) <= 4
    assert_quotes_are_verbatim(ticket.summary, chat.transcript(conversation))
