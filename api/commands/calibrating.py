"""`firstline calibrate`: confidence measured with labelled questions of this help center."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from api.commands.options import DataOption, progress_bar, say, settings_for
from bot.errors import BadInput, NotFound

app = typer.Typer()


@app.command()
def calibrate(
    labels: Annotated[
        Path | None, typer.Option(help="JSON lines with id, text, optionally turns, and settled_by (article ids).")
    ] = None,
    show: Annotated[bool, typer.Option("--report", help="Show what the live version's questions say.")] = False,
    html: Annotated[Path | None, typer.Option(help="With --report: write it as one page here.")] = None,
    data: DataOption = None,
) -> None:
    """Measure confidence on the live index version, so that target_error_rate is kept and not only estimated."""
    if labels is None and not show:
        raise BadInput("give --labels FILE.jsonl to measure, --report to look at what was measured, or both")
    if html is not None and not show:
        raise BadInput("--html is a form of the report; add --report")
    from api import wiring
    from bot.assistant import unmeasured
    from bot.prior import load_prior
    from evals.asking import of_dataset
    from evals.configuration import git_revision, models_of, settings_of
    from evals.dataset import Dataset
    from evals.labels import NAME, decided, labels_of, read_labels
    from evals.report.calibration import Report, as_page, as_text
    from evals.running import run as ask
    from evals.store import load, save

    settings = settings_for(data)
    publications = wiring.open_storage(settings).publications
    measurements = wiring.make_measurements(settings, load_prior())
    if labels is not None:
        assistant = replace(wiring.make_assistant(settings, publications=publications), measured=unmeasured)
        with closing(assistant.shelf), assistant.shelf.library() as library:
            questions = read_labels(labels, {article.id for article in library.articles})
            with progress_bar("asking") as progress:
                found = ask(
                    assistant,
                    NAME,
                    of_dataset(Dataset(NAME, labels, questions)),
                    settings=settings_of(settings, assistant, labels),
                    models=models_of(settings, assistant),
                    git_revision=git_revision(),
                    progress=progress,
                )
            save(settings.data, found)
            counted = decided(found.results)
            measurements.keep(library.version, found.id, labels_of(counted))
        if apart := len(questions) - len(counted):
            say(f"{apart} of {len(questions)} questions are small talk or for a person and are not counted")
    live = publications.live()
    run = measurements.run(live) if live is not None else ""
    if not run:
        raise NotFound("nothing was measured on the live version; do it with 'firstline calibrate --labels FILE.jsonl'")
    found = load(settings.data, run)
    report = Report(run, decided(found.results), settings.target_error_rate)
    print(as_text(report) if show else report.verdict())
    if html is not None:
        html.write_text(as_page(report), encoding="utf-8")
        say(f"written to {html}")
