"""An answer put together: the article's part, its links, its citations; several answers made one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.citations import cite
from bot.composing import extract, with_links
from bot.generating import Writer
from bot.models import Answer, Audience, Evidence
from bot.ports import Library
from bot.replies import Replies
from bot.retrieval import Found
from bot.understanding import Asked

LONGEST_ECHO = 120


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers in the article's own words, or in a language model's where one is configured and its words hold."""

    replies: Replies
    writer: Writer | None = None

    def answer(self, library: Library, asked: Asked, found: Found, evidence: Evidence) -> Answer:
        """From the best article that was found."""
        best, language, audience = found.passages[0], asked.language, asked.question.audience
        shown = extract(best, found.term_weights)
        written = self.writer.write(asked.text, language, best.article) if self.writer else None
        parts = [written or with_links(shown.markdown, _resolver(library, best.article.locale, audience))]
        locale = best.article.locale.split("-")[0]
        if locale != language and not written:
            parts.insert(0, self._language_note(locale, language))
        if written or not shown.whole:
            parts.append(f"[{self.replies.say('read_full_article', language)}]({best.article.address})")
        citations = cite(best, shown.text, found.passages[1:], found.term_weights)
        fell_back = self.writer is not None and not written
        return Answer("\n\n".join(parts), language if written else locale, citations, evidence, fell_back)

    def together(self, answers: Sequence[Answer], unanswered: Sequence[str]) -> Answer:
        """One reply to a message that asked several things: each answer under its article's title with one citation,
        and a word about what was left open. The confidence is the least of theirs."""
        first = answers[0]
        texts = [first.text]
        if len(answers) > 1:
            texts = [f"**{each.citations[0].title}**\n\n{each.text}" for each in answers]
        language = first.evidence.question_language
        texts += [self.replies.say("also_asked", language, question=_echo(text)) for text in unanswered]
        found = zip(*(each.evidence.retrieved for each in answers), strict=False)
        evidence = replace(
            first.evidence,
            confidence=min(each.evidence.confidence or 0.0 for each in answers),
            retrieved=tuple(dict.fromkeys(article for row in found for article in row))[:10],
        )
        citations = tuple(replace(each.citations[0], number=number) for number, each in enumerate(answers, start=1))
        fell_back = any(each.fell_back for each in answers)
        return Answer("\n\n".join(texts), first.language, citations, evidence, fell_back)

    def _language_note(self, locale: str, language: str) -> str:
        """An honest word that the article is in another language than the question."""
        if locale == "en":
            return self.replies.say("english_only", language)
        name = f"language_{locale}" if self.replies.has(f"language_{locale}") else "language_other"
        return self.replies.say("other_language", language, language=self.replies.say(name, language))


def _echo(text: str) -> str:
    """The learner's own words in one line, without what Markdown would take for markup."""
    line = "".join(char for char in " ".join(text.split()) if char not in "*_`[]{}<>#|\\")
    return line if len(line) <= LONGEST_ECHO else line[: LONGEST_ECHO - 1].rstrip() + "…"


def _resolver(library: Library, locale: str, audience: Audience) -> Callable[[str], str | None]:
    """Finds the address of a linked article, in the same language where there is one; None where this reader may
    not see it."""

    def address(article_id: str) -> str | None:
        readable = [article for article in library.translations(article_id) if audience.reads(article.audience)]
        readable.sort(key=lambda article: (article.locale != locale, article.locale != "en"))
        return readable[0].address if readable else None

    return address
