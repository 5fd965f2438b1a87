"""A folder of Markdown files, one article each, with YAML front matter."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.models import Article, Audience
from ingestion.markdown import markdown_sections
from ingestion.sources import MAX_BYTES, Broken, told

_TOLD = re.compile(r"^(id|locale):[ \t]*[\"']?([\w.-]+)", re.MULTILINE)
_ID = re.compile(r"^[A-Za-z0-9][\w.-]{0,199}$")
_REQUIRED = ("id", "title", "locale")
_KNOWN = {*_REQUIRED, "collection", "audience", "updated", "keywords", "facts", "url"}


class Wrong(Exception):
    """A file that cannot be an article: the line and the sentence for its author."""

    def __init__(self, line: int, sentence: str) -> None:
        self.line, self.sentence = line, sentence


def read(folder: Path) -> Iterator[tuple[str, Article | Broken]]:
    """One entry a file, in the order of their paths."""
    for file in files(folder):
        try:
            yield f"{file}:1", parse(text_of(file))
        except Wrong as wrong:
            yield f"{file}:{wrong.line}", Broken(wrong.sentence, *_named(file))


def files(folder: Path) -> list[Path]:
    """Every `*.md` below `folder`; README.md files and hidden folders are no articles."""
    return [
        file
        for file in sorted(folder.rglob("*.md"))
        if file.name != "README.md"
        and not file.is_dir()
        and not any(part.startswith(".") for part in file.relative_to(folder).parts)
    ]


def text_of(file: Path) -> str:
    """Its text; raises Wrong where it is too large, not UTF-8 or not to be read."""
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise Wrong(1, f"the file has {size:,} bytes, more than the {MAX_BYTES:,} an article may have; split it")
        raw = file.read_bytes()
    except OSError as error:
        raise Wrong(1, f"the file cannot be read: {error.strerror}") from error
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Wrong(line, f"byte {error.start} is not UTF-8; save the file as UTF-8") from error


def _named(file: Path) -> tuple[str, str]:
    """Id and locale of a file that is no article as it is; where no id is left in it, its name is the best guess."""
    try:
        found = told(_TOLD, file.read_bytes())
    except OSError:
        found = {}
    return found.get("id", file.stem), found.get("locale", "")


def parse(text: str) -> Article:
    """One file's text as an article; raises Wrong with the line in question."""
    block, body = split(text)
    head = _front_matter(block)
    sections = markdown_sections(body)
    if not sections:
        raise Wrong(block.count("\n") + 2, "the article has no text below its front matter")
    return Article(
        id=_identifier(head["id"]),
        title=_line_of_text(head, "title"),
        locale=_line_of_text(head, "locale"),
        collection=str(head.get("collection") or "general"),
        audience=_audience(head.get("audience", "learner")),
        url=str(head.get("url") or ""),
        sections=sections,
        keywords=_keywords(head.get("keywords")),
        updated=_day(head.get("updated")),
    )


def split(text: str) -> tuple[str, str]:
    """Front matter and body; the front matter begins on the second line of the file."""
    if not text.startswith("---\n"):
        raise Wrong(1, "there is no front matter; the first line must be '---', then id, title and locale")
    closing = re.search(r"^---[ \t]*$\n?", text[4:], re.MULTILINE)
    if closing is None:
        raise Wrong(1, "the front matter is not closed; add a line '---' after its last entry")
    return text[4:][: closing.start()], text[4:][closing.end() :]


def _front_matter(block: str) -> dict[str, Any]:
    try:
        head = yaml.safe_load(block)
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
        raise Wrong(_line(error, block), f"the front matter is not valid YAML: {problem}") from error
    except (ValueError, RecursionError) as error:
        raise Wrong(2, f"the front matter holds a value that cannot be: {error}") from error
    if not isinstance(head, dict):
        raise Wrong(2, "the front matter is not a list of 'name: value' lines")
    for name in _REQUIRED:
        if not head.get(name):
            raise Wrong(1, f"the front matter lacks '{name}'")
    for name in head:
        if name not in _KNOWN:
            raise Wrong(1, f"the front matter has an unknown entry '{name}'; known are {', '.join(sorted(_KNOWN))}")
    return head


def _line(error: yaml.YAMLError, block: str) -> int:
    """Where the author should look: a text that is never closed is wrong where it begins, not where it ends."""
    if isinstance(error, yaml.reader.ReaderError):
        return block.count("\n", 0, error.position) + 2
    mark = getattr(error, "problem_mark", None)
    if isinstance(error, yaml.scanner.ScannerError):
        mark = error.context_mark or mark
    return mark.line + 2 if mark else 2


def _identifier(value: object) -> str:
    if not _ID.match(str(value)):
        raise Wrong(1, f"the id '{value}' is not usable; use letters, digits, '-', '_' and '.', at most 200")
    return str(value)


def _line_of_text(head: dict[str, Any], name: str) -> str:
    value = str(head[name]).strip()
    if "\n" in value or len(value) > 300:
        raise Wrong(1, f"'{name}' must be one line of at most 300 characters")
    return value


def _audience(value: object) -> Audience:
    try:
        return Audience(str(value))
    except ValueError as error:
        allowed = ", ".join(Audience)
        raise Wrong(1, f"the audience '{value}' does not exist; use one of {allowed}") from error


def _keywords(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(str(word) for word in value)
    raise Wrong(1, "'keywords' must be a list, like [money back, return a course]")


def _day(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")
