"""Whether a sentence says only what an article says: numbers, links, names and negation strictly, the meaning by shared
words and, where those are too few, by nearness of vectors. What cannot be shown to stand there does not."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.citations import MARKER, sentences
from bot.instructions import addresses_a_model
from bot.keywords import terms
from bot.models import Article

Nearness = Callable[[str, Sequence[str]], Sequence[float]]
"""Cosines of a text and each of some others."""
SHARED = 0.8
"""The share of a sentence's telling words from which one place of the article is taken to say the same."""
SHARED_AND_NEAR = (0.45, 0.85)
"""The same, where the vectors are at least so near."""
LOOKED_AT = 3
"""Places whose nearness is asked for, those that share most first."""
_NUMBER = re.compile(r"[$€£¥]?\d+(?:[.,:]\d+)*(?:\s?[%€$£¥]|\s(?:USD|EUR|dollars?|euros?|dólares)\b|\s?美元)?")
_UNITS = (
    r"seconds?|minutes?|hours?|days?|weeks?|months?|years?|segundos?|minutos?|horas?|días?|semanas?|mes(?:es)?|años?"
)
_AMOUNT = re.compile(
    rf"(\d+)\s*(?:(?:working|business|calendar)\s)?({_UNITS}|秒|分钟|小时|天|周|个?月|年)", re.IGNORECASE
)
_SPELLED = {
    word: str(number)
    for number, words in enumerate(
        (
            ("two", "dos"),
            ("three", "tres"),
            ("four", "cuatro"),
            ("five", "cinco"),
            ("six", "seis"),
            ("seven", "siete"),
            ("eight", "ocho"),
            ("nine", "nueve"),
            ("ten", "diez"),
        ),
        start=2,
    )
    for word in words
}
_LINK = re.compile(
    r"https?://\S+|www\.\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|edu|gov|co|example|xyz)\b\S*|[\w.+-]+@[\w-]+\.[\w.-]+|"
    r"(?<=\]\()[^)\s]+"
)
_NAME = re.compile(r"(?<=[^.!?:\n]\s)(?<![-*•]\s)\b[A-Z][\w’'-]+")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_QUOTED = re.compile(r"\*\*(.+?)\*\*|[\"“「](.+?)[\"”」]")
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|without|cannot|neither|nor|unless|isnt|dont|"
    r"nunca|jamás|sin|tampoco|ningun[oa]?|ningún|nadie|nada)\b"
    r"|n['’]t\b|[不没無无未勿]|(?<![分特类级区识个])别(?![人的处名])",
    re.IGNORECASE,
)
_COMMON = frozenset(
    terms(
        "a an and are as at be but by can do does for from has have if in is it may of on or so that the their then "
        "there they this to was we when will with you your please also el la los las un una de del en y o que se a al "
        "por para con su tu tus es son lo le si como más puedes"
    )
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a text is compared strictly."""

    numbers: frozenset[str]
    links: frozenset[str]
    names: frozenset[str]
    negations: int


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence of an article, or two that follow each other, with what stands above it."""

    text: str
    folded: str
    terms: frozenset[str]
    facts: Facts
    pair: bool


@dataclass(frozen=True, slots=True)
class Source:
    """An article as evidence."""

    places: tuple[Place, ...]
    names: frozenset[str]
    """What the article sets in bold, as its own help center names things."""


def source_of(article: Article) -> Source:
    """Every place that may bear a sentence out; text that speaks to a language model bears out nothing."""
    places: list[Place] = []
    names: set[str] = set()
    for section in article.sections:
        above = " ".join((article.title, *section.headings[-1:]))
        lines = [line for block in section.blocks for line in sentences(block.text) if not addresses_a_model(line)]
        places += [_place(line, above) for line in lines]
        places += [_place(f"{one} {two}", above, pair=True) for one, two in pairwise(lines)]
        names.update(_fold(name).casefold() for block in section.blocks for name in _BOLD.findall(block.markdown))
    return Source(tuple(places), frozenset(names))


def supported(sentence: str, source: Source, nearness: Nearness | None = None) -> bool:
    """True where one place has every number, link and name of `sentence`, as many negations, and most of its words, or
    many of them in a text that is near. Two sentences together count only where none alone has most of the words: else
    the negation of the one would excuse a changed other. A sentence without words of its own is not supported.
    """
    sentence = MARKER.sub("", _fold(sentence))
    words = frozenset(terms(sentence)) - _COMMON
    if not words:
        return False
    shares = [(len(words & place.terms) / len(words), place) for place in source.places]
    clear = [(share, place) for share, place in shares if share >= SHARED and not place.pair]
    facts = _facts(sentence)
    named = [name for name in source.names if name in sentence.casefold()]
    agreeing = [
        (share, place) for share, place in clear or shares if _agrees(facts, (*named, *_quoted(sentence)), place)
    ]
    if any(share >= SHARED for share, _ in agreeing):
        return True
    least, near = SHARED_AND_NEAR
    agreeing.sort(key=lambda each: -each[0])
    doubtful = [place.text for share, place in agreeing[:LOOKED_AT] if share >= least]
    return nearness is not None and bool(doubtful) and max(nearness(sentence, doubtful)) >= near


def _place(text: str, above: str, pair: bool = False) -> Place:
    text, above = _fold(text), _fold(above)
    both = f"{above} {text}"
    return Place(text, both.casefold(), frozenset(terms(both)), _facts(text, above), pair)


def _facts(text: str, above: str = "") -> Facts:
    """`above` may lend numbers and names, not its negations."""
    both = f"{above} {text}"
    numbers = {re.sub(r"\s", "", found).casefold() for found in _NUMBER.findall(both)}
    numbers |= {f"{count} {unit.casefold().rstrip('s')}" for count, unit in _AMOUNT.findall(both)}
    numbers |= {_SPELLED[word] for word in re.findall(r"[a-z]+", both.casefold()) if word in _SPELLED}
    names = _NAME.findall(text)
    return Facts(
        frozenset(numbers),
        frozenset(found.casefold().rstrip(".,;)") for found in _LINK.findall(both)),
        frozenset(name.casefold() for name in names),
        len(_NEGATION.findall(text)),
    )


def _quoted(sentence: str) -> list[str]:
    return [next(filter(None, found)).casefold().strip() for found in _QUOTED.findall(sentence)]


def _agrees(facts: Facts, named: Sequence[str], place: Place) -> bool:
    """Whether nothing that is compared strictly differs."""
    words = set(re.findall(r"[\w’'-]+", place.folded)) if facts.names else set()
    return (
        facts.negations == place.facts.negations
        and facts.numbers <= place.facts.numbers
        and facts.links <= place.facts.links
        and facts.names <= words
        and all(name in place.folded for name in named)
    )


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
