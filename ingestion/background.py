"""Learning what scores mean in a help center, from its articles alone: no labels, a bounded number of searches.

Sentences of the articles stand for questions. How their own article scores, and how the others do, says what a score
of, say, 0.5 is worth here; an article that many sentences come near to has to stand out more than one that few do.
The idea behind the second is CSLS (Conneau et al., Word translation without parallel data, 2018).
"""

import hashlib
from collections.abc import Iterator
from statistics import fmean, median

from bot.background import Background, Space
from bot.citations import sentences
from bot.keywords import terms
from bot.models import Article, Audience
from bot.ports import Library
from bot.retrieval import Found, Retrieval

SENTENCES = 150
"""Most sentences that are asked in each of the two spaces; 40 did hardly worse in leave-one-corpus-out trials."""
OF_AN_ARTICLE = 2
SHORTEST = 5
"""Terms of a sentence that says enough to be found by."""
TWINS = 2
"""Other articles that are passed over before one counts as a stranger: near twins may say the same."""
CROWD = 0.04
"""Share of the sentences whose mean score tells how much an article draws."""
FOREIGN = "es"
"""As which English sentences are asked in the shared space: any language but English is searched the same way."""


def learn(library: Library, retrieval: Retrieval) -> Background:
    """Ask the library its own sentences. A space without sentences keeps the defaults."""
    chosen = list(_sentences(library))
    english = [(article, text, "en") for article, text in chosen if article.locale.startswith("en")][:SENTENCES]
    shared = [(article, text, _foreign(article)) for article, text in chosen][:SENTENCES]
    spaces = []
    for asked in (english, shared):
        found = [
            (article.id, retrieval.search(library, text, language, Audience.LEARNER))
            for article, text, language in asked
        ]
        spaces.append(_space(found))
    return Background(*spaces)


def _foreign(article: Article) -> str:
    return FOREIGN if article.locale.startswith("en") else article.locale.split("-")[0]


def _sentences(library: Library) -> Iterator[tuple[Article, str]]:
    """At most OF_AN_ARTICLE of each, in an order that is always the same and favours no article."""
    drawn = []
    for article in library.articles:
        if Audience.LEARNER.reads(article.audience):
            texts = {text for section in article.sections for block in section.blocks for text in sentences(block.text)}
            telling = [(_digest(article, text), text) for text in texts if len(set(terms(text))) >= SHORTEST]
            drawn += [(digest, article, text) for digest, text in sorted(telling)[:OF_AN_ARTICLE]]
    for _, article, text in sorted(drawn, key=lambda each: each[0]):
        yield article, text


def _digest(article: Article, text: str) -> str:
    return hashlib.sha256(f"{article.key}\0{text}".encode()).hexdigest()


def _space(asked: list[tuple[str, Found]]) -> Space:
    """From pairs of an article's id and what was found for its sentence."""
    own, stranger, last = [], [], []
    drawn: dict[str, list[float]] = {}
    for article_id, found in asked:
        others = []
        for passage in found.passages:
            if passage.article.id == article_id:
                own.append(passage.score)
            else:
                others.append(passage.score)
                drawn.setdefault(passage.article.id, []).append(passage.score)
        if others:
            stranger.append(others[min(TWINS, len(others) - 1)])
            last.append(others[-1])
    if not own or not stranger:
        return Space()
    crowd, least = max(3, round(CROWD * len(asked))), fmean(last)
    draws = {
        article_id: round(sum(sorted(scores + [least] * crowd)[-crowd:]) / crowd, 4)
        for article_id, scores in drawn.items()
    }
    return Space(round(median(own), 4), round(fmean(stranger), 4), round(median(draws.values()), 4), draws)
