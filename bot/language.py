"""Which language a message is in: py3langid among those Firstline speaks, a rule for Han and one for Spanish marks."""

import re
from functools import cache, lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

SPOKEN = ("en", "es", "zh")
"""The languages in which Firstline has words of its own."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_SPANISH = re.compile(r"[¿¡ñÑ]")
_LETTER = re.compile(r"[^\W\d_]")
_CERTAIN = 0.9


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(SPOKEN))
    return identifier


@lru_cache(maxsize=256)
def _classified(text: str) -> tuple[str, float]:
    """Remembered: the search, the intents and the conversation look at the same message."""
    language, probability = _identifier().classify(text)
    return str(language), float(probability)


def base(locale: str | None) -> str:
    """`es-MX` -> `es`; a locale that Firstline does not speak -> `en`."""
    language = (locale or "en").replace("_", "-").split("-")[0].casefold()
    return language if language in SPOKEN else "en"


def detect(text: str, expected: str | None = None) -> str:
    """The language of `text`; a short or doubtful one is taken to be in `expected` (the site's or the chat's)."""
    letters = len(_LETTER.findall(text))
    if not letters:
        return base(expected)
    if len(_HAN.findall(text)) / letters > 0.2:
        return "zh"
    if _SPANISH.search(text):
        return "es"
    language, probability = _classified(text)
    if expected and (probability < _CERTAIN or len(text.split()) < 3) and base(expected) != "zh":
        return base(expected)
    return "en" if language == "zh" else language
