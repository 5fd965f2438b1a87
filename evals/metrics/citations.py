"""Citations: whether the first one settles the question, whether any does, and how many an answer carries.

`first_right`: citations[0] settles, over answered questions that an article settles; `any_right`: any of them does;
`per_answer`: their mean number over all answers. The three stand together, since citing everything makes `any_right`
cheap. Source: ARCHITECTURE.md, "Words that mean one thing".
"""

from collections.abc import Sequence

from evals.bootstrap import mean
from evals.figures import Figure
from evals.results import Result


def first_right(results: Sequence[Result]) -> Figure | None:
    return mean([result.right for result in _settled(results)])


def any_right(results: Sequence[Result]) -> Figure | None:
    return mean([not set(result.cited).isdisjoint(result.settled_by) for result in _settled(results)])


def per_answer(results: Sequence[Result]) -> Figure | None:
    return mean([len(result.cited) for result in results if result.answered])


def _settled(results: Sequence[Result]) -> list[Result]:
    return [result for result in results if result.answered and result.settled_by]
