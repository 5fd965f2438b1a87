"""What the bench asks of everybody: English articles, questions that one of them settles, and filler to grow by."""

import json
import random
import re
from collections.abc import Iterable, Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any

from bot.models import Article
from evals.cases import golden_cases
from ingestion.corpus import read_corpus

QUESTIONS = 200
ARTICLES = 1000
"""Articles in store when the resident size is read, where no other number is asked for."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def write_material(folder: Path, articles: Path, store: int = ARTICLES) -> None:
    """corpus.jsonl, questions.jsonl (golden cases that an article settles) and filler.jsonl."""
    found = [each for each in read_corpus([articles]).articles if each.locale == "en" and each.audience == "learner"]
    write(folder / "corpus.jsonl", map(row_of, found))
    cases = [case for case in golden_cases("en") if case.kind == "answerable" and not case.question.turns]
    asked = [{"text": case.question.text, "settled_by": list(case.settled_by)} for case in cases[:QUESTIONS]]
    write(folder / "questions.jsonl", asked)
    write(folder / "filler.jsonl", islice(recombined(each.text for each in found), max(0, store - len(found))))


def recombined(texts: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Endless articles of recombined sentences, as long as real ones; the same every time."""
    drawn = random.Random(7)  # noqa: S311 - no secret is made of it
    sentences = [sentence for text in texts for sentence in _SENTENCE.split(text)]
    for number in count():
        chosen = drawn.sample(sentences, k=min(len(sentences), 18))
        yield {"id": f"filler-{number}", "title": f"Note {number}: {chosen[0][:50]}", "text": " ".join(chosen)}


def row_of(article: Article) -> dict[str, Any]:
    return {"id": article.id, "title": article.title, "text": article.text}


def write(file: Path, rows: Iterable[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
