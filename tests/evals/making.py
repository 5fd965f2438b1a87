"""Small runs made by hand."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from evals.results import Result, Run


def outcome(name: str = "answer", **changes: Any) -> dict[str, Any]:
    """The documented JSON; `answer`, `clarify`, `chat`, `offered` or `required`."""
    handoff = name if name in ("offered", "required") else None
    return {
        "id": "x",
        "outcome": "handoff" if handoff else name,
        "text": "You have **14 days**.",
        "confidence": 0.8,
        "calibration": "estimated",
        "reason": "low_confidence" if handoff == "offered" else "safety" if handoff else None,
        "handoff": handoff,
        "ticket_number": None,
        "department": None,
        "priority": None,
        "question_language": "en",
        "language": "en",
        "index_version": 1,
        "choices": [],
        "suggestions": [],
        "citations": [],
        "retrieved": [],
    } | changes


def answered(*articles: str, **changes: Any) -> dict[str, Any]:
    cited = [
        {"number": number, "article_id": article, "title": article, "url": f"/{article}", "quote": "14 days"}
        for number, article in enumerate(articles, start=1)
    ]
    return outcome("answer", citations=cited, retrieved=list(articles), **changes)


def result(result_id: str = "en-1", got: dict[str, Any] | None = None, **changes: Any) -> Result:
    """Expects an answer from `refund` unless told otherwise, and got it."""
    made = Result(
        id=result_id,
        language="en",
        kind="answerable",
        split="tune",
        text=f"Question {result_id}?",
        expected="answer",
        accept=(),
        reason=None,
        settled_by=("refund",),
        key_facts=(),
        forbidden_facts=(),
        tags=(),
        outcome=got or answered("refund"),
    )
    return replace(made, **changes)


def made_run(*results: Result, run_id: str = "run-a", **changes: Any) -> Run:
    made = Run(run_id, "2026-03-02T12:00:00+00:00", "golden", 1, "abc", {"x": 1}, {"embedder": "e"}, results)
    return replace(made, **changes)


def case_row(case_id: str = "en-1", text: str = "How do I get my money back?", **changes: Any) -> dict[str, Any]:
    row = {"id": case_id, "language": "en", "class": "answerable", "split": "tune", "expected": "answer"}
    return row | {"turns": [{"role": "learner", "text": text}], "settled_by": ["refund"]} | changes


def write_cases(file: Path, *rows: dict[str, Any] | str) -> Path:
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
