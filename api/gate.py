"""QA's gate over a draft, with the models and the settings of this data folder."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from api.wiring import Storage, make_assistant
from bot.adapters.snapshot import Snapshot
from bot.assistant import Assistant
from bot.settings import Settings
from bot.shelf import Shelf
from evals.configuration import git_revision, models_of, settings_of
from evals.gating import Verdict
from evals.quality_gate import Measure, QualityGate
from evals.results import Run
from evals.store import DRAFT, save
from ingestion.draft import Draft, Progress, no_progress


def make_gate(
    settings: Settings,
    storage: Storage,
    measure: Measure,
    *,
    full: bool = False,
    progress: Progress = no_progress,
    passed: Callable[[Verdict], object] = lambda _: None,
) -> QualityGate:
    """The gate of `firstline index --gate`; its models are loaded when there is something to ask."""

    @contextmanager
    def open_draft(draft: Draft) -> Iterator[Assistant]:
        shelf = Shelf(lambda: (draft.version, frozenset()), lambda _, buried: Snapshot(draft.folder, buried))
        with closing(shelf):
            yield make_assistant(settings, publications=storage.publications, shelf=shelf)

    def describe(draft: Draft, assistant: Assistant) -> dict[str, Any]:
        own = {"corpus": f"{DRAFT}{draft.version}"}
        return {
            "settings": settings_of(settings, assistant, draft.folder) | own,
            "models": models_of(settings, assistant),
            "git_revision": git_revision(),
        }

    def keep(run: Run) -> None:
        save(settings.data, run)

    return QualityGate(measure, open_draft, describe, full, progress, keep, passed)
