"""Quotes verbatim: of all quotes, the share that stands in its article's published plain text.

Checked at run time against the index version itself, white space folded, upper case and punctuation as they are; n
counts quotes. Anything below 1 breaks a promise. Source: ARCHITECTURE.md, "quote".
"""

import re
from collections.abc import Sequence

from evals.bootstrap import mean
from evals.figures import Figure
from evals.results import Result


def quotes_verbatim(results: Sequence[Result]) -> Figure | None:
    return mean([verbatim for result in results for verbatim in result.verbatim])


def stands_in(quote: str, text: str) -> bool:
    """Whether the text has the quote, white space folded; an empty quote stands nowhere."""
    words = _folded(quote)
    return bool(words) and words in _folded(text)


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
