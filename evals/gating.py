"""Whether a run may replace the baseline: figures within their tolerances, and no article's questions lost."""

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bot.errors import BadInput
from evals.baselines import COLUMNS, FOLDER, Baseline
from evals.bootstrap import Floats
from evals.metrics import summarise
from evals.paired import LOWER_IS_BETTER, PARTS, Difference, column, difference
from evals.results import Result, Run
from evals.words import failing, percent, short

TOLERANCES = FOLDER / "tolerances.toml"
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Tolerances:
    """By how much a run may be worse; shares are absolute."""

    figures: dict[str, float] = field(default_factory=dict)
    lost_of_one_article: int = 1
    lost_of_a_changed_article: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reasons` against the run, in plain words; none where it may pass."""

    reasons: tuple[str, ...]
    lost: tuple[Result, ...]
    won: tuple[Result, ...]
    questions: int
    """Those that the run and the baseline share; 0 where only figures were compared."""
    differences: tuple[Difference, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.reasons


def read_tolerances(file: Path = TOLERANCES) -> Tolerances:
    """Raises BadInput where the file is not there, a figure does not exist or a number is none."""
    try:
        row = tomllib.loads(file.read_text(encoding="utf-8"))
        figures = {name: float(value) for name, value in row.get("figures", {}).items()}
        counts = {name: int(value) for name, value in row.get("questions", {}).items()}
        tolerances = Tolerances(figures, **counts)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise BadInput(f"{file}: the tolerances cannot be read: {error}") from error
    if unknown := sorted(figures.keys() - PARTS.keys()):
        raise BadInput(f"{file}: '{unknown[0]}' is no figure that can be judged; use {', '.join(PARTS)}")
    return tolerances


def judge(run: Run, baseline: Baseline, tolerances: Tolerances, changed: Collection[str] = ()) -> Verdict:
    """Compare question by question where the baseline knows them, else figure by figure.

    `changed` are ids of articles that the version under judgement changes or removes. Raises BadInput where run and
    baseline are about different questions.
    """
    if run.dataset != baseline.dataset:
        raise BadInput(f"the run is on '{run.dataset}', the baseline on '{baseline.dataset}'; they cannot be compared")
    if not baseline.cases:
        return _by_figures(run, baseline, tolerances)
    shared = [result for result in run.results if result.id in baseline.cases]
    if not shared:
        raise BadInput(f"run '{run.id}' and the baseline have no question in common; name another run with --run")
    before = np.array([baseline.cases[result.id] for result in shared], dtype=np.float64)
    differences = _differences(shared, before)
    lost = tuple(result for result, row in zip(shared, before, strict=True) if _lost(result, row))
    won = tuple(result for result, row in zip(shared, before, strict=True) if result.as_expected and not row[0])
    reasons = [
        *_refused_everything(shared),
        *_worse(differences, tolerances),
        *_lost_by_article(lost, tolerances, changed),
    ]
    return Verdict(tuple(reasons), lost, won, len(shared), differences)


def verdict_row(verdict: Verdict) -> dict[str, Any]:
    """For `--json`."""
    return {
        "passed": verdict.passed,
        "reasons": list(verdict.reasons),
        "questions": verdict.questions,
        "lost": [result.id for result in verdict.lost],
        "won": [result.id for result in verdict.won],
    }


def named(result: Result) -> str:
    """A lost question for the person who has to mend it."""
    return f"{result.id} “{short(result.text)}”: {failing(result)}"


def _differences(shared: Sequence[Result], before: Floats) -> tuple[Difference, ...]:
    found = (difference(name, before[:, at], column(shared, PARTS[name])) for at, name in enumerate(COLUMNS))
    return tuple(each for each in found if each is not None)


def _lost(result: Result, before: Floats) -> bool:
    """It was as expected and is not; its article was found and is not; or its reply lost a key fact or states a
    forbidden one, which it did not."""
    kept = dict(zip(COLUMNS, before, strict=True))
    if kept["as_expected"] and not result.as_expected:
        return True
    return any(_worse_at(name, kept[name], result) for name in ("hit_at_5", "forbidden_facts", "key_facts"))


def _worse_at(name: str, before: float, result: Result) -> bool:
    after = PARTS[name](result)
    if after is None or np.isnan(before):
        return False
    return after > before if name in LOWER_IS_BETTER else after < before


def _refused_everything(results: Sequence[Result]) -> list[str]:
    asked = [result for result in results if result.answerable]
    if asked and not any(result.answered for result in results):
        return [f"nothing is answered: coverage is 0 over {len(asked)} questions that have an answer"]
    return []


def _worse(differences: Sequence[Difference], tolerances: Tolerances) -> list[str]:
    """Beyond the tolerance, and more than chance: of 30 questions a single one is more than three points."""
    return [
        _sentence(each.name, each.before, each.after, each.n, tolerances.figures[each.name])
        for each in differences
        if each.clear and each.worse_by > tolerances.figures.get(each.name, np.inf) + 1e-9
    ]


def _sentence(name: str, before: float, after: float, n: int, allowed: float) -> str:
    moved = "rose" if after > before else "fell"
    return (
        f"{name.replace('_', ' ')} {moved} from {percent(before)} to {percent(after)} over {n} questions; "
        f"{allowed * 100:g} points are allowed"
    )


def _lost_by_article(lost: Sequence[Result], tolerances: Tolerances, changed: Collection[str]) -> list[str]:
    """One paragraph an article that lost too many, the article with most of them first."""
    by_article: dict[str, list[Result]] = {}
    for result in lost:
        for article in result.settled_by[:1]:
            by_article.setdefault(article, []).append(result)
    reasons = []
    for article, results in sorted(by_article.items(), key=lambda item: (-len(item[1]), item[0])):
        is_changed = not set(changed).isdisjoint((article, *(each for r in results for each in r.settled_by)))
        if len(results) > (tolerances.lost_of_a_changed_article if is_changed else tolerances.lost_of_one_article):
            count = f"{len(results)} question{'s' if len(results) > 1 else ''}"
            lines = [f"    {named(result)}" for result in results[:MOST_NAMED]]
            if len(results) > MOST_NAMED:
                lines.append(f"    … and {len(results) - MOST_NAMED} more")
            reasons.append("\n".join((f"'{article}' lost {count}:", *lines)))
    return reasons


def _by_figures(run: Run, baseline: Baseline, tolerances: Tolerances) -> Verdict:
    """Without the baseline's questions nothing can be paired: a figure is worse where it is so beyond its tolerance and
    the baseline's value lies outside its own interval."""
    now = summarise(run)
    reasons = _refused_everything(run.results)
    for name, allowed in tolerances.figures.items():
        if name in now and name in baseline.figures:
            before, after = baseline.figures[name].value, now[name].value
            worse = after - before if name in LOWER_IS_BETTER else before - after
            if worse > allowed + 1e-9 and not now[name].low <= before <= now[name].high:
                reasons.append(_sentence(name, before, after, now[name].n, allowed))
    return Verdict(tuple(reasons), (), (), 0)
