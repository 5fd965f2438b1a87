"""A `corpus.jsonl`: one article a line with id, title (may be empty), text, and optionally url, lang, audience."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.models import Article, Audience
from ingestion.markdown import plain_sections
from ingestion.sources import MAX_BYTES, Broken, told

_TOLD = re.compile(r'"(id|lang)"\s*:\s*"([^"\\]+)"')
_HALF = re.compile(r"[\ud800-\udfff]")


def read(file: Path) -> Iterator[tuple[str, Article | Broken]]:
    """One entry a line that is not blank; fields that Firstline does not know are left alone."""
    with file.open("rb") as stream:
        for number, raw in enumerate(stream, start=1):
            if raw.strip():
                read = _parsed(raw)
                yield f"{file}:{number}", Broken(read, *_named(raw)) if isinstance(read, str) else read


def _named(raw: bytes) -> tuple[str, str]:
    """Id and locale of a line that is no article as it is. A good line without `lang` is English; of a broken one that
    is not sure."""
    found = told(_TOLD, raw)
    return found.get("id", ""), found.get("lang", "")


def _parsed(raw: bytes) -> Article | str:
    if len(raw) > MAX_BYTES:
        return f"the line has {len(raw):,} bytes, more than the {MAX_BYTES:,} an article may have"
    try:
        row = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return f"byte {error.start} is not UTF-8; save the file as UTF-8"
    except json.JSONDecodeError as error:
        return f"not valid JSON: {error.msg} at column {error.colno}"
    except (ValueError, RecursionError):
        return "not usable JSON: a number is too long or the nesting too deep"
    if not isinstance(row, dict):
        return "not a JSON object"
    return _article(row)


def _article(row: dict[str, Any]) -> Article | str:
    for name in ("id", "title", "text"):
        if name not in row:
            return f"the row lacks '{name}'"
        if not isinstance(row[name], str):
            return f"'{name}' is not text"
    for name, value in row.items():
        if isinstance(value, str) and _HALF.search(value):
            return f"'{name}' holds half a character, like \\ud83d without its second half; write the character itself"
    if not row["id"].strip():
        return "'id' is empty"
    if len(row["id"]) > 500:
        return "'id' has more than 500 characters"
    sections = plain_sections(row["text"])
    if not sections:
        return "'text' is empty"
    audience = row.get("audience", "learner")
    if audience not in list(Audience):
        return f"the audience '{audience}' does not exist; use one of {', '.join(Audience)}"
    return Article(
        id=row["id"],
        title=row["title"].strip(),
        locale=str(row.get("lang") or "en"),
        collection=str(row.get("collection") or row.get("section") or "general"),
        audience=Audience(audience),
        url=str(row.get("url") or ""),
        sections=sections,
    )
