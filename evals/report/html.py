"""The run as one page that needs nothing beside it: no script, no picture elsewhere, no network."""

from evals.figures import Figure
from evals.metrics.speed import speed
from evals.report.markup import document, table, tag, text
from evals.report.pictures import confusion_picture, histogram_picture, reliability_picture, risk_coverage_picture
from evals.report.sheet import PARTS, Sheet
from evals.report.table import KIND_COLUMNS
from evals.report.words import (
    ERRORS_HIDDEN,
    REFUSES_ALL,
    SECTIONS,
    cells,
    interval,
    judged,
    misses_target,
    refuses_all,
    silent_languages,
    written,
)
from evals.report.worst import worst_cases
from evals.results import Run

FEWEST = 5
"""A tag with fewer questions than this is left out of the page."""


def page(sheet: Sheet) -> str:
    run, figures, languages = sheet.run, sheet.figures, sheet.languages
    pictures = (risk_coverage_picture, reliability_picture, histogram_picture, confusion_picture)
    body = (
        tag("h1", text(f"Firstline's answers to {run.dataset}"))
        + _about(run)
        + _alarms(run, figures, languages)
        + tag("h2", "Figures")
        + _main(figures, languages)
        + tag("h2", "Pictures")
        + tag("div", "".join(picture(run.results) for picture in pictures), class_="pictures")
        + tag("h2", "Worst cases")
        + worst_cases(run.results)
        + tag("h2", "By kind, split and tag")
        + "".join(_parts(part, sheet.parts[part]) for part in PARTS[1:])
        + tag("h2", "A person, by topic")
        + _topics("Required and got", sheet.recall_by_topic)
        + _topics("False alarms", sheet.alarms_by_topic)
        + _ragas(sheet)
        + tag("h2", "Speed")
        + _speed(run)
        + tag("h2", "Configuration")
        + table("Settings", ["setting", "value"], [[name, str(value)] for name, value in run.settings.items()])
    )
    return document(f"Firstline eval {run.id}", body)


def _about(run: Run) -> str:
    models = ", ".join(f"{name} {model}" for name, model in run.models.items())
    words = (
        f"Run {run.id}, {run.created_at}: {len(run.results)} questions, index version {run.index_version}, code "
        f"{run.git_revision or 'unknown'}; {models}; target error rate {run.settings.get('target_error_rate', '-')}. "
        "All figures come from this one configuration on one index. Intervals hold 95 % of a seeded bootstrap's "
        "values, or are exact where all questions agree."
    )
    return tag("p", text(words))


def _alarms(run: Run, figures: dict[str, Figure], languages: dict[str, dict[str, Figure]]) -> str:
    if refuses_all(figures):
        return tag("p", text(f"{REFUSES_ALL} {ERRORS_HIDDEN}"), class_="alarm")
    sentences = (silent_languages(languages), misses_target(run, figures))
    return "".join(tag("p", text(each), class_="alarm") for each in sentences if each)


def _main(figures: dict[str, Figure], languages: dict[str, dict[str, Figure]]) -> str:
    rows: list[list[str]] = []
    for section, names in SECTIONS.items():
        shown = [name for name in names if name in figures or name == "wrong_among_answered"]
        rows += [[section]] if shown else []
        for name in shown:
            by_language = (_cell(each.get(name)) for each in languages.values())
            rows.append([names[name], *cells(name, figures), *by_language])
    return table("All questions, and by language", ["figure", "value", "95 % interval", "n", *languages], rows)


def _parts(part: str, groups: dict[str, dict[str, Figure]]) -> str:
    rows = [
        [group or "(none)", *(_cell(figures.get(name)) for name in KIND_COLUMNS)]
        for group, figures in groups.items()
        if part != "tag" or figures["as_expected"].n >= FEWEST
    ]
    return table(f"By {part}: value [95 % interval] (n)", [part, *KIND_COLUMNS.values()], rows) if rows else ""


def _topics(caption: str, found: dict[tuple[str, str], Figure]) -> str:
    rows = [[f"{topic}, {language}", _cell(figure)] for (topic, language), figure in found.items()]
    return table(f"{caption}: value [95 % interval] (n)", ["topic", "value"], rows) if rows else ""


def _ragas(sheet: Sheet) -> str:
    rows = [[name, written(each), interval(each), str(each.n)] for name, each in sheet.ragas.items()]
    whole = table("ragas, without a model", ["figure", "value", "95 % interval", "n"], rows) if rows else ""
    if sheet.judgement:
        whole += "".join(tag("p", text(line)) for line in judged(sheet.judgement))
    return tag("h2", "ragas") + whole if whole else ""


def _speed(run: Run) -> str:
    rows = [[name, f"{stage.p50:.1f}", f"{stage.p95:.1f}", str(stage.n)] for name, stage in speed(run.results).items()]
    return table("Milliseconds in process on the machine of this run", ["stage", "p50", "p95", "n"], rows)


def _cell(figure: Figure | None) -> str:
    return "-" if figure is None else f"{written(figure)} [{interval(figure, 2)}] ({figure.n})"
