"""What a data set's figures were when somebody said that they are good enough: `evals/baselines/<dataset>.json`.

Of cases (which say what is expected) it also holds what each question added to the figures, so that a later run can
be compared question by question. Of data sets from elsewhere it holds figures alone, and no row of theirs.
"""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.errors import BadInput
from evals.figures import Figure
from evals.metrics import summarise
from evals.paired import PARTS
from evals.results import Run

FOLDER = Path(__file__).parent / "baselines"
GOLDEN = "golden"
COLUMNS = (
    "as_expected",
    "coverage",
    "wrong_among_answered",
    "wrong_per_question",
    "escalation_recall",
    "false_alarms",
    "key_facts",
    "forbidden_facts",
    "hit_at_1",
    "hit_at_5",
)
"""What is kept of each question; names of `evals.paired.PARTS`."""
Values = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    dataset: str
    run: str
    created_at: str
    git_revision: str
    settings: dict[str, Any]
    models: dict[str, str]
    figures: dict[str, Figure]
    cases: dict[str, Values]
    """Values in the order of COLUMNS by case id; empty where only figures are kept."""


def baseline_of(run: Run) -> Baseline:
    ours = [result for result in run.results if result.expected is not None]
    cases = {result.id: tuple(PARTS[name](result) for name in COLUMNS) for result in ours}
    return Baseline(
        run.dataset,
        run.id,
        run.created_at,
        run.git_revision,
        run.settings,
        run.models,
        summarise(run),
        cases,
    )


def write(baseline: Baseline, file: Path) -> None:
    """One line a figure and one a case, so that a change of it can be read."""
    head = {name: getattr(baseline, name) for name in ("dataset", "run", "created_at", "git_revision")}
    figures = {name: _rounded(asdict(figure)) for name, figure in baseline.figures.items()}
    cases = {
        case: [None if value is None else round(float(value), 4) for value in baseline.cases[case]]
        for case in sorted(baseline.cases)
    }
    parts = [*(f'"{name}": {json.dumps(value)}' for name, value in head.items())]
    parts += [f'"settings": {json.dumps(baseline.settings)}', f'"models": {json.dumps(baseline.models)}']
    parts += [f'"figures": {_lines(figures)}', f'"columns": {json.dumps(COLUMNS)}', f'"cases": {_lines(cases)}']
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def read(file: Path) -> Baseline:
    """Raises BadInput where it is not there or no baseline."""
    if not file.is_file():
        raise BadInput(f"{file}: there is no baseline; write one with 'firstline eval baseline RUN'")
    try:
        row = json.loads(file.read_text(encoding="utf-8"))
        order = [row["columns"].index(name) for name in COLUMNS]
        return Baseline(
            figures={name: _figure(figure) for name, figure in row["figures"].items()},
            cases={case: tuple(values[at] for at in order) for case, values in row["cases"].items()},
            **{name: row[name] for name in ("dataset", "run", "created_at", "git_revision", "settings", "models")},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{file}: not a baseline: {error}; write it anew with 'firstline eval baseline RUN'") from error


def _figure(row: dict[str, Any]) -> Figure:
    low, high = (math.nan if row[name] is None else float(row[name]) for name in ("low", "high"))
    return Figure(float(row["value"]), int(row["n"]), low, high)


def _lines(rows: dict[str, Any]) -> str:
    return "{\n" + ",\n".join(f' "{name}": {json.dumps(row)}' for name, row in rows.items()) + "\n}" if rows else "{}"


def _rounded(row: dict[str, float | int]) -> dict[str, float | int | None]:
    return {
        name: None if math.isnan(value) else round(value, 4) if isinstance(value, float) else value
        for name, value in row.items()
    }
