"""A comparison as one page that needs nothing else: no script, no other file, everything escaped."""

import math
from collections.abc import Iterable, Sequence
from html import escape

from evals.compare import Comparison, Moved
from evals.paired import LOWER_IS_BETTER, Difference
from evals.report.comparison_table import judged, moves
from evals.report.words import NAMES

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; color: #1c2430; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { border-bottom: 1px solid #d5dae1; padding: .3rem .6rem; text-align: left; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.better { color: #0b6b3a; } .worse { color: #a3161f; } .none { color: #5a6675; }
svg { display: block; }
"""
_WIDTH, _HEIGHT = 220, 18


def comparison_page(comparison: Comparison) -> str:
    """The whole HTML document."""
    title = f"{comparison.a.id} against {comparison.b.id}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{comparison.questions} questions of {escape(comparison.a.dataset)} that both runs were asked; B − A with "
        "95 % intervals of the paired bootstrap. The bar shows the interval, the line in its middle is no "
        "difference, to the right is more.</p>",
        _settings(comparison),
        "<h2>Figures</h2>",
        _differences([(NAMES.get(each.name, each.name), each) for each in comparison.differences]),
        "<h2>By language, split and kind</h2>",
        _differences(
            (f"{group}: {NAMES.get(each.name, each.name)}", each)
            for group, found in sorted(comparison.by_group.items())
            for each in found
        ),
        *(_moved(word, moved) for word, moved in moves(comparison).items()),
    ]
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _settings(comparison: Comparison) -> str:
    rows = [("run", comparison.a.id, comparison.b.id), *comparison.settings]
    lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr><th>what differs</th><th>A</th><th>B</th></tr>{lines}</table>"


def _differences(rows: Iterable[tuple[str, Difference]]) -> str:
    listed = list(rows)
    edges = [abs(edge) for _, each in listed for edge in (each.low, each.high) if not math.isnan(edge)]
    widest = max(edges, default=0.0) or 1.0
    head = "".join(f"<th>{name}</th>" for name in ("figure", "A", "B", "B − A", "95 % interval", "", "n", ""))
    lines = "".join(_line(name, each, widest) for name, each in listed)
    return f"<table><tr>{head}</tr>{lines}</table>"


def _line(name: str, each: Difference, widest: float) -> str:
    numbers = (f"{each.before:.3f}", f"{each.after:.3f}", f"{each.change:+.3f}", f"{each.low:+.3f} … {each.high:+.3f}")
    cells = "".join(f'<td class="number">{number}</td>' for number in numbers)
    word = judged(each)
    return (
        f"<tr><td>{escape(name)}{' (lower is better)' if each.name in LOWER_IS_BETTER else ''}</td>{cells}"
        f'<td>{_bar(each, widest)}</td><td class="number">{each.n}</td>'
        f'<td class="{word if word in ("better", "worse") else "none"}">{word}</td></tr>'
    )


def _bar(each: Difference, widest: float) -> str:
    """The interval as a line, the difference as a dot, no difference as the middle."""
    if math.isnan(each.low):
        return ""
    low, at, high = (_WIDTH / 2 * (1 + value / widest) for value in (each.low, each.change, each.high))
    middle = _HEIGHT / 2
    return (
        f'<svg width="{_WIDTH}" height="{_HEIGHT}" role="img" aria-label="{each.change:+.3f}">'
        f'<line x1="{_WIDTH / 2}" x2="{_WIDTH / 2}" y1="0" y2="{_HEIGHT}" stroke="#9aa5b1"/>'
        f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{middle}" y2="{middle}" stroke="#2457a6" stroke-width="2"/>'
        f'<circle cx="{at:.1f}" cy="{middle}" r="4" fill="#2457a6"/></svg>'
    )


def _moved(word: str, moved: Sequence[Moved]) -> str:
    head = "".join(f"<th>{name}</th>" for name in ("case", "kind", "question", "A", "B"))
    lines = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in (m.id, m.kind, m.text, m.before, m.after))}</tr>"
        for m in moved
    )
    return f"<h2>{len(moved)} {word}</h2>\n<table><tr>{head}</tr>{lines}</table>"
