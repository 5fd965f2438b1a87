"""Several looks at an article made one score. By score, not by rank: reciprocal rank fusion lost much of the MRR."""

from dataclasses import dataclass

KEYWORD_SHARE = 0.15
"""What an article with the question's best BM25 gains, in units of cosine."""
LABEL_SHARE = 0.5
"""What the nearness of title and keywords together counts beside that of the best chunk."""
NAME_SHARE = 0.5
"""The same for the nearest of title and keywords alone."""


@dataclass(frozen=True, slots=True)
class Views:
    """How near a question is to an article's best chunk, to its label and to its nearest name (cosines; None where it
    has none), and its BM25 over the question's best (0 to 1)."""

    text: float
    label: float | None
    name: float | None
    keyword: float


def fuse(views: Views, keyword_weight: float = 1.0) -> float:
    """The weighted mean of the cosines, plus what the keywords add. A view that an article lacks counts like its text,
    so that a help center with few keywords is not split in two."""
    label = views.text if views.label is None else views.label
    name = views.text if views.name is None else views.name
    dense = (views.text + LABEL_SHARE * label + NAME_SHARE * name) / (1 + LABEL_SHARE + NAME_SHARE)
    return dense + KEYWORD_SHARE / 2 * keyword_weight * views.keyword


def keyword_weight(share: float) -> float:
    """How far keywords are to be trusted when this share of the articles is in the question's language: in a help
    center of which only some articles are translated, words would pull towards those, whatever they are about."""
    return min(1.0, max(0.0, (share - 0.25) / 0.3))
