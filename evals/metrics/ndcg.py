"""nDCG@10: settling articles near the top, against the best order there could be.

DCG = sum over ranks i of rel_i / log2(i + 1) with rel in {0, 1}; divided by the DCG of all settling articles first.
Mean over answerable questions. Source: Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques
(2002).
"""

import math
from collections.abc import Sequence

from evals.bootstrap import mean
from evals.figures import Figure
from evals.results import Result

DEPTH = 10


def ndcg(results: Sequence[Result]) -> Figure | None:
    return mean([ndcg_of(result) for result in results if result.answerable and result.settled_by])


def ndcg_of(result: Result) -> float:
    gains = [article in result.settled_by for article in result.retrieved[:DEPTH]]
    ideal = [True] * min(len(set(result.settled_by)), DEPTH)
    return _dcg(gains) / _dcg(ideal)


def _dcg(gains: Sequence[bool]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
