"""What was expected against what came of it.

A count for each pair (expected, got), and the share of questions whose outcome is one that is tolerated and whose
answer, where it is one, is right. See ARCHITECTURE.md, the four outcomes; Kohavi and Provost, Glossary of terms (1998).
"""

from collections import Counter
from collections.abc import Sequence

from evals.bootstrap import mean
from evals.figures import Figure
from evals.results import Result

OUTCOMES = ("answer", "clarify", "handoff_offered", "handoff_required", "chat")


def outcome_confusion(results: Sequence[Result]) -> Counter[tuple[str, str]]:
    """Counts by (expected, got); where only articles are known, expected is whether any settles the question."""
    return Counter((_expected(result), result.got) for result in results)


def as_expected(results: Sequence[Result]) -> Figure | None:
    return mean([result.as_expected for result in results])


def _expected(result: Result) -> str:
    return result.expected or ("answer" if result.settled_by else "handoff_offered")
