"""What a message means after what was said before it: a follow-up's readings, its language, a choice that was made."""

import re
from collections.abc import Sequence

from bot.keywords import terms
from bot.language import detect
from bot.models import Reading, Turn

FOLLOWING = 0.5
"""How much a message counts once more together with the question before it, beside its own words (1)."""
LEANING = 4.0
"""The same for one that says little alone: of few words, begun with "and", "what if", "y", "那", or short and about an
"it"."""
REPLIED = 0.1
"""The share of what the bot said last: it names what a follow-up leaves out."""
LONGEST_REPLY = 400
"""Characters of it that are read."""
FEW = 5
"""Terms from which a message can stand alone,"""
POINTING = 9
"""and from which one that says "it" can."""
FEW_LEFT = 3
"""Terms of which a new topic that was announced consists at least."""
REMEMBERED = 3
"""Turns of the learner that a chain of follow-ups, and the language of a short message, are read from."""
_STARTS = re.compile(
    r"^\W*(and|what about|how about|what if|even if|y|qué tal|aunque|那|那么|如果|要是)(\b|(?=[\u3400-\u9fff]))",
    re.IGNORECASE,
)
_POINTS = re.compile(r"\b(it|them|eso|esto|ello|ellos|ellas)\b|它", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"\b(by the way|btw|(something|topic|question|thing)s? (completely |totally |entirely )?(else|different)|"
    r"(completely |totally )?(different|unrelated|another|new|separate) (thing|question|topic|matter|issue)|"
    r"one more thing|unrelated|otra (cosa|pregunta|duda|consulta)|cambiando de tema|por cierto|por otro lado)\b|"
    r"换个(事|话题|问题)|另外一?[件个]|别的事|说个别的|顺便问|再请教|另一个问题",
    re.IGNORECASE,
)
_YES = (
    "yes|yep|yeah|yup|sure|please|ok|okay|absolutely|definitely|sí|si|claro|vale|dale|venga|bueno|porfa|y|s|"
    "of course|go ahead|por supuesto|por favor|de acuerdo"
)
_WITH_YES = "do it|do that|that would be (great|good|nice)|thanks|thank you|i do|i would|pls|gracias|que sí|quiero"
_AGREES = re.compile(rf"({_YES})( ({_YES}|{_WITH_YES}))*|[好的啊吧呀是行可以要需嗯对请麻烦你您了拜托谢当然]+")
_ADDRESS = re.compile(r"\]\([^)\s]*\)")
_NUMBERS = (
    r"1|one|(the )?(1st|first)( one)?|uno|una|(el|la) primer[oa]?|一|第一[个种项条]?",
    r"2|two|(the )?(2nd|second)( one)?|dos|(el|la) segund[oa]|二|第二[个种项条]?",
    r"3|three|(the )?(3rd|third|last)( one)?|tres|(el|la) (tercer[oa]?|últim[oa])|三|第三[个种项条]?|最后一[个种项条]",
)


def readings(text: str, before: Sequence[str], asked_back: bool = False, replied: str = "") -> tuple[Reading, ...]:
    """`text` by its own words, after the question before it, and what the bot replied to that; an announced new topic
    by its own words alone.

    `before` holds what the learner asked earlier, oldest first. `asked_back`: the bot's last word was a question.
    """
    if not before:
        return (Reading(text),)
    if _ELSEWHERE.search(text):
        return (Reading(_after_announcement(text)),)
    own = weighed(text, before, LEANING if asked_back or leans_back(text) else FOLLOWING)
    if not replied:
        return own
    return (*(Reading(each.text, each.share * (1 - REPLIED)) for each in own), Reading(replied, REPLIED))


def weighed(text: str, before: Sequence[str], weight: float) -> tuple[Reading, ...]:
    """`text` with weight 1, and with this weight after the last question of `before`."""
    return Reading(text, 1 / (1 + weight)), Reading(f"{_chain(before)}\n{text}", weight / (1 + weight))


def last_reply(turns: Sequence[Turn]) -> str:
    """The beginning of what the bot said last, without the addresses of its links; "" where it said nothing."""
    said = next((turn.text for turn in reversed(turns) if turn.role == "bot"), "")
    return _ADDRESS.sub("]", said)[:LONGEST_REPLY].strip()


def leans_back(text: str) -> bool:
    """Whether a message is hard to understand without what was said before it."""
    words = len(set(terms(text)))
    return words < FEW or bool(_STARTS.match(text)) or (words < POINTING and bool(_POINTS.search(text)))


def spoken(text: str, turns: Sequence[Turn], locale: str | None) -> str:
    """The language of `text`; where it is too short to tell, that of the learner's words before it, then the site's."""
    said = [turn.text for turn in turns if turn.role == "learner"][-REMEMBERED:]
    for each in (*said, text):
        locale = detect(each, locale)
    return locale or "en"


def agrees(text: str) -> bool:
    """Whether a message is a yes and nothing else."""
    words = re.findall(r"\w+", text.casefold())
    return any(_AGREES.fullmatch(between.join(words)) for between in (" ", ""))


def picked(text: str, choices: Sequence[str]) -> str | None:
    """Which choice a reply to a question back means: by its words, by its number, by words that only it has."""
    own = set(terms(text))
    for number, choice in enumerate(choices):
        called = number < len(_NUMBERS) and re.fullmatch(rf"\W*(?:{_NUMBERS[number]})\W*", text, re.IGNORECASE)
        if called or own == set(terms(choice)):
            return choice
    shared = [len(own & _telling(choice, choices)) for choice in choices]
    most = max(shared, default=0)
    if not most or shared.count(most) > 1 or len(own) > 2 * FEW:
        return None
    return choices[shared.index(most)]


def _after_announcement(text: str) -> str:
    """What follows "by the way" and the like; all of it where that says little."""
    rest = text[[found.end() for found in _ELSEWHERE.finditer(text)][-1] :].lstrip(" ,.:;，。：")
    return rest if len(set(terms(rest))) >= FEW_LEFT else text


def _chain(before: Sequence[str]) -> str:
    """The last question, after the one that it leans on itself."""
    start = len(before) - 1
    while start > 0 and leans_back(before[start]):
        start -= 1
    return "\n".join(before[start:])


def _telling(choice: str, choices: Sequence[str]) -> set[str]:
    """The words that tell a choice from the others; the shortest ones tell nothing."""
    words = {word for word in terms(choice) if len(word) > 3 or not word.isascii()}
    return words.difference(*(terms(each) for each in choices if each != choice))
