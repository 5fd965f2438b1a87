"""Figures that rank all questions together, so that no question has a value of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evals.bootstrap import Floats, Statistic, statistic
from evals.figures import Figure
from evals.results import Result


@dataclass(frozen=True, slots=True)
class Curve:
    """`counts` says which questions it is about, `compute` makes their statistic."""

    counts: Callable[[Result], bool]
    compute: Callable[[Sequence[Result]], Statistic]

    def __call__(self, results: Sequence[Result]) -> Figure | None:
        kept = [result for result in results if self.counts(result)]
        return statistic(len(kept), self.compute(kept)) if kept else None

    def resampled(self, results: Sequence[Result], weights: Floats) -> Floats:
        """One value a row of `weights`, shape (resamples, questions); nan where it is undefined."""
        places = [place for place, result in enumerate(results) if self.counts(result)]
        with np.errstate(invalid="ignore"):  # a resample may hold none of those that count
            return self.compute([results[place] for place in places])(weights[:, places])
