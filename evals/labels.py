"""Labelled questions of a help center: rows of id, text, optionally turns, and `settled_by`, the articles that settle
it (an empty list: nothing does)."""

import json
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from bot.calibration import Labelled
from bot.errors import BadInput
from bot.models import Question, Turn
from evals.dataset import LabelledQuestion
from evals.results import Result

NAME = "labels"
"""The data set's name of runs over labelled questions."""


def read_labels(file: Path, article_ids: Collection[str]) -> tuple[LabelledQuestion, ...]:
    """Raises BadInput naming the first row that cannot be used, also one whose articles are not published."""
    if not file.is_file():
        raise BadInput(f"{file}: no such file")
    labels: dict[str, LabelledQuestion] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                row = _label(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise BadInput(f"{file}:{number}: not a question with id, text and settled_by ({error})") from error
            if unknown := sorted(row.settled_by - set(article_ids)):
                raise BadInput(f"{file}:{number}: '{unknown[0]}' is no published article's id")
            if row.id in labels:
                raise BadInput(f"{file}:{number}: the id '{row.id}' is there twice")
            labels[row.id] = row
    if not labels:
        raise BadInput(f"{file}: there is no question in it")
    return tuple(labels.values())


def decided(results: Iterable[Result]) -> tuple[Result, ...]:
    """Those that confidence alone decides: what is small talk or for a person proves nothing about it."""
    return tuple(
        result for result in results if result.confidence is not None and result.got not in ("chat", "handoff_required")
    )


def labels_of(results: Iterable[Result]) -> tuple[Labelled, ...]:
    return tuple(Labelled(result.confidence or 0.0, result.best_right) for result in results)


def _label(row: dict[str, Any]) -> LabelledQuestion:
    settled_by = row["settled_by"]
    if not isinstance(settled_by, list) or not all(isinstance(each, str) for each in settled_by):
        raise ValueError("'settled_by' must be a list of article ids")
    if not isinstance(row["text"], str) or not row["text"].strip():
        raise ValueError("'text' is empty")
    turns = tuple(Turn(turn["role"], turn["text"]) for turn in row.get("turns") or [])
    return LabelledQuestion(
        str(row["id"]), Question(row["text"], turns), frozenset(settled_by), row.get("lang") or "en"
    )
