"""Labelled questions over a corpus, in the form of retrieval benchmarks: corpus.jsonl, queries.jsonl, qrels.tsv."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import BadInput
from bot.models import Question, Turn
from ingestion.corpus import read_corpus


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question and the articles that settle it; none where nothing does."""

    id: str
    question: Question
    settled_by: frozenset[str]
    language: str
    answer: str = ""
    domain: str = ""
    """What part of the corpus it is about, where the set tells ("collection")."""
    answerability: str = ""
    """Whether it can be answered, as the set has it: ANSWERABLE, UNDERSPECIFIED and so on."""


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


def read_messages(path: Path) -> list[tuple[str, str]]:
    """(intent, text) of each row of a JSON-lines file, or of a data set's questions; "" where no intent is named.

    Raises BadInput naming the file and line that cannot be used, or the file that holds nothing.
    """
    file = path / "queries.jsonl" if path.is_dir() else path
    messages = []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file}: cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                row = json.loads(line)
                messages.append((str(row.get("intent") or ""), str(row["text"])))
            except (ValueError, KeyError, AttributeError) as error:
                raise BadInput(f"{file}:{number}: not a message with text ({error})") from error
    if not messages:
        raise BadInput(f"{file}: holds no messages")
    return messages


def _question(row: dict[str, Any], relevant: dict[str, set[str]]) -> LabelledQuestion:
    turns = tuple(Turn(turn["role"], turn["text"]) for turn in row.get("turns") or [])
    return LabelledQuestion(
        id=row["id"],
        question=Question(row["text"], turns),
        settled_by=frozenset(relevant.get(row["id"], ())),
        language=row.get("lang") or "en",
        answer=row.get("answer") or "",
        domain=row.get("collection") or "",
        answerability=row.get("answerability") or "",
    )


def _qrels(file: Path) -> dict[str, set[str]]:
    relevant: dict[str, set[str]] = {}
    for _, query, article in judgements(file):
        relevant.setdefault(query, set()).add(article)
    return relevant


def judgements(file: Path) -> Iterator[tuple[int, str, str]]:
    """(line, question's id, article's id) of each row that says that the article settles the question."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t")
        if missing := {"query_id", "doc_id", "rel"} - set(rows.fieldnames or ()):
            named = ", ".join(sorted(missing))
            raise BadInput(f"{file}:1: the header lacks {named}; it is query_id, doc_id, rel, parted by tabs")
        for number, row in enumerate(rows, start=2):
            try:
                settles = int(row["rel"]) > 0
            except (TypeError, ValueError) as error:
                raise BadInput(f"{file}:{number}: 'rel' is not a whole number: {row['rel']!r}") from error
            if settles:
                yield number, row["query_id"], row["doc_id"]


def problems_of(folder: Path) -> list[str]:
    """What a data set's own files contradict: each with its file and line, and what it does to the figures."""
    dataset, qrels = read_dataset(folder), folder / "qrels.tsv"
    corpus = read_corpus([dataset.corpus])
    articles = {article.id for article in corpus.articles}
    questions = Counter(question.id for question in dataset.questions)
    found = [str(problem) for problem in corpus.problems]
    found += [
        f"{folder / 'queries.jsonl'}: {count} questions have the id '{id_}'"
        for id_, count in questions.items()
        if count > 1
    ]
    for line, question, article in judgements(qrels):
        if question not in questions:
            found.append(f"{qrels}:{line}: there is no question '{question}'; the row counts for nothing")
        if article not in articles:
            found.append(f"{qrels}:{line}: there is no article '{article}'; it can never be found")
    return found
