"""One run: every question asked of one configuration on one index version."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.assistant import Assistant
from bot.errors import BadInput
from bot.ports import Library
from evals.asking import Asked
from evals.looking import look
from evals.results import Result, Run
from helpdesk.outcomes import outcome_json

Progress = Callable[[int, int], None]
"""Told (done, all) after every question."""


def no_progress(_done: int, _all: int) -> None:
    """Says nothing."""


def ask_all(
    assistant: Assistant, asked: Sequence[Asked], progress: Progress = no_progress, passages: bool = False
) -> tuple[Result, ...]:
    """The results in the order of the questions. Nothing but the timings differs from one time to the next.

    With `passages` every answer keeps what was found, as a judge needs it. Raises BadInput naming the question that
    cannot be asked at all, as one that is longer than a message may be.
    """
    results = []
    with assistant.shelf.library() as library:
        assistant.warm_up(library)
        for each in asked:
            results.append(_ask(assistant, library, each, passages))
            progress(len(results), len(asked))
    return tuple(results)


def run(
    assistant: Assistant,
    dataset: str,
    asked: Sequence[Asked],
    *,
    settings: Mapping[str, Any],
    models: Mapping[str, str],
    git_revision: str = "",
    progress: Progress = no_progress,
    passages: bool = False,
) -> Run:
    """Ask everything and note what it was asked of."""
    if not asked:
        raise BadInput("no question is left to ask; name another split, language or kind")
    now = datetime.now(UTC)
    results = ask_all(assistant, asked, progress, passages)
    with assistant.shelf.library() as library:
        version = library.version
    return Run(
        id=f"{now:%Y%m%d-%H%M%S}-{dataset}-{secrets.token_hex(2)}",
        created_at=now.isoformat(timespec="seconds"),
        dataset=dataset,
        index_version=version,
        git_revision=git_revision,
        settings=dict(settings),
        models=dict(models),
        results=results,
    )


def _ask(assistant: Assistant, library: Library, asked: Asked, passages: bool) -> Result:
    try:
        outcome = assistant.answer(asked.question)
    except BadInput as error:
        raise BadInput(f"question '{asked.row.id}': {error}") from error
    evidence = outcome.evidence
    row = replace(
        asked.row,
        outcome=outcome_json(outcome, asked.row.id, None),
        signs=dict(evidence.scores),
        timings={stage: round(spent, 3) for stage, spent in evidence.timings.items()},
    )
    return look(library, assistant.understanding, asked.question, outcome, row, passages)
