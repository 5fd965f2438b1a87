"""Wrong per question asked: not right and answered / all that was asked.

See ARCHITECTURE.md, "Words that mean one thing". The price of wrong answers and of refusing shows only together
with coverage.
"""

from collections.abc import Sequence

from evals.bootstrap import mean
from evals.figures import Figure
from evals.results import Result


def wrong_per_question(results: Sequence[Result]) -> Figure | None:
    return mean([result.answered and not result.right for result in results])
