"""Several looks at an article made one score. By score, not by rank: reciprocal rank fusion lost much of the MRR."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

Look = TypeVar("Look", float, npt.NDArray[np.float64])
"""What one article shows of itself, or many articles at once."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each look counts. Chosen over several corpora; `firstline eval retrieval --ablation` prints what each is
    worth, and that weights learned on other corpora do no better."""

    text: float = 1.0
    """The best chunk."""
    second: float = 0.3
    """The second best chunk: an article that is about the question says so more than once."""
    label: float = 0.5
    """Title and keywords together."""
    name: float = 0.5
    """The nearest of title and keywords alone."""
    keyword: float = 0.1
    """What an article with the question's best BM25 gains, in units of cosine."""
    even: bool = True
    """Whether languages are evened out."""


DEFAULT = Weights()


@dataclass(frozen=True, slots=True)
class Views(Generic[Look]):
    """How near a question is to an article's two best chunks, to its label and to its nearest name (cosines; None
    where it has none), and its BM25 over the question's best (0 to 1)."""

    text: Look
    second: Look | None
    label: Look | None
    name: Look | None
    keyword: Look


def fuse(views: Views[Look], keyword_weight: float = 1.0, weights: Weights = DEFAULT) -> Look:
    """The weighted mean of the cosines, plus what the keywords add. A view that an article lacks counts like its text,
    so that a help center with few keywords is not split in two."""
    second, label, name = (views.text if look is None else look for look in (views.second, views.label, views.name))
    dense = weights.text * views.text + weights.second * second + weights.label * label + weights.name * name
    total = weights.text + weights.second + weights.label + weights.name
    return dense / (total or 1.0) + weights.keyword * keyword_weight * views.keyword


def keyword_weight(share: float) -> float:
    """How far keywords are to be trusted when this share of the articles is in the question's language: in a help
    center of which only some articles are translated, words would pull towards those, whatever they are about."""
    return min(1.0, max(0.0, (share - 0.25) / 0.3))


def even_out(own: Mapping[str, float], main: Mapping[str, float]) -> dict[str, float]:
    """One score an article from its version in the question's language and its version in the main language.

    Text in the question's own language lies nearer whatever it is about; where only some articles are translated those
    would crowd out the right one. How much nearer is seen on this very question, as the mean difference over the
    articles found in both languages; that much is taken off, and an article's two versions are averaged.
    """
    both = [own[key] - main[key] for key in own if key in main]
    nearer = sum(both) / len(both) if both else 0.0
    scores = dict(main)
    for key, score in own.items():
        scores[key] = (score - nearer + main.get(key, score - nearer)) / 2
    return scores
