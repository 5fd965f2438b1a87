"""hit@k: the share of answerable questions with a settling article among the first k that were retrieved.

1 if any of retrieved[:k] settles, else 0; mean over questions. A question that was never searched (taken for small
talk) counts as missed. Source: Voorhees, The TREC-8 Question Answering Track Report (1999), as success at k.
"""

from collections.abc import Sequence

from evals.bootstrap import mean
from evals.figures import Figure
from evals.results import Result


def hit_at_k(results: Sequence[Result], k: int) -> Figure | None:
    return mean([not set(r.settled_by).isdisjoint(r.retrieved[:k]) for r in results if r.answerable])
