"""An answer in a language model's words: asked with the passages as data, checked sentence by sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

from bot.citations import sentences
from bot.composing import MOST_WORDS
from bot.errors import GeneratorUnavailable
from bot.grounding import supported
from bot.models import Article
from bot.ports import Generator, Prompt
from bot.screening import redact

ROOM = 1800
"""Tokens of article text that a prompt carries at most."""
UNKNOWN = "UNKNOWN"
_NAMES = {"en": "English", "es": "Spanish", "zh": "Simplified Chinese"}
_FENCE = "=" * 12


@dataclass(frozen=True, slots=True)
class Writer:
    """Turns an article into an answer, or into nothing: then the extractive answer is given."""

    generator: Generator
    count_tokens: Callable[[str], int]

    def write(self, question: str, language: str, article: Article) -> str | None:
        """The sentences that the article supports, in their order; None where none is left or no model answers."""
        try:
            text = "".join(self.generator.write(self.prompt(question, language, article)))
        except GeneratorUnavailable:
            return None
        if UNKNOWN in text:
            return None
        evidence = f"{article.title}\n{article.text}"
        kept = [sentence for sentence in sentences(text) if supported(sentence, evidence)]
        return "\n".join(kept) or None

    def prompt(self, question: str, language: str, article: Article) -> Prompt:
        """What leaves the machine: no personal data of the learner, and as much of the article as there is room."""
        system = files("bot").joinpath("prompts/answer.txt").read_text(encoding="utf-8")
        system = system.format(language=_NAMES.get(language, language), words=MOST_WORDS)
        body = self._within_room(article)
        user = f"ARTICLE {_FENCE}\n{body}\n{_FENCE}\nQUESTION {_FENCE}\n{redact(question)}\n{_FENCE}"
        return Prompt(system, user.replace("\0", ""))

    def _within_room(self, article: Article) -> str:
        parts, used = [article.title], self.count_tokens(article.title)
        for section in article.sections:
            for text in (*section.headings[-1:], *(block.text for block in section.blocks)):
                used += self.count_tokens(text) + 2
                if used > ROOM:
                    return "\n\n".join(parts)
                parts.append(text.replace(_FENCE, ""))
        return "\n\n".join(parts)
