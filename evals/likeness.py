"""Texts that are nearly the same, found among thousands in a second."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from evals.wording import fold

ALIKE = 0.7
"""Jaccard index of character trigrams from which two texts ask the same in the same words."""


def alike(left: Sequence[str], right: Sequence[str], least: float = ALIKE) -> Iterator[tuple[int, int]]:
    """Every pair (place in `left`, place in `right`) whose trigrams agree at least so much."""
    if not left or not right:
        return
    sets = [_trigrams(text) for text in (*left, *right)]
    columns = {gram: column for column, gram in enumerate(sorted(set().union(*sets)))}
    marks = np.zeros((len(sets), len(columns)), dtype=np.float32)
    for row, grams in enumerate(sets):
        marks[row, [columns[gram] for gram in grams]] = 1
    sizes = marks.sum(axis=1)
    common = marks[: len(left)] @ marks[len(left) :].T
    index = common / (sizes[: len(left), None] + sizes[None, len(left) :] - common)
    for row, column in np.argwhere(index >= least):
        yield int(row), int(column)


def bare(text: str) -> str:
    """Only its words, so that punctuation makes no difference."""
    return re.sub(r"[\W_]+", " ", fold(text)).strip()


def _trigrams(text: str) -> set[str]:
    words = bare(text)
    return {words[at : at + 3] for at in range(max(1, len(words) - 2))}
