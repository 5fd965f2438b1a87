"""Which articles stand behind an answer, and the words of theirs that prove it."""

import re
from collections.abc import Sequence

from bot.keywords import terms
from bot.models import Citation, Passage

MOST = 3
NEARLY = 0.97
"""A further article is cited when its score is at least this share of the best one's."""
LONGEST_QUOTE = 300
MARKER = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")


_END = re.compile(r"(?<=[.!?])(?<!^\d\.)(?<!^\d\d\.)\s+(?=[^\sa-z])|(?<=[。！？])")


def sentences(text: str) -> list[str]:
    """Sentences and lines of `text`, each a substring of it."""
    out = []
    for line in map(str.strip, text.splitlines()):
        start = 0
        for end in _END.finditer(line):
            out.append(line[start : end.start()].strip())
            start = end.end()
        out.append(line[start:].strip())
    return [sentence for sentence in out if re.search(r"\w", sentence)]


def quote(text: str, weights: dict[str, float]) -> str:
    """The sentence of `text` that shares most with the question: a substring of it, without a list's marker."""
    best, found = -1.0, ""
    for sentence in sentences(text):
        words = set(terms(sentence))
        score = sum(weights.get(term, 0.0) for term in words) / (1 + 0.02 * len(words))
        if score > best:
            best, found = score, sentence
    return _shortened(MARKER.sub("", found))


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_QUOTE:
        return text
    cut = text[:LONGEST_QUOTE]
    return cut[: cut.rfind(" ")] if " " in cut else cut


def cite(shown: Passage, shown_text: str, others: Sequence[Passage], weights: dict[str, float]) -> tuple[Citation, ...]:
    """The article that the answer's text is taken from first, then those that were found nearly as good."""
    further = [passage for passage in others if passage.score >= NEARLY * shown.score][: MOST - 1]
    texts = [shown_text, *(passage.chunk.text for passage in further)]
    return tuple(
        Citation(
            number,
            passage.article.id,
            passage.article.title,
            passage.article.address,
            quote(text, weights),
            passage.article.locale,
        )
        for number, (passage, text) in enumerate(zip([shown, *further], texts, strict=True), start=1)
    )
