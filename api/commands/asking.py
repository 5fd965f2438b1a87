"""`firstline ask`: the bot from the terminal; it makes no ticket."""

import json
import sys
import uuid
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands.options import DataOption, settings_for
from bot.assistant import Assistant
from bot.errors import BadInput, FirstlineError
from bot.models import Question, Turn
from helpdesk.outcomes import outcome_json
from helpdesk.texts import clean

app = typer.Typer()


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    data: DataOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
    batch: Annotated[
        Path | None, typer.Option("--batch", help="JSON lines with id, text and optionally turns.")
    ] = None,
    locale: Annotated[
        str | None, typer.Option("--locale", help="Language of the site, where a question is short.")
    ] = None,
) -> None:
    """Ask one question, or a file of them, of the live index version."""
    if (question is None) == (batch is None):
        raise BadInput("give either one question in quotes or --batch FILE.jsonl")
    if batch is not None and not batch.is_file():
        raise BadInput(f"{batch}: no such file")
    from api import wiring

    settings = settings_for(data)
    assistant = wiring.make_assistant(settings, publications=wiring.open_storage(settings).publications)
    with closing(assistant.shelf):
        if batch is not None:
            _ask_all(assistant, batch, locale)
            return
        outcome = outcome_json(assistant.answer(Question(question or "", locale=locale)), str(uuid.uuid4()), None)
    print(clean(json.dumps(outcome, ensure_ascii=False)) if as_json else _readable(outcome))


def _ask_all(assistant: Assistant, file: Path, locale: str | None) -> None:
    bad = 0
    with file.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            row = _answered(assistant, line, number, locale)
            bad += "error" in row
            sys.stdout.write(clean(json.dumps(row, ensure_ascii=False)) + "\n")
            sys.stdout.flush()
    if bad:
        raise BadInput(f"{file}: {bad} row{'s' if bad > 1 else ''} could not be asked; see 'error' in the output")


def _answered(assistant: Assistant, line: bytes, number: int, locale: str | None) -> dict[str, Any]:
    row_id: object = None
    try:
        row = json.loads(line)
        row_id = row.get("id") if isinstance(row, dict) else None
        question = _question(row, locale)
        return outcome_json(assistant.answer(question), "", None) | {"id": row_id}
    except (ValueError, RecursionError, FirstlineError) as error:
        return {"id": row_id, "error": f"line {number}: {error}"}


def _question(row: Any, locale: str | None) -> Question:
    if not isinstance(row, dict) or row.get("id") is None or not isinstance(row.get("text"), str):
        raise BadInput("a row needs 'id' and 'text'")
    turns = row.get("turns") or []
    if not isinstance(turns, list) or not all(_is_turn(turn) for turn in turns):
        raise BadInput('\'turns\' must be a list of {"role": "learner" or "bot", "text": …}')
    return Question(row["text"], tuple(Turn(turn["role"], turn["text"]) for turn in turns), locale)


def _is_turn(turn: Any) -> bool:
    return isinstance(turn, dict) and turn.get("role") in ("learner", "bot") and isinstance(turn.get("text"), str)


def _readable(outcome: dict[str, Any]) -> str:
    lines = [outcome["text"], ""]
    for citation in outcome["citations"]:
        lines.append(f"[{citation['number']}] {citation['title']} ({citation['article_id']})")
        lines.append(f"    “{citation['quote']}”")
    lines += [f"- {choice}" for choice in outcome["choices"]]
    lines += [f"See also: {suggestion['title']} ({suggestion['article_id']})" for suggestion in outcome["suggestions"]]
    confidence = outcome["confidence"]
    known = "" if confidence is None else f", confidence {confidence:.2f} ({outcome['calibration']})"
    reason = f", {outcome['handoff']}: {outcome['reason']}" if outcome["handoff"] else ""
    lines.append(f"-- {outcome['outcome']}{reason}{known}")
    return "\n".join(lines)
