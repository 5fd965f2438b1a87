"""Pieces of a page: everything that comes from data is escaped here and nowhere else."""

from collections.abc import Iterable, Sequence
from html import escape

STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8882; --one: #2a6fb0; --two: #c4572b; --three: #6b8e23; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
table { border-collapse: collapse; margin: .5rem 0 1rem; } caption { text-align: left; font-weight: 600; }
th, td { padding: .15rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.section th { padding-top: .8rem; } .scroll { overflow-x: auto; }
.alarm { border: 2px solid var(--two); padding: .6rem 1rem; font-weight: 600; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1rem; }
figure { margin: 0; } figcaption { font-size: .9rem; } svg { width: 100%; height: auto; }
svg text { font: 11px system-ui, sans-serif; fill: currentColor; }
.axis { stroke: currentColor; stroke-width: 1; } .guide { stroke: var(--line); stroke-dasharray: 3 3; fill: none; }
.one { stroke: var(--one); fill: none; stroke-width: 2; } .fill-one { fill: var(--one); }
.two { stroke: var(--two); } .fill-two { fill: var(--two); } .fill-three { fill: var(--three); }
details { border-bottom: 1px solid var(--line); padding: .3rem 0; } summary { cursor: pointer; }
blockquote { margin: .3rem 0; padding: .2rem .8rem; border-left: 3px solid var(--line); white-space: pre-wrap; }
.good { color: var(--three); font-weight: 600; } .bad { color: var(--two); font-weight: 600; }
small { opacity: .75; }
"""


def text(value: object) -> str:
    return escape(str(value), quote=True)


def tag(name: str, inner: str, **attributes: str) -> str:
    """`inner` is markup already; attributes are escaped here. `class_` stands for class."""
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{text(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{inner}</{name}>"


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Plain text in all cells; every column but the first is of numbers. A row of one cell starts a section."""
    top = "".join(tag("th", text(name), scope="col", class_="number" if at else "") for at, name in enumerate(head))
    body = "".join(_row(row, len(head)) for row in rows)
    whole = tag("caption", text(caption)) + tag("thead", tag("tr", top)) + tag("tbody", body)
    return tag("div", tag("table", whole), class_="scroll")


def document(title: str, body: str) -> str:
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{text(title)}</title><style>{STYLE}</style>"
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>{body}</body></html>\n'


def _row(cells: Sequence[str], width: int) -> str:
    if len(cells) == 1:
        return tag("tr", tag("th", text(cells[0]), scope="rowgroup", colspan=str(width)), class_="section")
    first = tag("th", text(cells[0]), scope="row")
    return tag("tr", first + "".join(tag("td", text(cell), class_="number") for cell in cells[1:]))
