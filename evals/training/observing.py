"""What questions of a data set look like to the calibrator: the signs of each search, and whether it was right."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.assistant import Assistant
from bot.background import Background
from bot.confidence import Signs, covered, signs_of
from bot.language import detect
from bot.models import Question
from bot.ports import Library
from bot.retrieval import Found
from evals.dataset import Dataset, LabelledQuestion
from evals.workbench import Workbench
from ingestion.background import FOREIGN

OUTSIDE_PER_SET = 100
Floats = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Observed:
    """Questions of one data set that were searched in the same way, row by row."""

    name: str
    corpus: Path
    shared: bool
    """Searched by the multilingual vectors alone."""
    made: bool
    """English questions searched as if they were foreign: to learn from, never to be measured by."""
    signs: Floats
    plain: Floats
    """The same signs where nothing was learned of the help center at publish, to compare with."""
    cosine: Floats
    """Of question and best passage: the usual confidence, to compare with."""
    right: Marks
    """The first article settles the question."""
    settled: Marks
    """Some article does."""
    outside: Marks
    """From elsewhere altogether."""

    @property
    def inside(self) -> Marks:
        return ~self.outside


def outside_questions(file: Path) -> list[str]:
    """Texts of the rows whose intent is `oos`."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [row["text"] for row in rows if row["intent"] == "oos"]


def observe(dataset: Dataset, outside: Sequence[str], workbench: Workbench) -> list[Observed]:
    """Publish the corpus and ask everything of it; up to three parts, none of them empty."""
    drawn = random.Random(dataset.name).sample(outside, min(OUTSIDE_PER_SET, len(outside)))  # noqa: S311
    strangers = [LabelledQuestion(f"outside-{n}", Question(text), frozenset(), "en") for n, text in enumerate(drawn)]
    rows: dict[tuple[bool, bool], list[_Row]] = {}
    with workbench(dataset.corpus) as assistant, assistant.shelf.library() as library:
        for each in (*dataset.questions, *strangers):
            language = detect(each.question.text, each.question.locale)
            for made in (False, True) if language == "en" else (False,):
                row = _row(assistant, library, each, FOREIGN if made else language, each in strangers, made)
                rows.setdefault((made or language != "en", made), []).append(row)
    return [_observed(dataset, shared, made, found) for (shared, made), found in rows.items()]


@dataclass(frozen=True, slots=True)
class _Row:
    signs: tuple[float, ...]
    plain: tuple[float, ...]
    cosine: float
    right: bool
    settled: bool
    outside: bool


def _row(
    assistant: Assistant, library: Library, each: LabelledQuestion, language: str, outside: bool, made: bool
) -> _Row:
    asked = replace(assistant.understanding.asked(each.question), language=language)
    found = assistant.understanding.search(library, asked)
    return _Row(
        signs=_signs(found, language, library.background, made).values(),
        plain=_signs(found, language, Background(), made).values(),
        cosine=found.passages[0].dense if found.passages else 0.0,
        right=bool(found.article_ids) and found.article_ids[0] in each.settled_by,
        settled=bool(each.settled_by),
        outside=outside,
    )


def _signs(found: Found, language: str, background: Background, made: bool) -> Signs:
    """Of a question that is only searched as if it were foreign, its own words still tell."""
    signs = signs_of(found, language, background)
    return replace(signs, covered=covered(found)) if made and found.passages else signs


def _observed(dataset: Dataset, shared: bool, made: bool, rows: Sequence[_Row]) -> Observed:
    return Observed(
        name=dataset.name,
        corpus=dataset.corpus,
        shared=shared,
        made=made,
        signs=np.array([row.signs for row in rows], dtype=np.float64),
        plain=np.array([row.plain for row in rows], dtype=np.float64),
        cosine=np.array([row.cosine for row in rows], dtype=np.float64),
        right=np.array([row.right for row in rows], dtype=np.bool_),
        settled=np.array([row.settled for row in rows], dtype=np.bool_),
        outside=np.array([row.outside for row in rows], dtype=np.bool_),
    )
