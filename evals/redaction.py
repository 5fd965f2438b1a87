"""How much personal data `redact` takes out before a text leaves for a language model, and what else it takes.

Rows are JSON lines with `text` and `spans` (`type`, `value`, `start`, `end`), the form of presidio-research.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import BadInput
from bot.screening import redact
from evals.bootstrap import mean
from evals.figures import Figure

_MARK = re.compile(r"\[(?:e-mail|[a-z]+ (?:number|address)|password|name|address)\]")


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    spans: tuple[tuple[str, int, int], ...]
    """Kind, start and end of each piece of personal data."""


def read_spans(file: Path) -> list[Text]:
    """Raises BadInput naming the line that cannot be used."""
    texts = []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BadInput(f"{file}: cannot be read: {error.strerror}") from error
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            spans = tuple((span["type"], span["start"], span["end"]) for span in row["spans"])
            texts.append(Text(row["text"], spans))
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(f"{file}:{number}: not a text with spans ({error})") from error
    return texts


def redaction(texts: Sequence[Text]) -> dict[str, Figure | None]:
    """Recall by kind (a span counts when nothing of it is left), and precision: redactions that meet any span."""
    taken: dict[str, list[bool]] = {}
    right = []
    for each in texts:
        gone = removed(each.text)
        for kind, start, end in each.spans:
            taken.setdefault(kind, []).append(any(low <= start and end <= high for low, high in gone))
        right += [any(start < high and low < end for _, start, end in each.spans) for low, high in gone]
    figures = {f"recall {kind}": mean(found) for kind, found in sorted(taken.items())}
    return {**figures, "precision": mean(right)}


def removed(text: str) -> list[tuple[int, int]]:
    """The places of `text` that a redaction took the place of."""
    kept = [re.escape(part) for part in _MARK.split(redact(text))]
    found = re.fullmatch("(.+?)".join(f"(?:{part})" for part in kept), text, re.DOTALL)
    return [found.span(group) for group in range(1, len(kept))] if found else []
