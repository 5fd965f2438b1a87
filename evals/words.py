"""What became of a question, in a few words for the person who reads a list of them."""

from evals.metrics.forbidden_facts import states_forbidden
from evals.metrics.key_facts import plain
from evals.results import Result
from evals.wording import states


def told(result: Result) -> str:
    """`answers from 'refund-course'`, `offers a person (low_confidence)`, …"""
    match result.got:
        case "answer":
            return f"answers from '{result.cited[0]}'" if result.cited else "answers without a citation"
        case "clarify":
            return "asks back"
        case "chat":
            return "takes it for small talk"
        case "handoff_required":
            return f"hands off at once ({result.outcome['reason']})"
        case _:
            return f"offers a person ({result.outcome['reason']})"


def failing(result: Result) -> str:
    """What is wrong with it, for a question that was right before."""
    if not result.as_expected:
        return f"now {told(result)}{_instead(result)}"
    shown = plain(str(result.outcome["text"]))
    if states_forbidden(result):
        stated = next(fact for fact in result.forbidden_facts if states(shown, fact))
        return f"the reply now states '{stated}'"
    if result.answerable and set(result.settled_by).isdisjoint(result.retrieved[:5]):
        return f"'{result.settled_by[0]}' is not among the first five that are found any more"
    missing = [fact for fact in result.key_facts if not states(shown, fact)]
    return f"the answer does not state {' and '.join(repr(fact) for fact in missing)} any more"


def short(text: str, longest: int = 80) -> str:
    """On one line, cut with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def percent(value: float) -> str:
    return f"{value * 100:.1f} %"


def _instead(result: Result) -> str:
    if result.answered and result.settled_by:
        return f" instead of '{result.settled_by[0]}'"
    return ""
