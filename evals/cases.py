"""QA's golden cases: a conversation, what should become of its last message, and which articles settle it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import BadInput
from bot.models import Question, Turn
from evals.dataset import Dataset, LabelledQuestion

GOLDEN = Path(__file__).parent / "datasets" / "golden"
EXPECTED = ("answer", "clarify", "handoff_required", "handoff_offered", "chat")
SPLITS = ("tune", "held_out")


@dataclass(frozen=True, slots=True)
class Case:
    """One row of a case file."""

    id: str
    language: str
    kind: str
    split: str
    question: Question
    expected: str
    accept: tuple[str, ...]
    reason: str | None
    settled_by: tuple[str, ...]
    key_facts: tuple[str, ...]
    forbidden_facts: tuple[str, ...]
    tags: tuple[str, ...]

    @property
    def tolerated(self) -> frozenset[str]:
        """Every outcome that is right here."""
        return frozenset((self.expected, *self.accept))


def read_cases(files: Iterable[Path]) -> list[Case]:
    """All rows; raises BadInput naming the file and line of the first that is no case."""
    cases = []
    for file in files:
        if not file.is_file():
            raise BadInput(f"{file}: there is no such case file")
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
            if line.strip():
                try:
                    cases.append(case_from(json.loads(line)))
                except (ValueError, KeyError, TypeError) as error:
                    raise BadInput(f"{file}:{number}: not a case: {error}") from error
    return cases


def golden_cases(language: str | None = None) -> list[Case]:
    """The cases over kb_articles, of one language or all."""
    return read_cases(sorted(GOLDEN.glob(f"{language or '*'}.jsonl")))


def questions_of(cases: Iterable[Case], name: str, corpus: Path) -> Dataset:
    """The cases of the tune split that ask the help center something, as labelled questions."""
    asked = [case for case in cases if case.split == "tune" and case.expected in ("answer", "handoff_offered")]
    return Dataset(
        name,
        corpus,
        tuple(
            LabelledQuestion(
                case.id, case.question, frozenset(case.settled_by if case.expected == "answer" else ()), case.language
            )
            for case in asked
        ),
    )


def case_from(row: dict[str, Any]) -> Case:
    """A row of a case file as a case; raises ValueError, KeyError or TypeError where it is none."""
    turns = [Turn(turn["role"], turn["text"]) for turn in row["turns"]]
    if not turns or turns[-1].role != "learner":
        raise ValueError("'turns' must end with the learner's message")
    outcomes = (row["expected"], *row.get("accept", ()))
    for outcome in outcomes:
        if outcome not in EXPECTED:
            raise ValueError(f"'{outcome}' is no outcome; use one of {', '.join(EXPECTED)}")
    if row["split"] not in SPLITS:
        raise ValueError(f"'{row['split']}' is no split; use tune or held_out")
    return Case(
        id=row["id"],
        language=row["language"],
        kind=row["class"],
        split=row["split"],
        question=Question(turns[-1].text, tuple(turns[:-1]), row["language"]),
        expected=row["expected"],
        accept=tuple(row.get("accept", ())),
        reason=row.get("reason"),
        settled_by=tuple(row.get("settled_by", ())),
        key_facts=tuple(row.get("key_facts", ())),
        forbidden_facts=tuple(row.get("forbidden_facts", ())),
        tags=tuple(row.get("tags", ())),
    )
