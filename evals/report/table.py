"""The run in the terminal."""

import sys

from rich.console import Console
from rich.table import Table

from evals.figures import Figure
from evals.metrics.outcome_confusion import OUTCOMES, outcome_confusion
from evals.metrics.speed import speed
from evals.report.sheet import Sheet
from evals.report.words import (
    ERRORS_HIDDEN,
    REFUSES_ALL,
    SECTIONS,
    cells,
    digits_of,
    interval,
    judged,
    misses_target,
    refuses_all,
    silent_languages,
    written,
)
from evals.results import Result, Run
from evals.words import short, told

WIDTH = 120
FEW = 20
"""Up to so many questions, each is shown with what became of it."""
KIND_COLUMNS = {
    "as_expected": "as expected",
    "coverage": "coverage",
    "wrong_among_answered": "wrong/answered",
    "hit_at_1": "hit@1",
    "hit_at_5": "hit@5",
    "key_facts": "key facts",
}


def print_sheet(sheet: Sheet, console: Console | None = None) -> None:
    """On standard output, at a fixed width where that is no terminal."""
    console = console or Console(file=sys.stdout, width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    run, figures = sheet.run, sheet.figures
    console.print(_heading(run))
    if len(run.results) <= FEW:
        console.print("\n".join(map(each_case, run.results)), markup=False)
    console.print(main_table(figures, sheet.languages))
    console.print(parts_table("kind", sheet.parts["kind"]))
    if set(sheet.parts["split"]) - {""}:
        console.print(parts_table("split", sheet.parts["split"]))
    console.print(confusion_table(run))
    for title, topics in (
        ("Required, by topic", sheet.recall_by_topic),
        ("False alarms, by topic", sheet.alarms_by_topic),
    ):
        if topics:
            console.print(topic_table(title, topics))
    if sheet.ragas:
        console.print(ragas_table(sheet.ragas))
    if sheet.judgement:
        console.print("\n".join(judged(sheet.judgement)), markup=False)
    console.print(_speed_line(run))
    if refuses_all(figures):
        console.print(f"{REFUSES_ALL} {ERRORS_HIDDEN}", style="bold red")
        return
    for sentence in (silent_languages(sheet.languages), misses_target(run, figures)):
        if sentence:
            console.print(sentence, style="bold red", markup=False)


def main_table(figures: dict[str, Figure], languages: dict[str, dict[str, Figure]]) -> Table:
    """Every figure with n and interval, then its value by language."""
    table = _table("All questions, and by language", "figure", "value", "95 % interval", "n", *languages)
    for section, names in SECTIONS.items():
        if not any(name in figures for name in names):
            continue
        table.add_row(section, style="bold")
        for name, words in names.items():
            if name in figures or name == "wrong_among_answered":
                table.add_row(*_row(name, words, figures, languages))
    return table


def parts_table(part: str, groups: dict[str, dict[str, Figure]]) -> Table:
    """The most telling figures of each part, n beside them."""
    table = _table(f"By {part}: value (n)", part, *KIND_COLUMNS.values())
    for group, figures in groups.items():
        table.add_row(group or "(none)", *(_with_n(figures.get(name)) for name in KIND_COLUMNS))
    return table


def confusion_table(run: Run) -> Table:
    counts = outcome_confusion(run.results)
    title = "Expected (rows) and what came of it (columns); an answer from a wrong article counts as answer here"
    table = _table(title, "expected", *OUTCOMES)
    for expected in OUTCOMES:
        if any(counts[expected, got] for got in OUTCOMES):
            table.add_row(expected, *(str(counts[expected, got] or "·") for got in OUTCOMES))
    return table


def topic_table(title: str, found: dict[tuple[str, str], Figure]) -> Table:
    languages = sorted({language for _, language in found})
    table = _table(f"{title}: value [95 % interval] (n)", "topic", *languages)
    for topic in sorted({topic for topic, _ in found}):
        table.add_row(topic, *(_whole(found.get((topic, language))) for language in languages))
    return table


def ragas_table(figures: dict[str, Figure]) -> Table:
    table = _table("ragas, without a model", "figure", "value", "95 % interval", "n")
    for name, figure in figures.items():
        table.add_row(name, written(figure), interval(figure), str(figure.n))
    return table


def _table(title: str, first: str, *others: str) -> Table:
    """Of words in the first column and figures in the others."""
    table = Table(title=title, title_justify="left")
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def each_case(result: Result) -> str:
    verdict = "as expected" if result.as_expected else "NOT as expected"
    return (
        f"{result.id} “{short(result.text)}”: {told(result)}, {verdict}\n    {short(str(result.outcome['text']), 300)}"
    )


def _heading(run: Run) -> str:
    models = ", ".join(f"{name} {model}" for name, model in run.models.items())
    return (
        f"run {run.id}: {run.dataset}, {len(run.results)} questions, index version {run.index_version}, "
        f"code {run.git_revision or 'unknown'}\n"
        f"{models}, target error rate {run.settings.get('target_error_rate', '-')}"
    )


def _row(name: str, words: str, figures: dict[str, Figure], languages: dict[str, dict[str, Figure]]) -> tuple[str, ...]:
    by_language = (written(each.get(name), digits_of(name)) for each in languages.values())
    return (f"  {words}", *cells(name, figures), *by_language)


def _with_n(figure: Figure | None) -> str:
    return "-" if figure is None else f"{written(figure)} ({figure.n})"


def _whole(figure: Figure | None) -> str:
    return "-" if figure is None else f"{written(figure, 2)} [{interval(figure, 2)}] ({figure.n})".replace("[", "\\[")


def _speed_line(run: Run) -> str:
    stages = speed(run.results)
    return "milliseconds, p50 (p95): " + ", ".join(
        f"{name} {stage.p50:.1f} ({stage.p95:.1f})" for name, stage in stages.items()
    )
