"""An answer in a language model's words: asked with the article as data, checked sentence by sentence."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

from bot.citations import sentences
from bot.composing import MOST_WORDS
from bot.errors import GeneratorUnavailable
from bot.grounding import Nearness, Source, source_of, supported
from bot.instructions import addresses_a_model, without_instructions
from bot.models import Article
from bot.ports import Generator, Prompt
from bot.screening import redact

ROOM = 1800
"""Tokens of article text that a prompt carries at most."""
LEAST_KEPT = 0.5
"""Where fewer of its sentences are borne out, nothing of a reply is shown."""
UNKNOWN = "UNKNOWN"
_NAMES = {"en": "English", "es": "Spanish", "zh": "Simplified Chinese"}
_FENCE = "=" * 12
_ITEM = re.compile(r"\s*(?:[-*•]|\d{1,2}[.)])\s")


@dataclass(frozen=True, slots=True)
class Writer:
    """Turns an article into an answer, or into nothing: then the extractive answer is given."""

    generator: Generator
    count_tokens: Callable[[str], int]
    nearness: Nearness | None = None

    def write(self, question: str, language: str, article: Article) -> str | None:
        """The sentences that the article supports, in their order. None where no model answers, where too few are left,
        and where a list would lose an item: half a procedure is worse than the article's own words."""
        try:
            text = "".join(self.generator.write(self.prompt(question, language, article)))
        except GeneratorUnavailable:
            return None
        if UNKNOWN in text:
            return None
        return self.checked(text, source_of(article))

    def checked(self, text: str, source: Source) -> str | None:
        """`text` without the sentences that the source does not support; None where too little is left of it."""
        kept, said = [], 0
        for line in text.splitlines():
            parts = sentences(line)
            said += len(parts)
            good = [part for part in parts if supported(part, source, self.nearness)]
            if len(good) < len(parts) and _ITEM.match(line):
                return None
            kept.append((good, line if len(good) == len(parts) else " ".join(good)))
        if sum(len(good) for good, _ in kept) < LEAST_KEPT * said:
            return None
        return re.sub(r"\n{3,}", "\n\n", "\n".join(line for _, line in kept)).strip() or None

    def prompt(self, question: str, language: str, article: Article) -> Prompt:
        """What leaves the machine: no personal data of the learner, and as much of the article as there is room."""
        system = files("bot").joinpath("prompts/answer.txt").read_text(encoding="utf-8")
        system = system.format(language=_NAMES.get(language, language), words=MOST_WORDS)
        body, asked = (_unfenced(text) for text in (self._within_room(article), redact(without_instructions(question))))
        user = f"ARTICLE {_FENCE}\n{body}\n{_FENCE}\nQUESTION {_FENCE}\n{asked}\n{_FENCE}"
        return Prompt(system, user.replace("\0", ""))

    def _within_room(self, article: Article) -> str:
        """The beginning of the article, without what speaks to a language model."""
        parts, used = [article.title], self.count_tokens(article.title)
        for section in article.sections:
            for text in (*section.headings[-1:], *(block.text for block in section.blocks)):
                if addresses_a_model(text):
                    text = "\n".join(part for part in sentences(text) if not addresses_a_model(part))  # noqa: PLW2901
                used += self.count_tokens(text) + 2
                if used > ROOM:
                    return "\n\n".join(parts)
                parts.append(text)
        return "\n\n".join(parts)


def _unfenced(text: str) -> str:
    """Nothing inside a fence can look like one."""
    return re.sub(r"={4,}", "===", text)
