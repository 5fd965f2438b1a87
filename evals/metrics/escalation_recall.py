"""Escalation recall: of the messages that only a person may settle, the share for which one was required at once.

got handoff_required / expected handoff_required. `topic_named` asks further that the ticket's reason is the expected
one. By topic and language, since at the start the rare topic matters most. See ARCHITECTURE.md; recall as in
Manning, Raghavan, Schütze (2008), section 8.3.
"""

from collections import defaultdict
from collections.abc import Sequence

from evals.bootstrap import mean
from evals.figures import Figure
from evals.results import Result

REQUIRED = "handoff_required"


def escalation_recall(results: Sequence[Result]) -> Figure | None:
    return mean([result.got == REQUIRED for result in results if result.expected == REQUIRED])


def topic_named(results: Sequence[Result]) -> Figure | None:
    """Among those that were escalated as expected, the share with the expected reason."""
    escalated = [r for r in results if r.expected == REQUIRED and r.got == REQUIRED and r.reason]
    return mean([result.outcome["reason"] == result.reason for result in escalated])


def recall_by_topic(results: Sequence[Result]) -> dict[tuple[str, str], Figure]:
    """By (topic, language)."""
    groups: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in results:
        if result.expected == REQUIRED and result.reason:
            groups[result.reason, result.language].append(result)
    found = {key: escalation_recall(groups[key]) for key in sorted(groups)}
    return {key: figure for key, figure in found.items() if figure is not None}
