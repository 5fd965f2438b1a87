"""How likely it is that citation 1 settles the question: a number in [0, 1], computed from cheap signs.

The coefficients are a logistic regression (see evals/training); until labelled questions of the help center measured
it (bot.calibration) the number is an estimate and is marked so.
"""

import hashlib
import math
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.background import Background
from bot.keywords import terms
from bot.models import Article
from bot.retrieval import Found

COVERED_USUALLY = 0.4
"""What is taken for the covered share where words cannot tell: about the mean of questions whose words can."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What the estimate looks at; all 0 where nothing was found."""

    lead: float = 0.0
    """How far the best article is before the next, each less what it draws anyway."""
    spread: float = 0.0
    """Score of the best article less the mean of the next nine."""
    level: float = 0.0
    """Score of the best article: 0 like that of a stranger here, 1 like that of a question's own article."""
    covered: float = 0.0
    """Share of the question's terms, weighted by idf, that the best article has; COVERED_USUALLY where it is in another
    language, or in Chinese, of whose pairs of characters even the right article has few."""
    gap: float = 0.0
    """Score of the best article less that of the second; says whether two compete, no part of the estimate."""
    shared_space: float = 0.0
    """1 where the question was searched by the multilingual vectors alone, whose cosines run differently."""

    def values(self) -> tuple[float, ...]:
        """What the coefficients weigh; `shared_space` says which coefficients."""
        return (self.lead, self.spread, self.level, self.covered)


@dataclass(frozen=True, slots=True)
class Calibrator:
    """Logistic regression over the signs; questions of the shared space have coefficients of their own."""

    weights: tuple[float, ...]
    intercept: float
    shared: "Calibrator | None" = None

    @property
    def name(self) -> str:
        """Changes whenever the probabilities would."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]

    def probability(self, signs: Signs) -> float:
        if signs.shared_space and self.shared is not None:
            return self.shared.probability(replace(signs, shared_space=0.0))
        logit = self.intercept + sum(w * v for w, v in zip(self.weights, signs.values(), strict=True))
        return 1.0 / (1.0 + math.exp(-logit))


@lru_cache(maxsize=1024)
def _words_of(article: Article) -> frozenset[str]:
    """Kept for the articles asked for last."""
    return frozenset(terms(f"{article.title}\n{article.text}\n{' '.join(article.keywords)}"))


def signs_of(found: Found, language: str, background: Background) -> Signs:
    """The signs of a search for a question in `language`, read by what scores mean in this help center."""
    shared = float(language != "en")
    if not found.passages:
        return Signs(shared_space=shared)
    best, rest = found.passages[0], found.passages[1:]
    space = background.of(language)
    scores = [passage.score for passage in rest[:9]] or [0.0]
    next_best = max((space.outstanding(each.article.id, each.score) for each in rest), default=0.0)
    return Signs(
        lead=space.outstanding(best.article.id, best.score) - next_best,
        spread=best.score - sum(scores) / len(scores),
        level=space.level(best.score),
        covered=covered(found) if _words_tell(best.article, language) else COVERED_USUALLY,
        gap=best.score - scores[0],
        shared_space=shared,
    )


def covered(found: Found) -> float:
    """Share of the question's terms, weighted by idf, that the best article has."""
    have = _words_of(found.passages[0].article)
    total = sum(found.term_weights.values()) or 1.0
    return sum(weight for term, weight in found.term_weights.items() if term in have) / total


def _words_tell(article: Article, language: str) -> bool:
    return article.locale.startswith(language) and language != "zh"
