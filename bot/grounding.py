"""Whether a sentence says only what the evidence says: numbers, links, names and negation strictly, words mostly."""

import re
import unicodedata

from bot.citations import sentences
from bot.keywords import terms

SHARED = 0.6
"""The least share of a sentence's telling words that one place of the evidence must have."""
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_LINK = re.compile(
    r"https?://\S+|www\.\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|edu|gov|co)\b\S*|[\w.+-]+@[\w-]+\.[\w.-]+"
)
_NAME = re.compile(r"(?<=[^.!?:\n]\s)(?<![-*•]\s)\b[A-Z][\w’'-]+")
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|without|cannot|neither|nor|unless|"
    r"nunca|jamás|sin|tampoco|ningun[oa]?|ningún|nadie|nada)\b"
    r"|n['’]t\b|[不没無无未勿别]",
    re.IGNORECASE,
)
_COMMON = frozenset(
    terms(
        "a an and are as at be but by can do for from has have if in is it may of on or so that the their then there "
        "they this to was we when will with you your"
    )
)


def supported(sentence: str, evidence: str) -> bool:
    """True where every number, link and name of `sentence` stands in `evidence`, and one sentence of it has most of its
    words and the same negation."""
    sentence, evidence = (unicodedata.normalize("NFKC", text) for text in (sentence, evidence))
    for pattern in (_NUMBER, _LINK, _NAME):
        if not {found.casefold() for found in pattern.findall(sentence)} <= _all(pattern, evidence):
            return False
    words = set(terms(sentence)) - _COMMON
    if not words:
        return True
    places = sentences(evidence)
    return any(_says(sentence, words, place) for place in places)


def _all(pattern: re.Pattern[str], evidence: str) -> set[str]:
    if pattern is _NAME:
        return {word.casefold() for word in re.findall(r"[\w’'-]+", evidence)}
    return {found.casefold() for found in pattern.findall(evidence)}


def _says(sentence: str, words: set[str], place: str) -> bool:
    shared = len(words & set(terms(place))) / len(words)
    return shared >= SHARED and bool(_NEGATION.search(sentence)) == bool(_NEGATION.search(place))
