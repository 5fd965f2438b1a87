"""Misspelled words of a question, put right by the words of the help center.

Edits of one letter, as in Norvig, "How to Write a Spelling Corrector" (2007).
"""

import re
from collections.abc import Callable, Iterator
from string import ascii_lowercase

from bot.keywords import KeywordIndex, terms

_WORD = re.compile(r"(?<!\w)[^\W\d_]{5,}(?!\w)")


def corrected(text: str, index: KeywordIndex, is_word: Callable[[str], bool]) -> str:
    """`text` with each unknown word that is one edit from a word of the articles replaced by the commonest of those.

    A word is unknown where neither the articles nor `is_word` know it.
    """

    def replace(found: re.Match[str]) -> str:
        word = terms(found[0])[0]
        if index.knows(word) or not word.isascii() or is_word(found[0].casefold()):
            return found[0]
        near = [each for each in dict.fromkeys(_edits(word)) if index.knows(each)]
        return min(near, key=lambda each: (sorted(each) != sorted(word), index.idf(each)), default=found[0])

    return _WORD.sub(replace, text)


def _edits(word: str) -> Iterator[str]:
    """The words that differ by two neighbours swapped or one letter more, less or other; the first letter stays."""
    for at in range(1, len(word) + 1):
        head, tail = word[:at], word[at:]
        yield head + tail[1:]
        yield head + tail[1:2] + tail[:1] + tail[2:]
        for letter in ascii_lowercase:
            yield head + letter + tail
            yield head + letter + tail[1:]
