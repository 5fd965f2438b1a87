"""What is said where the gate says yes."""

from evals.gating import Verdict, named
from evals.words import percent


def passed(verdict: Verdict) -> str:
    if not verdict.questions:
        return "passed: every figure is within its tolerance (figures alone; this baseline holds no case)"
    figures = [
        f"  {each.name.replace('_', ' ')}: {percent(each.before)} -> {percent(each.after)} "
        f"[{each.low * 100:+.1f}, {each.high * 100:+.1f}] (n={each.n})"
        for each in verdict.differences
    ]
    head = f"passed over {verdict.questions} questions: {len(verdict.won)} won, {len(verdict.lost)} lost"
    lost = [f"  lost: {named(result)}" for result in verdict.lost]
    return "\n".join((head, *figures, *lost))
