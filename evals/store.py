"""Eval runs on disk: `DATA/evals/<id>.json`, one run a file, complete enough to be compared years later."""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from bot.errors import BadInput, NotFound
from evals.results import Result, Run

DRAFT = "draft of version "
"""How `settings["corpus"]` of a gate's run begins."""
DELETED = "(an article that this came from was deleted)"
_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")


def run_row(run: Run) -> dict[str, Any]:
    """The run as JSON; `run_from` reads it back."""
    return asdict(run)


def run_from(row: dict[str, Any]) -> Run:
    """A run as `run_row` gave it, or a report of `firstline eval run --json`, which holds one under `run`.

    Raises KeyError or TypeError where it is neither.
    """
    held = row["run"] if isinstance(row.get("run"), dict) else row
    own = {field.name: held[field.name] for field in fields(Run)}
    return Run(**own | {"results": tuple(_result(each) for each in held["results"])})


def save(data: Path, run: Run) -> Path:
    """Keep the run; the file appears whole or not at all."""
    file = _folder(data) / f"{run.id}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(run_row(run), ensure_ascii=False), encoding="utf-8")
    unfinished.replace(file)
    return file


def load(data: Path, name: str) -> Run:
    """A run by its id, or by the path of its file. Raises NotFound or BadInput."""
    own = _folder(data) / f"{name}.json"
    if _ID.match(name) and own.is_file():
        return _read(own)
    if Path(name).is_file():
        return _read(Path(name))
    raise NotFound(
        f"there is no eval run '{name}' and no such file; 'firstline eval list' shows the runs that are kept"
    )


def stored(data: Path) -> Iterator[Run]:
    """All runs that are kept, newest first."""
    runs = [_read(file) for file in _folder(data).glob("*.json")]
    yield from sorted(runs, key=lambda run: (run.created_at, run.id), reverse=True)


def forget(data: Path, article_ids: Collection[str]) -> int:
    """Take the words of deleted articles out of the runs that are kept; how many runs held some. Ids, scores and
    figures stay: a run remains comparable, but no sentence of what was deleted can be read in it."""
    gone, mended = set(article_ids), 0
    for run in list(stored(data)) if gone else ():
        results = tuple(_without(result, gone) for result in run.results)
        if results != run.results:
            save(data, replace(run, results=results))
            mended += 1
    return mended


def _without(result: Result, gone: set[str]) -> Result:
    outcome, passages = result.outcome, result.passages
    if gone & {*result.cited, *result.settled_by, *(each["article_id"] for each in outcome["suggestions"])}:
        shown = [
            each | {"quote": "", "title": ""} if each["article_id"] in gone else each for each in outcome["citations"]
        ]
        suggested = [each for each in outcome["suggestions"] if each["article_id"] not in gone]
        outcome = outcome | {"text": DELETED, "citations": shown, "suggestions": suggested, "choices": []}
        result = replace(result, outcome=outcome, baselines={}, reference="")
    kept = tuple(each for each in passages if each.get("article_id") not in gone)
    return result if kept == passages else replace(result, passages=kept)


def newest(data: Path, dataset: str) -> Run:
    """Leaves out what gates asked of drafts. Raises NotFound where nothing was run on this data set."""
    run = next((run for run in stored(data) if run.dataset == dataset and not of_draft(run)), None)
    if run is None:
        raise NotFound(f"no run on '{dataset}' is kept in {_folder(data)}; make one with 'firstline eval run'")
    return run


def of_draft(run: Run) -> bool:
    """Whether a gate made it of a version that was not live yet, and may never have been."""
    return str(run.settings.get("corpus", "")).startswith(DRAFT)


def _folder(data: Path) -> Path:
    return data / "evals"


def _read(file: Path) -> Run:
    try:
        return run_from(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{file}: not an eval run: {error}") from error


def _result(row: dict[str, Any]) -> Result:
    kept: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    return Result(**kept)
