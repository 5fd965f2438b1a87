"""One line a run, for the list of those that are kept."""

from typing import Any

import numpy as np

from evals.paired import PARTS, column
from evals.results import Run
from evals.words import percent


def listed_row(run: Run) -> dict[str, Any]:
    coverage, wrong = _mean(run, "coverage"), _mean(run, "wrong_among_answered")
    return {
        "id": run.id,
        "created_at": run.created_at,
        "dataset": run.dataset,
        "questions": len(run.results),
        "coverage": coverage,
        "wrong_among_answered": wrong,
        "index_version": run.index_version,
        "git_revision": run.git_revision,
        "settings": run.settings,
        "models": run.models,
    }


def listed(run: Run) -> str:
    row = listed_row(run)
    coverage, wrong = (_written(row[name]) for name in ("coverage", "wrong_among_answered"))
    return (
        f"{run.id}  {run.created_at[:16].replace('T', ' ')}  {run.dataset}  {len(run.results)} questions  "
        f"coverage {coverage}  wrong among answered {wrong}  code {run.git_revision or 'unknown'}"
    )


def _mean(run: Run, name: str) -> float | None:
    values = column(run.results, PARTS[name])
    counted = values[~np.isnan(values)]
    return float(counted.mean()) if len(counted) else None


def _written(value: float | None) -> str:
    return "undefined" if value is None else percent(value)
