"""Coverage: of the questions asked, the share that was answered.

answered / all questions that are not small talk. See ARCHITECTURE.md, "Words that mean one thing". 0 is a failure.
"""

from collections.abc import Sequence

from evals.bootstrap import mean
from evals.figures import Figure
from evals.results import Result


def coverage(results: Sequence[Result]) -> Figure | None:
    return mean([result.answered for result in results if result.expected != "chat"])


def coverage_of_answerable(results: Sequence[Result]) -> Figure | None:
    """The same over the questions that should be answered: expected is `answer`, or unsaid and an article settles."""
    return mean([result.answered for result in results if result.answerable])
