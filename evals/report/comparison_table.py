"""A comparison in the terminal."""

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evals.compare import Comparison, Moved
from evals.paired import Difference
from evals.report.words import NAMES
from evals.words import short

WIDTH = 120
MOST_NAMED = 40


def print_comparison(comparison: Comparison, console: Console | None = None) -> None:
    """On standard output, at a fixed width where that is no terminal."""
    console = console or Console(file=sys.stdout, width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    console.print(escape(heading(comparison)))
    for name, a, b in comparison.settings:
        console.print(escape(f"  {name}: {short(a)} -> {short(b)}"), soft_wrap=True)
    console.print(_table("Figures", comparison.differences))
    for group in ("language", "split", "kind"):
        rows = {name: found for name, found in comparison.by_group.items() if name.startswith(f"{group} ")}
        console.print(_groups(group, rows))
    for word, moved in moves(comparison).items():
        console.print(f"{len(moved)} {word}")
        for each in moved[:MOST_NAMED]:
            console.print(escape(f"  {sentence(each)}"), soft_wrap=True)
        if len(moved) > MOST_NAMED:
            console.print(f"  … and {len(moved) - MOST_NAMED} more; --html and --json have them all")


def moves(comparison: Comparison) -> dict[str, tuple[Moved, ...]]:
    """The lists of questions that went another way, by what they are called."""
    return {
        "won": comparison.won,
        "lost": comparison.lost,
        "answered wrongly now, not answered before": comparison.misled,
    }


def heading(comparison: Comparison) -> str:
    alone = "".join(
        f", {count} only in {name}" for name, count in (("A", comparison.only_a), ("B", comparison.only_b)) if count
    )
    return "\n".join(
        (
            f"A {comparison.a.id} ({comparison.a.created_at[:16]})",
            f"B {comparison.b.id} ({comparison.b.created_at[:16]})",
            f"{comparison.questions} questions of {comparison.a.dataset} in both{alone}",
        )
    )


def sentence(moved: Moved) -> str:
    return f"{moved.id} “{short(moved.text, 60)}”: {moved.before} -> {moved.after}"


def judged(each: Difference) -> str:
    """Better or worse, where chance alone does not explain it."""
    if not each.clear:
        return "no clear difference"
    return "worse" if each.worse_by > 0 else "better"


def _table(title: str, differences: Sequence[Difference]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("figure")
    for name in ("A", "B", "B - A", "95 % interval", "n"):
        table.add_column(name, justify="right")
    table.add_column("")
    for each in differences:
        interval = f"{each.low:+.3f} … {each.high:+.3f}"
        numbers = (f"{each.before:.3f}", f"{each.after:.3f}", f"{each.change:+.3f}", interval, str(each.n))
        table.add_row(NAMES.get(each.name, each.name), *numbers, judged(each))
    return table


def _groups(group: str, rows: dict[str, Sequence[Difference]] | dict[str, tuple[Difference, ...]]) -> Table:
    table = Table(title=f"By {group}: B - A [95 % interval] (n)", title_justify="left")
    table.add_column(group)
    names = ("as_expected", "coverage", "wrong_among_answered")
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    for row, differences in sorted(rows.items()):
        found = {each.name: each for each in differences}
        table.add_row(escape(row.removeprefix(f"{group} ") or "(none)"), *(_cell(found.get(name)) for name in names))
    return table


def _cell(each: Difference | None) -> str:
    return "-" if each is None else escape(f"{each.change:+.3f} [{each.low:+.3f}, {each.high:+.3f}] ({each.n})")
