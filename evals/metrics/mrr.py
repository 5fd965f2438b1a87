"""MRR: how high the first settling article stands.

Mean over answerable questions of 1 / rank of the first settling article among the ten retrieved; 0 where there is
none. Source: Voorhees, The TREC-8 Question Answering Track Report (1999).
"""

from collections.abc import Sequence

from evals.bootstrap import mean
from evals.figures import Figure
from evals.results import Result


def mrr(results: Sequence[Result]) -> Figure | None:
    return mean([reciprocal_rank(result) for result in results if result.answerable])


def reciprocal_rank(result: Result) -> float:
    ranks = (rank for rank, article in enumerate(result.retrieved, start=1) if article in result.settled_by)
    return 1 / next(ranks, float("inf"))
