"""Where articles come from; each source yields (place, article) or (place, what is broken)."""

import re
from dataclasses import dataclass

MAX_BYTES = 1_000_000
"""An article larger than this is a mistake (a dump, a binary), not an article."""


@dataclass(frozen=True, slots=True)
class Broken:
    """Why something is no article, and which one it was, as far as its rest tells; empty: nobody knows."""

    sentence: str
    id: str = ""
    locale: str = ""


def told(pattern: re.Pattern[str], raw: bytes) -> dict[str, str]:
    """The first value of each name that the pattern finds as (name, value), in bytes that need not be text."""
    found = pattern.findall(raw[:MAX_BYTES].decode("utf-8", "replace"))
    return dict(reversed(found))
