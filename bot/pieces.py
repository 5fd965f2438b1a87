"""An article cut into the smallest parts that are shown on their own: sentences, whole lists, rows of a table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.citations import sentences
from bot.instructions import addresses_a_model
from bot.keywords import terms
from bot.models import Article, Block

PLAIN_WORTH = {"before": -1.2, "number": 0.8, "marked": 0.6, "asks": -1.8, "links": -0.3}
"""What a piece is worth whatever is asked: `before` for each hundred words that stand before it (at most FAR), for a
number in it, for a name of the interface (bold or quoted), for a question of the article's own, for a link elsewhere.
Chosen on the golden cases (tune split) and techqa_dev; `firstline eval words` measures them on others."""
FAR = 400
"""Words of an article after which it makes no difference how many more there were."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"\S{1,30}")
_MARKED = re.compile(r"\*\*|[\"“”`「]")
_LINKS = re.compile(r"\]\(|https?:")
_LEANS = re.compile(
    r"(?:it|its|this|that|these|those|they|them|but|however|then|also|so|otherwise|instead|"
    r"eso|esto|est[ae]|es[ae]|pero|también|entonces|así|si no)\b|[它这那但]|不过|否则|此外|然后|也",
    re.IGNORECASE,
)
_INTRODUCES = (":", "：")
_RULE = re.compile(r"\s*\|?[\s|:-]+\|?\s*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of one block. `start` and `end` are its place in the block's text, `marked` that in its markdown; None
    where the two do not run in step."""

    section: int
    block: Block
    start: int
    end: int
    marked: tuple[int, int] | None
    words: float
    terms: frozenset[str]
    worth: float
    """What it is worth whatever is asked; see PLAIN_WORTH."""
    needs: int | None = None
    """The place of the piece without which this one cannot be understood."""
    candidate: bool = True
    """Whether it may be chosen for its own sake: the head of a table and the words before a list may not, nor what
    speaks to a language model."""

    @property
    def text(self) -> str:
        return self.block.text[self.start : self.end]


def length(text: str) -> int:
    """Words; of Chinese, characters divided by 1.6, about what a translation has. A run of more than 30 characters
    counts as several words."""
    return round(measure(text))


def measure(text: str) -> float:
    """`length` before it is rounded, so that it adds up."""
    return len(_WORD.findall(_HAN.sub(" ", text))) + len(_HAN.findall(text)) / 1.6


@lru_cache(maxsize=1024)
def pieces_of(article: Article) -> tuple[Piece, ...]:
    """All of them, in the article's order. Kept for the articles asked for last: cutting one takes a millisecond."""
    out: list[Piece] = []
    before = 0.0
    for number, section in enumerate(article.sections):
        introduction: int | None = None
        for block, following in zip(section.blocks, (*section.blocks[1:], None), strict=True):
            first = len(out)
            for start, end, marked in _cuts(block):
                text = block.text[start:end]
                words = measure(text)
                out.append(
                    Piece(
                        section=number,
                        block=block,
                        start=start,
                        end=end,
                        marked=marked,
                        words=words,
                        terms=frozenset(terms(text)),
                        worth=_worth(text, block.markdown[slice(*marked)] if marked else text, before),
                        needs=_needs(out, text, block, first, introduction),
                        candidate=not addresses_a_model(text),
                    )
                )
                before += words
            introduction = _introduction(out, first, block, following)
    return tuple(out)


def readable(article: Article) -> str:
    """The article's text without what speaks to a language model."""
    parts = [article.title, *(heading for section in article.sections for heading in section.headings[-1:])]
    return "\n".join([*parts, *(piece.text for piece in pieces_of(article) if not addresses_a_model(piece.text))])


def _cuts(block: Block) -> list[tuple[int, int, tuple[int, int] | None]]:
    """Places of the pieces in the block's text, and in its markdown where that has the same ones."""
    if block.kind in ("list", "code"):
        return [(0, len(block.text), (0, len(block.markdown)))]
    cut = sentences if block.kind == "paragraph" else str.splitlines
    plain = _places(block.text, cut(block.text)) or [(0, len(block.text))]
    lines = [line for line in cut(block.markdown) if not _RULE.fullmatch(line)]
    marked = _places(block.markdown, lines)
    return [(*place, marked[at] if len(marked) == len(plain) else None) for at, place in enumerate(plain)]


def _places(text: str, parts: Sequence[str]) -> list[tuple[int, int]]:
    places, end = [], 0
    for part in parts:
        start = text.index(part, end)
        end = start + len(part)
        places.append((start, end))
    return places


def _needs(out: Sequence[Piece], text: str, block: Block, first: int, introduction: int | None) -> int | None:
    """A row needs its table's head, a list or a head the words that introduce it, `It …` the sentence before it."""
    if len(out) == first:
        return introduction
    if block.kind == "table":
        return first
    return len(out) - 1 if _LEANS.match(text) and out[-1].candidate else None


def _introduction(out: list[Piece], first: int, block: Block, following: Block | None) -> int | None:
    """The place of the sentence that introduces the next block; it and a table's head are no candidates."""
    if block.kind == "table" and len(out) - first > 1:
        out[first] = replace(out[first], candidate=False)
    introduces = block.kind == "paragraph" and out[-1].text.endswith(_INTRODUCES)
    if not introduces or following is None or following.kind == "paragraph":
        return None
    out[-1] = replace(out[-1], candidate=False)
    return len(out) - 1


def _worth(text: str, markdown: str, before: float) -> float:
    found = {
        "before": min(before, FAR) / 100,
        "number": bool(re.search(r"\d", text)),
        "marked": bool(_MARKED.search(markdown)),
        "asks": text.endswith(("?", "？")),
        "links": bool(_LINKS.search(markdown)),
    }
    return sum(PLAIN_WORTH[name] * value for name, value in found.items())
