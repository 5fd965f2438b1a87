"""Forbidden facts: of the replies to questions that name facts which must not be stated, the share that states one.

Any forbidden fact in the reply's text, whatever the outcome; mean over those questions. Source: our own; the twin of
nugget recall for facts of a twin article.
"""

from collections.abc import Sequence

from evals.bootstrap import mean
from evals.figures import Figure
from evals.metrics.key_facts import plain
from evals.results import Result
from evals.wording import states


def forbidden_facts(results: Sequence[Result]) -> Figure | None:
    return mean([states_forbidden(result) for result in results if result.forbidden_facts])


def states_forbidden(result: Result) -> bool:
    shown = plain(str(result.outcome["text"]))
    return any(states(shown, fact) for fact in result.forbidden_facts)
