"""Length: words an answer, a Chinese character counting as one.

Mean over answers, their notes and links included. Source: our own; short is only good beside key facts present.
"""

import re
from collections.abc import Sequence

from evals.bootstrap import mean
from evals.figures import Figure
from evals.results import Result

_WORD = re.compile(r"[㐀-鿿]|[^\W㐀-鿿]+")


def answer_words(results: Sequence[Result]) -> Figure | None:
    return mean([words(str(result.outcome["text"])) for result in results if result.answered])


def words(text: str) -> int:
    return len(_WORD.findall(text))
