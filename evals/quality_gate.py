"""The gate that `firstline index --gate` puts before a new version: it is asked QA's questions before anybody else."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.assistant import Assistant
from evals.asking import Asked, of_cases, quick
from evals.baselines import FOLDER, GOLDEN, Baseline, read
from evals.cases import Case, golden_cases, read_cases
from evals.gating import MOST_NAMED, Tolerances, Verdict, judge, read_tolerances
from evals.lint import Shelf
from evals.results import Run
from evals.running import Progress, no_progress, run
from evals.words import short
from ingestion.draft import Draft

OpenDraft = Callable[[Draft], AbstractContextManager[Assistant]]
"""Gives the bot that answers from the draft, whatever is live."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a draft is held to."""

    cases: tuple[Case, ...]
    baseline: Baseline
    tolerances: Tolerances


def read_measure(baseline: Path | None = None, cases: Sequence[Path] | None = None) -> Measure:
    """The golden cases and their baseline where nothing else is named; raises BadInput."""
    held = read(baseline or FOLDER / f"{GOLDEN}.json")
    return Measure(tuple(read_cases(cases) if cases else golden_cases()), held, read_tolerances())


@dataclass(frozen=True, slots=True)
class QualityGate:
    """An `ingestion.draft.Gate`: the articles must still hold what the cases say of them, and the answers must be no
    worse than the baseline.

    Unless `full`, it asks a small part of the cases and all that are about an article which the draft adds, changes
    or removes.
    """

    measure: Measure
    open_draft: OpenDraft
    describe: Callable[[Draft, Assistant], Mapping[str, Any]]
    """`settings`, `models` and `git_revision` of a run."""
    full: bool = False
    progress: Progress = no_progress
    keep: Callable[[Run], object] = lambda _: None
    """Told the run, so that it can be looked at afterwards."""
    passed: Callable[[Verdict], object] = lambda _: None
    """Told what was found where nothing is against the draft."""

    def check(self, draft: Draft) -> Sequence[str]:
        old = _ids((*draft.changes.changed, *draft.changes.removed))
        asked = self._asked(old | _ids(draft.changes.added))
        with self.open_draft(draft) as assistant:
            described = self.describe(draft, assistant)
            made = run(assistant, self.measure.baseline.dataset, asked, progress=self.progress, **described)
        self.keep(made)
        verdict = judge(made, self.measure.baseline, self.measure.tolerances, old)
        reasons = [*contradicted(self.measure.cases, draft, old), *verdict.reasons]
        if not reasons:
            self.passed(verdict)
        return reasons

    def _asked(self, touched: set[str]) -> list[Asked]:
        everything = of_cases(self.measure.cases)
        if self.full:
            return everything
        few = {each.row.id for each in quick(everything)}
        return [each for each in everything if each.row.id in few or not touched.isdisjoint(each.row.settled_by)]


def contradicted(cases: Iterable[Case], draft: Draft, touched: set[str]) -> list[str]:
    """The cases that a changed or removed article no longer bears out, whether or not they are answered today."""
    shelf = Shelf(draft.articles)
    lines = [
        f"    {case.id} “{short(case.question.text)}”: {sentence}"
        for case in cases
        if not touched.isdisjoint(case.settled_by)
        for sentence in shelf.contradictions(case)
    ]
    if not lines:
        return []
    more = [f"    … and {len(lines) - MOST_NAMED} more"] if len(lines) > MOST_NAMED else []
    head = "the changed articles no longer bear out these cases; mend the article, or the case if the change is meant:"
    return ["\n".join((head, *lines[:MOST_NAMED], *more))]


def _ids(keys: Iterable[str]) -> set[str]:
    """Of article keys (`<locale>/<id>`)."""
    return {key.split("/", 1)[1] for key in keys}
