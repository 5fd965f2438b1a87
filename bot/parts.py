"""The questions of one message, where it holds more than one: each is searched and decided by itself."""

import re

from bot.pieces import length

MOST = 3
SHORTEST = 2
"""Words that a question must have to stand by itself."""

_ASKS = (
    r"how|what|what'?s|when|where|where'?s|why|who|which|can|could|do|does|did|is|are|will|would|may|should|am|tell|"
    r"cómo|como|dónde|donde|cuándo|cuando|cuánto|cuánta|qué|cuál|quién|puedo|pueden|puede|hay|se puede|sirve"
)
_JOINT = re.compile(
    rf"[,;]?\s+(?:and|&|but|then|y|e|pero|además)\s+(?:also\s+|then\s+|after\s+|afterwards\s+|please\s+|de paso,?\s+|"
    rf"también\s+|luego\s+)?(?=¿|(?:{_ASKS})\b)|;\s+|\s*[,，；;]?\s*(?=(?:另外|还有|顺便|同时|以及|再问)\S)|"
    rf"(?:^|(?<=\s)|(?<=[：:]))(?:[1-3一二三][).、）]|[一二三]是)\s*|[，；](?=[^，。；]*(?:怎么|怎样|哪|多少|能不能|吗|几))",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
_AND = re.compile(
    r"^\W*(?:and|also|then|y|además|también|另外|还有|顺便|同时|以及)(?:\b|(?=[\u3400-\u9fff]))[\s,，]*", re.IGNORECASE
)
_QUESTION = re.compile(
    rf"[?？]|^\W*(?:{_ASKS})\b|\b(?:how (?:do|can|to|long|many|much)|where|please tell|cómo|dónde|cuándo)\b|"
    r"怎么|怎样|如何|哪|吗|呢$|多少|能不能|能否|可以|什么|几[个天次号]|是否|求",
    re.IGNORECASE,
)


def parts(text: str) -> tuple[str, ...]:
    """Two or three questions, each with the statements that lead to it; one element where there is but one."""
    pieces = [_AND.sub("", piece).strip() for sentence in _SENTENCE.split(text) for piece in _JOINT.split(sentence)]
    questions: list[str] = []
    said = ""
    for piece in filter(None, pieces):
        said = f"{said} {piece}".strip()
        if _QUESTION.search(piece) and length(piece) >= SHORTEST:
            questions.append(said)
            said = ""
    if said and questions:
        questions[-1] = f"{questions[-1]} {said}"
    return tuple(questions) if 2 <= len(questions) <= MOST else (text,)
