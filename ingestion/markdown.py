"""Markdown and plain text into sections of blocks, each with the text a reader sees and the markup behind it."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.models import Block, BlockKind, Section

_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")
_KINDS: dict[str, BlockKind] = {
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "fence": "code",
    "code_block": "code",
}
_LIST_LINE = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")


def markdown_sections(body: str) -> tuple[Section, ...]:
    """Sections in the order of the text. Headings of level 1 to 6 open one; a block stays whole."""
    lines = re.split(r"\r\n?|\n", body)  # as the parser counts them; splitlines() would also split at U+2028
    path: list[tuple[int, str]] = []
    sections: list[Section] = []
    blocks: list[Block] = []
    for group in _top_level(_PARSER.parse(body)):
        first = group[0]
        if first.type == "heading_open":
            _close(sections, path, blocks)
            level = int(first.tag[1])
            path = [step for step in path if step[0] < level] + [(level, _inline_text(group[1]))]
        elif first.map and first.type != "hr":
            source = "\n".join(lines[first.map[0] : first.map[1]]).rstrip()
            text = _block_text(group)
            if text:
                blocks.append(Block(_KINDS.get(first.type, "paragraph"), text, source))
    _close(sections, path, blocks)
    return tuple(sections)


def plain_sections(text: str) -> tuple[Section, ...]:
    """One section; blocks are parted by blank lines, and lines that look like a list's items make a list."""
    blocks: list[Block] = []
    for part in re.split(r"\n\s*\n", text):
        if shown := part.strip("\n").rstrip():
            lines = shown.splitlines()
            is_list = sum(bool(_LIST_LINE.match(line)) for line in lines) * 2 > len(lines)
            blocks.append(Block("list" if is_list else "paragraph", shown, shown))
    return (Section((), tuple(blocks)),) if blocks else ()


def _close(sections: list[Section], path: list[tuple[int, str]], blocks: list[Block]) -> None:
    if blocks:
        sections.append(Section(tuple(heading for _, heading in path), tuple(blocks)))
        blocks.clear()


def _top_level(tokens: list[Token]) -> Iterator[list[Token]]:
    """Group a flat token stream by its blocks of the outermost level."""
    group: list[Token] = []
    for token in tokens:
        group.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield group
            group = []


def _block_text(group: list[Token]) -> str:
    if group[0].type in ("fence", "code_block"):
        return group[0].content.rstrip()
    lines: list[str] = []
    cells: list[str] = []
    markers: list[str] = []
    counters: list[int | None] = []
    for token in group:
        match token.type:
            case "ordered_list_open":
                counters.append(int(token.attrGet("start") or 1) - 1)
            case "bullet_list_open":
                counters.append(None)
            case "ordered_list_close" | "bullet_list_close":
                counters.pop()
            case "list_item_open":
                markers.append(_marker(counters))
            case "tr_close":
                lines.append(" | ".join(cells))
                cells = []
            case "inline" if token.level >= 3 and group[0].type == "table_open":
                cells.append(_inline_text(token))
            case "inline":
                lines.append("".join(markers) + _inline_text(token))
                markers = []
            case "fence" | "code_block":
                lines.append(token.content.rstrip())
    return "\n".join(lines)


def _marker(counters: list[int | None]) -> str:
    indent = "  " * (len(counters) - 1)
    count = counters[-1]
    if count is None:
        return f"{indent}- "
    counters[-1] = count + 1
    return f"{indent}{count + 1}. "


def _inline_text(token: Token) -> str:
    """The words of an inline token: markup gone, an image leaves its description."""
    out: list[str] = []
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            out.append("\n" if child.type == "hardbreak" else " ")
        elif child.type in ("image", "text", "code_inline", "html_inline"):
            out.append(child.content)
    return "".join(out).strip()
