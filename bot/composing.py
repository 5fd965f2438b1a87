"""The extractive answer: the parts of the article that settle the question, in the article's own words."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.keywords import terms
from bot.models import Passage
from bot.pieces import Piece, length, pieces_of

MOST_WORDS = 120
WORTH = {"found": 0.4, "shared": 2.0, "heading": 0.7}
"""Beside `PLAIN_WORTH`: for standing in the passage that was found, for the share of the question's terms that the
piece has, and for the share that its heading has."""


@dataclass(frozen=True, slots=True)
class Extract:
    """What is shown of an article."""

    markdown: str
    text: str
    """The same as plain text without headings; each line of it is a substring of the article's."""
    whole: bool
    """Whether nothing of the article was left out."""


def extract(passage: Passage, weights: dict[str, float]) -> Extract:
    """The piece of the found passage that shares most with the question, and beside it within MOST_WORDS those worth
    most, in the article's order: what shares terms with the question or was found, and what articles say first. Lists
    come whole with the words that introduce them, rows of a table with its head. A list longer than the limit is still
    shown whole: half a procedure is worse than a long one.
    """
    pieces = pieces_of(passage.article)
    chosen = _chosen(pieces, _worths(pieces, passage, weights), _best_found(pieces, passage, weights))
    shown = [_shown(pieces, run) for run in _runs(pieces, chosen)]
    sections = [pieces[run[0]].section for run in _runs(pieces, chosen)]
    markdown = []
    for at, (section, (_, marked)) in enumerate(zip(sections, shown, strict=True)):
        headings = passage.article.sections[section].headings
        if headings and len(set(sections)) > 1 and section not in sections[:at]:
            markdown.append(f"### {headings[-1]}")
        markdown.append(marked)
    text = "\n\n".join(text for text, _ in shown)
    cut = len(chosen) < len(pieces) or length(text) < sum(pieces[at].words for at in chosen)
    return Extract("\n\n".join(markdown), text, whole=not cut)


def _worths(pieces: Sequence[Piece], passage: Passage, weights: dict[str, float]) -> list[float]:
    total = sum(weights.values()) or 1.0
    headings = [
        sum(weights.get(term, 0.0) for term in set(terms(" ".join(section.headings[-1:])))) / total
        for section in passage.article.sections
    ]
    out = []
    for piece in pieces:
        shared = sum(weight for term, weight in weights.items() if term in piece.terms) / total
        worth = piece.worth + WORTH["shared"] * shared + WORTH["heading"] * headings[piece.section]
        out.append(worth + WORTH["found"] * _was_found(piece, passage))
    return out


def _best_found(pieces: Sequence[Piece], passage: Passage, weights: dict[str, float]) -> list[int]:
    """The place of the piece that the passage was found for; none where it may not be shown alone."""
    found = [at for at, piece in enumerate(pieces) if piece.candidate and _was_found(piece, passage)]
    shared = {at: sum(weight for term, weight in weights.items() if term in pieces[at].terms) for at in found}
    return sorted(found, key=lambda at: -shared[at])[:1]


def _was_found(piece: Piece, passage: Passage) -> bool:
    chunk = passage.chunk
    if piece.section != chunk.section:
        return False
    return piece.block.kind != "paragraph" or piece.text in chunk.text or chunk.text in piece.text


def _chosen(pieces: Sequence[Piece], worths: Sequence[float], first: Sequence[int]) -> list[int]:
    """Places of the pieces to show: after the first the best that still fits, again and again."""
    chosen: set[int] = set()
    room: float = MOST_WORDS
    candidates = [at for at, piece in enumerate(pieces) if piece.candidate] or [0]
    for at in [*first, *sorted(candidates, key=lambda at: -worths[at])]:
        wanted = {at, *_needed(pieces, at)} - chosen
        words = sum(pieces[each].words for each in wanted)
        if not chosen and pieces[at].block.kind == "paragraph" and words > MOST_WORDS:
            wanted = {at}
        if not chosen or words <= room:
            room -= words
            chosen |= wanted
    return sorted(chosen)


def _needed(pieces: Sequence[Piece], at: int) -> Iterator[int]:
    """What must be shown with a piece, and with that in turn."""
    needs = pieces[at].needs
    while needs is not None:
        yield needs
        needs = pieces[needs].needs


def _runs(pieces: Sequence[Piece], chosen: Sequence[int]) -> list[list[int]]:
    """What is shown in one go: neighbouring sentences of a paragraph, rows of one table, a list."""

    def run_of(numbered: tuple[int, int]) -> tuple[int, int]:
        count, at = numbered
        block = pieces[at].block
        return id(block), 0 if block.kind == "table" else at - count

    return [[at for _, at in group] for _, group in groupby(enumerate(chosen), key=run_of)]


def _shown(pieces: Sequence[Piece], run: Sequence[int]) -> tuple[str, str]:
    """A run's plain text and its markdown."""
    first, last = pieces[run[0]], pieces[run[-1]]
    block = first.block
    if block.kind == "table":
        lines = [pieces[at].text for at in run]
        if first.marked:  # then every row has its place in the markdown, and the second line there is the rule
            rows = [block.markdown[slice(*(pieces[at].marked or ()))] for at in run]
            return "\n".join(lines), "\n".join((rows[0], block.markdown.splitlines()[1], *rows[1:]))
        return "\n".join(lines), "\n".join(lines)
    text = block.text[first.start : last.end]
    if block.kind == "paragraph" and length(text) > MOST_WORDS:
        text = _bounded(text)
        return text, text
    marked = block.markdown[first.marked[0] : last.marked[1]] if first.marked and last.marked else text
    return text, text if marked.count("**") % 2 else marked


def _bounded(text: str) -> str:
    """The beginning of a sentence that is too long by itself, cut where no number or word is parted."""
    while length(text) > MOST_WORDS:
        cut = text[: len(text) * 9 // 10]
        text = re.sub(r"(?<=\s)\S{1,30}$|\d+$", "", cut).rstrip() or cut
    return text


_LINK = re.compile(r"\[([^\]]+)\]\(<?([^)\s>]+)>?(?:\s+[\"'][^)]*[\"'])?\)")


def with_links(markdown: str, address_of: Callable[[str], str | None]) -> str:
    """Links between articles made to lead somewhere: an id becomes that article's address, an unknown one is
    left as plain words, and so is one that `address_of` does not give away."""

    def replace(found: re.Match[str]) -> str:
        label, target = found[1], found[2]
        if re.match(r"https?://", target):
            return found[0]
        address = address_of(target)
        return f"[{label}]({address})" if address else label

    return _LINK.sub(replace, markdown)
