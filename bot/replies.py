"""The bot's own words, in every language that it speaks (`replies.yaml`)."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.errors import BadInput
from bot.language import SPOKEN

LONGEST_VALUE = 40
"""Characters that a ticket's number or a language's name has at most."""
SHIPPED = Path(__file__).with_name("replies.yaml")

_OFFERS = ("low_confidence", "not_helped", "same_again", "out_of_scope")


@dataclass(frozen=True, slots=True)
class Replies:
    """Texts by key and language."""

    texts: dict[str, dict[str, str]]

    def say(self, key: str, in_language: str, /, **values: str) -> str:
        """The text; `values` fill the placeholders given here, others stay for a later step to fill."""
        text = self.texts[key][in_language]
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def own(self, text: str) -> bool:
        """Whether the bot said this in words of its own, not in an article's."""
        return any(_says(words, text) for languages in self.texts.values() for words in languages.values())

    def has(self, key: str) -> bool:
        return key in self.texts

    def offers_a_person(self, text: str) -> bool:
        """Whether this is one of the replies that end by asking whether a person shall look at it."""
        offers = (self.texts.get(f"{key}{rest}", {}) for key in _OFFERS for rest in ("", "_nothing_else"))
        return any(text == reply for by_language in offers for reply in by_language.values())


def _says(words: str, text: str) -> bool:
    """Whether `text` is this reply, whatever stands in the place of its placeholder."""
    head, brace, rest = words.partition("{")
    if not brace:
        return text == head
    return text.startswith(head) and text.endswith(rest.rpartition("}")[2]) and len(text) < len(words) + LONGEST_VALUE


def read_replies(file: Path) -> Replies:
    """The texts of a file; what it lacks is said in the words that come with Firstline. Raises BadInput where a text
    is missing in a language."""
    return Replies(_read(SHIPPED) | _read(file))


def _read(file: Path) -> dict[str, dict[str, str]]:
    try:
        texts = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"{file}: the replies cannot be read: {error}") from error
    if not isinstance(texts, dict) or not texts:
        raise BadInput(f"{file}: the replies must be a list of names, each with a text in {', '.join(SPOKEN)}")
    for key, languages in texts.items():
        if not isinstance(languages, dict):
            raise BadInput(f"{file}: '{key}' needs a text in each of {', '.join(SPOKEN)}")
        missing = [language for language in SPOKEN if not languages.get(language)]
        if missing:
            raise BadInput(f"{file}: '{key}' has no text in {', '.join(missing)}")
    return texts
