"""What only the open index version can tell of an outcome: its quotes, its baselines, the passages that led to it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.language import base
from bot.models import Answer, Article, Audience, Outcome, Passage, Question
from bot.pieces import length
from bot.ports import Library
from bot.retrieval import Found
from bot.understanding import Understanding
from evals.metrics.quotes_verbatim import stands_in
from evals.results import Result

OPENING = 120
"""Words of an article that the simplest baseline shows."""
SHOWN = 3
_WORD = re.compile(r"[㐀-鿿]|[^\s㐀-鿿]+")
_HAN = re.compile(r"[㐀-鿿]")
_HAN_WORDS = 1 / 1.6


def look(
    library: Library,
    understanding: Understanding,
    question: Question,
    outcome: Outcome,
    row: Result,
    passages: bool = False,
) -> Result:
    """The row with everything that needs the index; it searches again only for rows that show what was found, or for
    all answers where `passages` are wanted."""
    if isinstance(outcome, Answer):
        row = replace(row, verbatim=_verbatim(library, outcome), published_in=_published_in(library, outcome))
    compared = row.answered and bool(row.key_facts)
    shown = not row.as_expected or (passages and row.answered)
    if not compared and not shown:
        return row
    found = understanding.search(library, understanding.asked(question))
    if compared:
        row = replace(row, baselines=_baselines(library, found, row))
    if shown:
        source = row.cited[:1] if passages else ()
        row = replace(row, passages=tuple(_shown(passage, source) for passage in found.passages[:SHOWN]))
    return row


def opening(text: str, count: int = OPENING) -> str:
    """The first `count` words of a text, counted as the words of an answer are."""
    end, used = 0, 0.0
    for word in _WORD.finditer(text):
        used += _HAN_WORDS if _HAN.match(word[0]) else length(word[0])
        if used > count + 1e-9:
            break
        end = word.end()
    return text[:end]


def _verbatim(library: Library, answer: Answer) -> tuple[bool, ...]:
    articles = ((each.quote, library.translations(each.article_id), each.locale) for each in answer.citations)
    return tuple(
        any(stands_in(quote, article.text) for article in versions if article.locale == locale)
        for quote, versions, locale in articles
    )


def _published_in(library: Library, answer: Answer) -> tuple[str, ...]:
    versions = library.translations(answer.citations[0].article_id) if answer.citations else ()
    return tuple(sorted({base(article.locale) for article in versions if Audience.LEARNER.reads(article.audience)}))


def _baselines(library: Library, found: Found, row: Result) -> dict[str, str]:
    """Of the first settling article, in the reader's language where there is one, else English."""
    versions = [article for each in row.settled_by[:1] for article in library.translations(each)]
    if not versions:
        return {}
    article = min(versions, key=lambda each: (base(each.locale) != row.language, not each.locale.startswith("en")))
    return {"opening": opening(article.text), "best_chunk": _best_chunk(library, found.passages, article)}


def _best_chunk(library: Library, passages: Sequence[Passage], article: Article) -> str:
    """The passage that the search itself chose of this article; its first chunk where it was not found at all."""
    chosen = [passage.chunk.text for passage in passages if passage.article.key == article.key]
    return chosen[0] if chosen else next(chunk.text for chunk in library.chunks if chunk.article_key == article.key)


def _shown(passage: Passage, source: Sequence[str]) -> dict[str, Any]:
    """With the whole text of the article that an answer is taken from: its sentences may stand anywhere in it."""
    return {
        "article_id": passage.article.id,
        "locale": passage.article.locale,
        "title": passage.article.title,
        "text": passage.article.text if passage.article.id in source else passage.chunk.text,
        "dense": round(passage.dense, 4),
        "keyword": round(passage.keyword, 4),
        "score": round(passage.score, 4),
    }
