"""What a message is for: learned from examples, with a lead that keeps false alarms rare."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from api.wiring import Encoders
from bot import intents as learning
from bot.intents import Intents, load, train
from bot.models import Department, Priority
from bot.ports import Vectors
from bot.topics import Action, Topic

WORDS = ("person", "agent", "refund", "receipt", "hello")


@pytest.fixture(scope="module")
def learned(intents_file: Path, encoders: Encoders) -> Intents:
    return load(intents_file, encoders.intents, encoders.intents_name, intents_file.parent)


def topic(key: str, action: Action, *examples: tuple[str, str]) -> Topic:
    return Topic(key, action, Department.LEARNER_SUPPORT, Priority.MEDIUM, key, examples)


def counted(texts: Sequence[str]) -> tuple[Vectors, ...]:
    """Stand-in encoders: which words a message holds, and the same for messages without a number in them."""
    rows = np.array([[float(word in text) for word in WORDS] for text in texts], dtype=np.float32).reshape(-1, 5)
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)
    known = np.array([[not any(char.isdigit() for char in text)] for text in texts], dtype=np.float32)
    return unit, unit * known.reshape(-1, 1)


def many(word: str, count: int) -> list[tuple[str, str]]:
    return [("en", f"{word} {number}") for number in range(count)]


@pytest.mark.parametrize(
    ("text", "language", "key"),
    [
        ("let me talk to a human", "en", "asked_for_human"),
        ("quiero hablar con un agente humano", "es", "asked_for_human"),
        ("转人工客服", "zh", "asked_for_human"),
        ("you charged me twice and nobody gives me my money", "en", "refund_dispute"),
        ("good morning", "en", "greeting"),
        ("how do I get a refund", "en", "ordinary"),
        ("怎么申请退款", "zh", "ordinary"),
    ],
)
def test_topics_are_recognised_in_each_language(learned: Intents, text: str, language: str, key: str) -> None:
    assert learned.recognise(text, language).topic.key == key


def test_a_handoff_that_hardly_leads_is_a_question() -> None:
    topics = [
        topic("asked_for_human", "handoff", *many("person", 3)),
        topic("ordinary", "question", *many("refund", 3)),
    ]
    intents = train(topics, counted)
    assert intents.recognise("person").topic.key == "asked_for_human"
    doubtful = intents.recognise("person refund")
    assert doubtful.topic.key == "ordinary"
    assert abs(doubtful.lead) < 0.1


def test_the_lead_is_learned_where_a_language_has_enough_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "ENOUGH", 20)
    strays = [("en", f"person {number} refund") for number in range(4)]
    topics = [
        topic("asked_for_human", "handoff", *many("person", 12)),
        topic("ordinary", "question", *many("refund", 16), *strays, ("es", "refund")),
    ]
    leads = train(topics, counted).leads
    assert set(leads) == {"en"}, "one Spanish question teaches nothing"
    monkeypatch.setattr(learning, "FALSE_ALARMS", 0.5)
    assert train(topics, counted).leads["en"] < leads["en"], "more false alarms allowed, a smaller lead"


def test_the_kernel_is_solved_and_each_example_judged_by_the_others() -> None:
    rng = np.random.default_rng(1)
    half = rng.normal(size=(150, 150)).astype(np.float32)
    kernel = half @ half.T / 150 + np.eye(150, dtype=np.float32)
    targets = rng.normal(size=(150, 3)).astype(np.float32)
    alpha, diagonal = learning._solve(kernel, targets)
    assert np.allclose(kernel @ alpha, targets, atol=1e-3)
    one_out = targets[0] - alpha[0] / diagonal[0]
    others = np.linalg.solve(kernel[1:, 1:], targets[1:])
    assert np.allclose(one_out, kernel[0, 1:] @ others, atol=1e-3)


def test_an_encoder_that_does_not_know_the_language_says_nothing() -> None:
    topics = [
        topic("asked_for_human", "handoff", ("en", "person"), ("en", "agent")),
        topic("ordinary", "question", ("en", "refund"), ("en", "receipt 1")),
    ]
    intents = train(topics, counted)
    assert [len(encoder.examples) for encoder in intents.encoders] == [4, 3]
    says = intents.encoders[1].says(counted(["person 7", "person"])[1])
    assert not says[0].any()
    assert says[1].any()


def test_without_a_handoff_nothing_is_handed_over() -> None:
    intents = train([topic("ordinary", "question", ("en", "refund")), topic("hi", "chat", ("en", "hello"))], counted)
    assert intents.recognise("refund").topic.key == "ordinary"
    assert intents.recognise("hello").topic.key == "hi"


def test_what_the_bot_declines_is_measured_apart() -> None:
    topics = [
        topic("tampering", "decline", ("en", "agent")),
        topic("ordinary", "question", ("en", "refund")),
        topic("asked_for_human", "handoff", ("en", "person")),
    ]
    steering, asking = train(topics, counted).declined(["agent", "refund"])
    assert steering > 0.1
    assert asking < -0.1
    assert train(topics[1:], counted).declined(["agent"]) == [float("-inf")]


def test_what_was_learned_is_the_same_when_it_is_read_again(intents_file: Path, learned: Intents) -> None:
    again = load(intents_file, learned.encode, "no matter", intents_file.parent)
    kept = load(intents_file, learned.encode, "no matter", intents_file.parent)
    texts = ["a human", "una persona", "人工", "", "refund?"]
    assert (again.scores(texts) == kept.scores(texts)).all()
    assert again.leads == kept.leads


def test_a_message_that_is_looked_at_again_is_not_encoded_again() -> None:
    encoded: list[str] = []

    def counting(texts: Sequence[str]) -> tuple[Vectors, ...]:
        encoded.extend(texts)
        return counted(texts)

    intents = train([topic("ordinary", "question", ("en", "refund")), topic("hi", "chat", ("en", "hello"))], counting)
    encoded.clear()
    first = [intents.recognise("hello agent", language) for language in ("en", "es", "")]
    assert encoded == ["hello agent"]
    assert {intent.topic.key for intent in first} == {"hi"}
    for number in range(learning.REMEMBERED):
        intents.recognise(f"refund {number}")
    assert intents.recognise("hello agent") == first[-1], "also after it was forgotten"
    assert encoded.count("hello agent") == 2


def test_many_messages_are_encoded_as_each_alone(encoders: Encoders) -> None:
    texts = ["How do I get a refund?", "¿Cómo pido un reembolso?", "怎么申请退款？", "a", "speak to a person " * 20]
    alone = [encoders.intents([text]) for text in texts]
    for number, together in enumerate(encoders.intents(texts)):
        assert together == pytest.approx(np.concatenate([each[number] for each in alone]), abs=1e-5)
