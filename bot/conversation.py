"""A follow-up made to stand alone, so that it can be searched like a first question."""

import re
from collections.abc import Sequence

from bot.keywords import terms
from bot.models import Turn

_STARTS = re.compile(
    r"^(and|but|or|so|also|then|what about|how about|what if|even if|does (it|that|this)|is (it|that|this)|"
    r"can i (do )?(it|that)|y|pero|o|entonces|también|qué tal|y si|aunque|那|那么|还有|如果|要是|可是|但是|这)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\b(it|its|that|this|these|those|them|they|there|one|ones|same|instead|else|eso|esto|ese|esta|ello|ellos|"
    r"mismo|ahí|allí)\b|[它这那]",
    re.IGNORECASE,
)
_SHORT = 4


def stand_alone(text: str, turns: Sequence[Turn]) -> str:
    """`text`, preceded by the learner's last question where it seems to lean on it."""
    before = [turn.text for turn in turns if turn.role == "learner"]
    if not before or not leans_back(text):
        return text
    return f"{before[-1]}\n{text}"


def leans_back(text: str) -> bool:
    """Whether a message is hard to understand without what was said before it."""
    words = len(set(terms(text)))
    return bool(_STARTS.match(text)) or words < _SHORT or (words < 3 * _SHORT and bool(_POINTS_BACK.search(text)))
