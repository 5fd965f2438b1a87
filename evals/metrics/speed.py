"""Speed: milliseconds by stage and in all, median and 95th percentile, in process on this machine.

Percentiles as NumPy's default (linear). It differs between machines and runs, so it is no part of `summarise` and of
no gate; `firstline eval speed` compares it with the raw embedding in one run. Source: our own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evals.results import Result


@dataclass(frozen=True, slots=True)
class Stage:
    """Milliseconds."""

    n: int
    p50: float
    p95: float


def speed(results: Sequence[Result]) -> dict[str, Stage]:
    """By stage, in the order they happen; `all` is their sum."""
    spent: dict[str, list[float]] = {}
    for result in results:
        for stage, milliseconds in result.timings.items():
            spent.setdefault(stage, []).append(milliseconds)
    spent["all"] = [sum(result.timings.values()) for result in results if result.timings]
    return {name: Stage(len(each), *np.percentile(each, (50, 95)).tolist()) for name, each in spent.items() if each}
