"""What is said where the gate says yes: no worse than before is not yet good enough."""

from evals.gating import Verdict, named
from evals.metrics.summary import breakdown, summarise
from evals.report.words import misses_target, silent_languages
from evals.results import Run
from evals.words import percent


def passed(verdict: Verdict, run: Run) -> str:
    if not verdict.questions:
        head = "passed: every figure is within its tolerance (figures alone; this baseline holds no case)"
        return "\n".join((head, *_notes(run)))
    figures = [
        f"  {each.name.replace('_', ' ')}: {percent(each.before)} -> {percent(each.after)} "
        f"[{each.low * 100:+.1f}, {each.high * 100:+.1f}] (n={each.n})"
        for each in verdict.differences
    ]
    head = f"passed over {verdict.questions} questions: {len(verdict.won)} won, {len(verdict.lost)} lost"
    return "\n".join((head, *figures, *_lost(verdict), *_notes(run)))


def gate_line(verdict: Verdict) -> str:
    """The same in short, for who publishes."""
    head = f"gate passed: {verdict.questions} questions asked, no worse than the baseline, {len(verdict.lost)} lost"
    return "\n".join((head, *_lost(verdict)))


def _lost(verdict: Verdict) -> list[str]:
    return [f"  lost: {named(result)}" for result in verdict.lost]


def _notes(run: Run) -> list[str]:
    silent = silent_languages(breakdown(run, "language"))
    return [f"note: {each}" for each in (silent, misses_target(run, summarise(run))) if each]
