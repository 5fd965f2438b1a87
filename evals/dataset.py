"""Labelled questions over a corpus, in the form of retrieval benchmarks: corpus.jsonl, queries.jsonl, qrels.tsv."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import BadInput
from bot.models import Question, Turn


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question and the articles that settle it; none where nothing does."""

    id: str
    question: Question
    settled_by: frozenset[str]
    language: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    name: str
    corpus: Path
    questions: tuple[LabelledQuestion, ...]


def read_dataset(folder: Path) -> Dataset:
    """Raises BadInput naming the file and line that cannot be used."""
    for name in ("corpus.jsonl", "queries.jsonl", "qrels.tsv"):
        if not (folder / name).is_file():
            raise BadInput(f"{folder}: a data set needs {name}")
    relevant = _qrels(folder / "qrels.tsv")
    file = folder / "queries.jsonl"
    questions = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                questions.append(_question(json.loads(line), relevant))
            except (ValueError, KeyError, TypeError) as error:
                raise BadInput(f"{file}:{number}: not a question with id and text ({error})") from error
    return Dataset(folder.name, folder / "corpus.jsonl", tuple(questions))


def _question(row: dict[str, Any], relevant: dict[str, set[str]]) -> LabelledQuestion:
    turns = tuple(Turn(turn["role"], turn["text"]) for turn in row.get("turns") or [])
    return LabelledQuestion(
        id=row["id"],
        question=Question(row["text"], turns),
        settled_by=frozenset(relevant.get(row["id"], ())),
        language=row.get("lang") or "en",
        answer=row.get("answer") or "",
    )


def _qrels(file: Path) -> dict[str, set[str]]:
    relevant: dict[str, set[str]] = {}
    with file.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            if int(row["rel"]) > 0:
                relevant.setdefault(row["query_id"], set()).add(row["doc_id"])
    return relevant
