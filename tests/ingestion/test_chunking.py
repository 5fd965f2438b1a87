"""Chunks: every one within the embedder's limit, together the whole text."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.wiring import Encoders
from bot.models import Article, Audience, Block, Chunk, Section
from ingestion.chunking import chunks_of
from ingestion.corpus import Corpus
from tests.ingestion.corpora import article

Counts = Callable[[str], int]


@pytest.fixture(scope="module")
def counts(encoders: Encoders) -> Counts:
    return encoders.embedder.count_tokens


def plain(text: str, title: str = "A title", heading: str = "A heading") -> Article:
    section = Section((heading,) if heading else (), (Block("paragraph", text, text),))
    return Article("a", title, "en", "general", Audience.LEARNER, "", (section,))


def letters(text: str) -> str:
    return "".join(re.findall(r"\w", text))


def assert_whole(of: Article, chunks: list[Chunk], counts: Counts, limit: int) -> None:
    assert all(counts(chunk.embedded_text(of)) <= limit for chunk in chunks)
    for number, section in enumerate(of.sections):
        told = letters("".join(chunk.text for chunk in chunks if chunk.section == number))
        assert told == letters("".join(block.text for block in section.blocks))


def test_the_sample_help_center_is_chunked_whole(kb: Corpus, counts: Counts, encoders: Encoders) -> None:
    assert len(kb.articles) > 200
    for each in kb.articles:
        chunks = chunks_of(each, counts, encoders.embedder.max_tokens)
        assert_whole(each, chunks, counts, encoders.embedder.max_tokens)
        assert all(chunk.embedded_text(each).startswith(each.title) for chunk in chunks)
        assert len({chunk.id for chunk in chunks}) == len(chunks)


NASTY = {
    "10,000 letters without a space": "x" * 10_000,
    "letters and marks without a space": "x/y?z=" * 2_000,
    "Chinese": "退款申请需要在购买后十四天内提出。" * 300,
    "Chinese without an end": "退款申请需要在购买后十四天内提出" * 300,
    "Korean": "환불 신청은 구매 후 14일 이내에 해야 합니다" * 200,
    "emoji": "👩‍🎓🎉 ok " * 1_500,
    "numbers": "1234567890 " * 1_000,
    "one endless sentence": "word and " * 2_000,
    "lines": "a line\n" * 1_000,
    "accents": "é̂ñ̃ ǘ " * 1_500,
    "Arabic": "يمكنك طلب استرداد الأموال خلال أربعة عشر يوما " * 200,
}


@pytest.mark.parametrize("limit", [64, 128, 256])
@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_nasty_texts_are_never_truncated(text: str, limit: int, counts: Counts) -> None:
    of = plain(text)
    assert_whole(of, chunks_of(of, counts, limit), counts, limit)


@pytest.mark.parametrize("title", ["An endless title " * 60, "退款" * 150, "환불" * 150, "x" * 5_000], ids=len)
def test_an_endless_title_leaves_room_for_the_text(title: str, counts: Counts) -> None:
    of = plain("The refund takes 10 working days. " * 60, title, "And a heading of its own " * 40)
    chunks = chunks_of(of, counts, 256)
    assert_whole(of, chunks, counts, 256)
    assert all(chunk.embedded_text(of).startswith(title[:80]) for chunk in chunks)


@settings(max_examples=40)
@given(st.text(min_size=1, max_size=3_000), st.text(max_size=300))
def test_any_text_fits(text: str, title: str) -> None:
    def by_characters(given: str) -> int:
        return len(given) + 2

    of = plain(text, title, "")
    assert_whole(of, chunks_of(of, by_characters, 128), by_characters, 128)


def test_short_neighbours_share_a_chunk_and_sections_do_not(counts: Counts) -> None:
    of = article("a", "# One\n\nFirst.\n\nSecond.\n\n- third\n\n# Two\n\nFourth.")
    assert [(chunk.section, chunk.text) for chunk in chunks_of(of, counts, 256)] == [
        (0, "First.\n\nSecond.\n\n- third"),
        (1, "Fourth."),
    ]


def test_the_title_path_is_embedded_with_the_text(counts: Counts) -> None:
    of = article("a", "# One\n\n## Deep\n\nWords.", title="Refunds")
    (chunk,) = chunks_of(of, counts, 256)
    assert chunk.embedded_text(of) == "Refunds > One > Deep\nWords."
    untitled = article("a", "Words.", title="")
    assert chunks_of(untitled, counts, 256)[0].embedded_text(untitled) == "Words."


def test_a_chunk_is_the_same_again_and_differs_where_the_text_does(counts: Counts) -> None:
    first, again = (chunks_of(article("a", "One. Two."), counts, 256) for _ in range(2))
    assert first == again
    assert chunks_of(article("a", "One. Three."), counts, 256)[0].id != first[0].id
    assert chunks_of(article("a", "One. Two.", locale="es"), counts, 256)[0].id != first[0].id


def test_long_text_is_cut_between_sentences(counts: Counts) -> None:
    of = plain(" ".join(f"Sentence number {n} says something short." for n in range(80)))
    for chunk in chunks_of(of, counts, 256):
        assert chunk.text.startswith("Sentence")
        assert chunk.text.endswith(".")
