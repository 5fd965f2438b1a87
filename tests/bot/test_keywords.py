"""Keyword search in words and in pairs of characters, against BM25 written out."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.keywords import K1, B, KeywordIndex, terms


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Refunds, REFUND & policies!", ["refund", "refund", "policy"]),
        ("Devolución de créditos", ["devolucion", "de", "credito"]),
        ("the learner's class is a bus", ["the", "learner", "class", "is", "a", "bus"]),
        ("ｆｕｌｌ ﬁle", ["full", "file"]),
        ("退款申请", ["退款", "款申", "申请"]),
        ("退", ["退"]),
        ("iOS16应用 Plus会员14天内退款", ["ios16", "应用", "plus", "会员", "14", "天内", "内退", "退款"]),
        ("환불 신청", ["환불", "신청"]),
        ("snake_case, e-mail", ["snake", "case", "e", "mail"]),
        ("--- 👍", []),
    ],
)
def test_terms(text: str, words: list[str]) -> None:
    assert terms(text) == words


@given(st.text(max_size=100))
def test_case_and_composition_do_not_matter(text: str) -> None:
    assert all(term and term == term.strip() for term in terms(text))


DOCUMENTS = ["refund of a course", "refund of a degree deposit deposit", "the weather", "", "退款申请", "course course"]


def bm25(question: str, document: str) -> float:
    """Robertson and Zaragoza (2009), formula 3.15 with the idf that is never negative."""
    lengths = [len(terms(text)) for text in DOCUMENTS]
    mean = sum(lengths) / len(lengths)
    total = 0.0
    for term in set(terms(question)):
        holders = sum(term in terms(text) for text in DOCUMENTS)
        count = terms(document).count(term)
        idf = math.log(1 + (len(DOCUMENTS) - holders + 0.5) / (holders + 0.5))
        total += idf * count * (K1 + 1) / (count + K1 * (1 - B + B * len(terms(document)) / mean))
    return total


@pytest.mark.parametrize("question", ["refund", "course deposit refund", "deposits", "退款", "nothing of it", ""])
def test_scores_are_bm25(question: str) -> None:
    scores = KeywordIndex([terms(each) for each in DOCUMENTS]).scores(terms(question))
    assert scores == pytest.approx([bm25(question, document) for document in DOCUMENTS], rel=1e-5)


def test_a_rare_term_tells_more_and_an_unknown_one_most() -> None:
    index = KeywordIndex([terms(each) for each in DOCUMENTS])
    assert index.idf("refund") < index.idf("weather") < index.idf("zebra")
    assert index.knows("weather")
    assert not index.knows("zebra")


def test_an_empty_index_finds_nothing() -> None:
    index = KeywordIndex([])
    assert index.scores(["a"]).shape == (0,)
    assert not index.knows("a")
    assert KeywordIndex([terms(""), terms("!")]).scores(["a"]).tolist() == [0, 0]
