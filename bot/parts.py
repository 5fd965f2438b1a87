"""The questions of one message, where it holds more than one: each is searched and decided by itself."""

import re
from collections.abc import Iterator

from bot.pieces import length

MOST = 3
SHORTEST = 2
"""Words that a question must have to stand by itself."""

_ASKS = (
    r"how|what|what'?s|when|where|where'?s|why|who|which|can|could|do|does|did|is|are|will|would|may|should|am|tell|"
    r"cómo|como|dónde|donde|cuándo|cuando|cuánto|cuánta|qué|cuál|quién|puedo|pueden|puede|hay|se puede|sirve"
)
_AND = r"and|&|but|then|y|e|pero"
_MORE = (
    r"also|while i'?m at it|by the way|at the same time|además|también|de paso|por otro lado|mientras tanto|"
    r"al mismo tiempo"
)
_MORE_ZH = r"另外|还有|顺便|同时|以及|再问"
_JOINT = re.compile(
    rf"(?<!\band)[,;]?\s+(?=(?:{_AND})\s+(?:(?:{_MORE}|then|after|afterwards|please|luego),?\s+)?(?:¿|(?:{_ASKS})\b))|"
    rf"[,;]?\s+(?=(?:{_AND})[\s,]+(?:{_MORE})\b)|(?<!\by)(?<!\band)[,;]\s+(?=(?:{_MORE})\b)|;\s+|\s*[,，；;]?\s*(?=(?:{_MORE_ZH})\S)|"
    rf"(?:^|(?<=\s)|(?<=[：:]))(?:[1-3一二三][).、）]|[一二三]是)\s*|[，；、](?=[^，。；]*(?:怎么|怎样|哪|多少|能不能|吗|几))",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
_JOINED = re.compile(
    rf"^\W*?(?:{_AND})(?:,|\s)[\s,]*(?:(?:then|after|afterwards|please|luego)\b[\s,]*)?", re.IGNORECASE
)
_ADDED = re.compile(rf"^\W*(?:(?:{_MORE})\b|{_MORE_ZH})[\s,，:]*", re.IGNORECASE)
_QUESTION = re.compile(
    rf"[?？]|(?:^|:\s)\W*(?:{_ASKS})\b|\b(?:how (?:do|can|to|long|many|much)|where|please tell|cómo|dónde|cuándo)\b|"
    r"怎么|怎样|如何|哪|吗|呢$|多少|能不能|能否|可以|什么|几[个天次号]|是否|求|(?P<verb>\S)不(?P=verb)",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"\b(?:i'?d like|(?:i|we)(?: also)? (?:want|need)|want to|need to|me gustaría|quisiera|quiero|queremos|"
    r"necesit[oa](?:mos)?)\b|^\W*\w{2,}[aei]r(?:l[aeo]s?)?\s|想|我要|需要|帮我|把",
    re.IGNORECASE,
)


def parts(text: str) -> tuple[str, ...]:
    """Two or three questions, each with the statements that lead to it; one element where there is but one.

    A wish is a question where another thing is asked for in addition to it, and is what leads to one elsewhere.
    """
    questions: list[str] = []
    said, wished = "", False
    for piece, added in _pieces(text):
        asks, wishes = bool(_QUESTION.search(piece)), bool(_WISH.search(piece))
        if added and wished and (asks or wishes):
            questions.append(said)
            said = ""
        said = f"{said} {piece}".strip()
        wished = wished or wishes
        if length(piece) >= SHORTEST and (asks or (added and wishes and questions)):
            questions.append(said)
            said, wished = "", False
    if said and questions:
        questions[-1] = f"{questions[-1]} {said}"
    return tuple(questions) if 2 <= len(questions) <= MOST else (text,)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The sentences and their parts, and whether each is joined on as something more."""
    for sentence in _SENTENCE.split(text):
        for number, piece in enumerate(_JOINT.split(sentence)):
            bare = _JOINED.sub("", piece)
            own = _ADDED.sub("", bare).strip()
            if own:
                yield own, own != bare.strip() or (number == 0 and bare != piece)
