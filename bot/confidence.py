"""How likely it is that citation 1 settles the question: a number in [0, 1], computed from cheap signs.

The coefficients are a logistic regression (see evals/training); until a help center has labelled questions of its
own the number is an estimate and is marked so.
"""

import math
from dataclasses import dataclass

from bot.keywords import terms
from bot.retrieval import Found


@dataclass(frozen=True, slots=True)
class Signs:
    """What the estimate looks at; all 0 where nothing was found."""

    dense: float = 0.0
    """Cosine of question and best passage."""
    dense_best: float = 0.0
    """The largest cosine of any passage."""
    gap: float = 0.0
    """Score of the best article less that of the second."""
    spread: float = 0.0
    """Score of the best article less the mean of the next nine."""
    keyword: float = 0.0
    """BM25 of the best passage over the question's best BM25."""
    covered: float = 0.0
    """Share of the question's terms, weighted by idf, that the best article has."""
    unknown: float = 0.0
    """Share of the question's terms, weighted by idf, that no found article has."""

    def values(self) -> tuple[float, ...]:
        return (self.dense, self.dense_best, self.gap, self.spread, self.keyword, self.covered, self.unknown)


@dataclass(frozen=True, slots=True)
class Calibrator:
    """Logistic regression over the signs."""

    weights: tuple[float, ...]
    intercept: float

    def probability(self, signs: Signs) -> float:
        logit = self.intercept + sum(w * v for w, v in zip(self.weights, signs.values(), strict=True))
        return 1.0 / (1.0 + math.exp(-logit))


def signs_of(found: Found) -> Signs:
    if not found.passages:
        return Signs()
    best, rest = found.passages[0], found.passages[1:10]
    scores = [passage.score for passage in rest] or [0.0]
    total = sum(found.term_weights.values()) or 1.0
    have = set(terms(f"{best.article.title}\n{best.article.text}\n{' '.join(best.article.keywords)}"))
    anywhere = have.union(*(terms(passage.chunk.text) for passage in rest[:4]))
    return Signs(
        dense=best.dense,
        dense_best=max(passage.dense for passage in found.passages),
        gap=best.score - scores[0],
        spread=best.score - sum(scores) / len(scores),
        keyword=best.keyword,
        covered=sum(weight for term, weight in found.term_weights.items() if term in have) / total,
        unknown=sum(weight for term, weight in found.term_weights.items() if term not in anywhere) / total,
    )
