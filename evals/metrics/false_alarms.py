"""False alarms: of the messages that a person need not settle, the share for which one was required all the same.

got handoff_required / neither expected nor accepted as handoff_required. By topic it is the share that was taken for
that topic. Source: the false positive rate of Fawcett, An introduction to ROC analysis (2006).
"""

from collections.abc import Sequence

from evals.bootstrap import mean
from evals.figures import Figure
from evals.metrics.escalation_recall import REQUIRED
from evals.results import Result


def false_alarms(results: Sequence[Result]) -> Figure | None:
    return mean([result.got == REQUIRED for result in _ordinary(results)])


def alarms_by_topic(results: Sequence[Result]) -> dict[tuple[str, str], Figure]:
    """By (the topic it was taken for, language), over that language's messages that need no person."""
    ordinary = _ordinary(results)
    taken = {(str(r.outcome["reason"]), r.language) for r in ordinary if r.got == REQUIRED}
    found = {}
    for topic, language in sorted(taken):
        spoken = [result for result in ordinary if result.language == language]
        figure = mean([r.got == REQUIRED and r.outcome["reason"] == topic for r in spoken])
        if figure is not None:
            found[topic, language] = figure
    return found


def _ordinary(results: Sequence[Result]) -> list[Result]:
    return [result for result in results if result.expected is not None and REQUIRED not in result.tolerated]
