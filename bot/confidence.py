"""How likely it is that citation 1 settles the question: a number in [0, 1], computed from cheap signs.

The coefficients are a logistic regression (see evals/training); until a help center has labelled questions of its
own the number is an estimate and is marked so.
"""

import math
from dataclasses import dataclass, replace

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
    name: float = 0.0
    """Cosine of question and what the best article is called."""
    foreign: float = 0.0
    """1 where the best article is not in the question's language: then words say little."""
    shared_space: float = 0.0
    """1 where the question was searched by the multilingual vectors alone, whose cosines run differently."""

    def values(self) -> tuple[float, ...]:
        """All but `shared_space`, which says by which coefficients they are read."""
        return tuple(getattr(self, name) for name in self.__slots__ if name != "shared_space")


@dataclass(frozen=True, slots=True)
class Calibrator:
    """Logistic regression over the signs; questions of the shared space have coefficients of their own."""

    weights: tuple[float, ...]
    intercept: float
    shared: "Calibrator | None" = None

    def probability(self, signs: Signs) -> float:
        if signs.shared_space and self.shared is not None:
            return self.shared.probability(replace(signs, shared_space=0.0))
        logit = self.intercept + sum(w * v for w, v in zip(self.weights, signs.values(), strict=True))
        return 1.0 / (1.0 + math.exp(-logit))


def signs_of(found: Found, language: str) -> Signs:
    """The signs of a search for a question in `language`."""
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
        name=best.name,
        foreign=float(not best.article.locale.startswith(language)),
        shared_space=float(language != "en"),
    )
