"""recall@k: of the articles that settle a question, the share among the first k that were retrieved.

|retrieved[:k] & settling| / |settling|; mean over answerable questions. Source: Manning, Raghavan, Schütze,
Introduction to Information Retrieval (2008), section 8.4.
"""

from collections.abc import Sequence

from evals.bootstrap import mean
from evals.figures import Figure
from evals.results import Result


def recall_at_k(results: Sequence[Result], k: int) -> Figure | None:
    asked = [result for result in results if result.answerable and result.settled_by]
    return mean([len(set(r.settled_by) & set(r.retrieved[:k])) / len(set(r.settled_by)) for r in asked])
