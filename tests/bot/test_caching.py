"""Answers given before come again only where everything that they depend on is the same."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.snapshot import Snapshot
from bot.assistant import Assistant
from bot.caching import AnswerCache
from bot.decision import Thresholds
from bot.models import Answer, Audience, Handoff, Outcome, Question, Turn
from bot.shelf import Shelf

ASKED = Question("How do I get a refund for a course?")


@pytest.fixture
def keeping(assistant: Assistant) -> Assistant:
    return replace(assistant, thresholds=Thresholds(answer=0.0, near=0.0), cache=AnswerCache(2))


def counts(assistant: Assistant) -> tuple[int, int]:
    assert assistant.cache is not None
    return assistant.cache.hits, assistant.cache.misses


def bare(outcome: Outcome) -> Outcome:
    return replace(outcome, evidence=replace(outcome.evidence, timings={}))


def test_the_same_words_get_the_same_answer_without_searching(keeping: Assistant) -> None:
    first, again = keeping.answer(ASKED), keeping.answer(replace(ASKED, text=f"  {ASKED.text.replace(' ', '  ')} "))
    assert bare(first) == bare(again)
    assert counts(keeping) == (1, 1)
    assert "retrieve" in first.evidence.timings
    assert set(again.evidence.timings) == {"recall"}


@pytest.mark.parametrize(
    "other",
    [
        replace(ASKED, audience=Audience.PARTNER),
        replace(ASKED, collections=("refunds",)),
        replace(ASKED, locale="es"),
        replace(ASKED, text=ASKED.text.upper()),
    ],
)
def test_another_reader_or_wording_is_another_question(keeping: Assistant, other: Question) -> None:
    keeping.answer(ASKED)
    keeping.answer(other)
    assert counts(keeping) == (0, 2)


@pytest.mark.parametrize(
    "unsafe",
    [
        replace(ASKED, turns=(Turn("learner", "hello"),)),
        replace(ASKED, shown=("refund-status",)),
        replace(ASKED, choices=("a", "b")),
        replace(ASKED, text=f"My name is Ana Ruiz. {ASKED.text}"),
    ],
)
def test_what_depends_on_the_conversation_or_the_person_is_not_kept(keeping: Assistant, unsafe: Question) -> None:
    for _ in range(2):
        keeping.answer(unsafe)
    assert counts(keeping) == (0, 0)


def test_the_oldest_gives_way(keeping: Assistant) -> None:
    for text in (ASKED.text, "Where is my refund?", "Refund of a degree deposit?", ASKED.text):
        keeping.answer(Question(text))
    assert counts(keeping) == (0, 4)


def test_offers_of_a_person_are_not_kept(keeping: Assistant) -> None:
    never = replace(keeping, thresholds=Thresholds(answer=1.1, near=0.0, likely=1.1))
    assert isinstance(never.answer(ASKED), Handoff)
    assert isinstance(keeping.answer(ASKED), Answer)


@pytest.fixture
def moving(keeping: Assistant, published: Path) -> Iterator[tuple[Assistant, dict[str, frozenset[str]]]]:
    """A bot whose tombstones may change under it."""
    buried = {"now": frozenset[str]()}
    shelf = Shelf(
        lambda: (1, buried["now"]), lambda n, gone: Snapshot(published / "versions" / str(n), gone), poll_seconds=0
    )
    yield replace(keeping, shelf=shelf), buried
    shelf.close()


def test_an_article_that_was_deleted_is_not_remembered(moving: tuple[Assistant, dict[str, frozenset[str]]]) -> None:
    assistant, buried = moving
    first = assistant.answer(ASKED)
    assert isinstance(first, Answer)
    assert first.citations[0].article_id == "refund-course"
    buried["now"] = frozenset({"en/refund-course", "es/refund-course", "zh/refund-course"})
    again = assistant.answer(ASKED)
    assert isinstance(again, Answer)
    assert again.citations[0].article_id != "refund-course"
    assert counts(assistant) == (0, 2)
