"""The extractive answer: the part of the article that settles the question, in the article's own words."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.citations import sentences
from bot.keywords import terms
from bot.models import Block, Passage

MOST_WORDS = 120
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"\S{1,30}")


@dataclass(frozen=True, slots=True)
class Extract:
    """What is shown of an article."""

    markdown: str
    text: str
    """The same as plain text; each line of it is a substring of the article's."""
    whole: bool
    """Whether nothing of the article was left out."""


def length(text: str) -> int:
    """Words; of Chinese, characters divided by 1.6, about what a translation has. A run of more than 30 characters
    counts as several words."""
    han = len(_HAN.findall(text))
    return len(_WORD.findall(_HAN.sub(" ", text))) + round(han / 1.6)


def extract(passage: Passage, weights: dict[str, float]) -> Extract:
    """The block that shares most with the question, and around it what fits into MOST_WORDS: the article's beginning,
    where most articles say what matters, then the neighbours. Lists and tables come whole, with the sentence that
    introduces them. A list longer than the limit is still shown whole: half a procedure is worse than a long one.
    """
    article, section = passage.article, passage.chunk.section
    places = [(number, block) for number, each in enumerate(article.sections) for block in each.blocks]
    here = [at for at, (number, _) in enumerate(places) if number == section]
    best = max(here, key=lambda at: (_fit(places[at][1], passage, weights), -at))
    block = places[best][1]
    if block.kind == "paragraph" and length(block.text) > MOST_WORDS:
        part = _best_sentences(_found_part(block, passage), weights)
        return Extract(part, part, whole=False)
    shown = _chosen([block for _, block in places], here, best)
    markdown: list[str] = []
    for at in shown:
        number, block = places[at]
        apart = markdown and at - 1 not in shown
        if apart and article.sections[number].headings:
            markdown.append(f"### {article.sections[number].headings[-1]}")
        markdown.append(block.markdown)
    text = "\n\n".join(places[at][1].text for at in shown)
    return Extract("\n\n".join(markdown), text, whole=len(shown) == len(places))


def _chosen(blocks: list[Block], here: list[int], best: int) -> list[int]:
    """Positions of the blocks to show, in the article's order; `here` are those of the section that was found."""
    chosen = {best}
    if blocks[best].kind != "paragraph" and best - 1 in here and blocks[best - 1].kind == "paragraph":
        chosen.add(best - 1)
    used = sum(length(blocks[at].text) for at in chosen)
    beginning = list(range(min(chosen)))
    for places in (beginning, range(max(chosen) + 1, here[-1] + 1), range(min(chosen) - 1, here[0] - 1, -1)):
        for at in places:
            if at in chosen:
                continue
            if used + length(blocks[at].text) > MOST_WORDS:
                break
            used += length(blocks[at].text)
            chosen.add(at)
    introduced = {
        at + 1 for at in chosen if blocks[at].kind == "paragraph" and blocks[at].text.rstrip().endswith((":", "："))
    }
    alone = {at - 1 for at in introduced if at not in chosen and at - 1 != best}
    return sorted(chosen - alone)


def _fit(block: Block, passage: Passage, weights: dict[str, float]) -> float:
    """How much of the question a block holds; a block of the found chunk counts double."""
    shared = sum(weights.get(term, 0.0) for term in set(terms(block.text)))
    in_chunk = block.text in passage.chunk.text or passage.chunk.text in block.text
    return (shared + 0.5) * (2.0 if in_chunk else 1.0)


def _found_part(block: Block, passage: Passage) -> str:
    """Of a block longer than a chunk, the part that was found."""
    inside = [piece for piece in passage.chunk.text.split("\n\n") if piece in block.text]
    return max(inside, key=len, default=block.text[:2000])


def _best_sentences(text: str, weights: dict[str, float]) -> str:
    """The run of neighbouring sentences within the limit that holds most of the question."""
    parts = sentences(text) or [text]
    best, chosen = -1.0, (0, 1)
    for start in range(len(parts)):
        end, used = start, 0
        while end < len(parts) and (end == start or used + length(parts[end]) <= MOST_WORDS):
            used += length(parts[end])
            end += 1
        held = set(terms(" ".join(parts[start:end])))
        score = sum(weights.get(term, 0.0) for term in held) - 0.01 * start
        if score > best:
            best, chosen = score, (start, end)
    begin = text.index(parts[chosen[0]])
    finish = text.index(parts[chosen[1] - 1], begin) + len(parts[chosen[1] - 1])
    return _bounded(text[begin:finish])


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
