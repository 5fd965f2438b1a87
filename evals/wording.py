"""Whether a text states something, as key facts are written: alternatives parted by `|`, white space and case aside."""

import re
import unicodedata

_QUOTES = str.maketrans("’‘“”", "''\"\"")


def fold(text: str) -> str:
    """NFKC, straight quotes, one space for any white space, no upper case: how texts are compared."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).translate(_QUOTES)).casefold().strip()


def states(folded: str, fact: str) -> bool:
    """Whether the folded text has one of the fact's alternatives; `5 days` does not stand in `15 days`."""
    return any(_stands(folded, fold(alternative)) for alternative in fact.split("|") if alternative.strip())


def _stands(text: str, words: str) -> bool:
    start = text.find(words)
    while start >= 0:
        if not _cuts_number(text, start, start + len(words)):
            return True
        start = text.find(words, start + 1)
    return False


def _cuts_number(text: str, start: int, end: int) -> bool:
    """Whether a number goes on before `start` or after `end`: 5 in 15, 1.5 or 5,000."""
    before = text[start].isdigit() and re.search(r"\d[.,]?$", text[:start][-2:])
    after = text[end - 1].isdigit() and re.match(r"[.,]?\d", text[end : end + 2])
    return bool(before or after)
