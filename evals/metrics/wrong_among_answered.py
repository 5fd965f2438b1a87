"""Wrong among answered: not right / answered.

Questions that nothing settles count as wrong when answered, small talk too. See ARCHITECTURE.md, "Words that mean
one thing"; it is what `target_error_rate` bounds. Undefined where nothing is answered.
"""

from collections.abc import Sequence

from evals.bootstrap import mean
from evals.figures import Figure
from evals.results import Result


def wrong_among_answered(results: Sequence[Result]) -> Figure | None:
    return mean([not result.right for result in results if result.answered])
