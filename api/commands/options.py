"""Options that commands share, and how progress is shown."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.errors import BadInput
from bot.settings import Settings, load_settings
from ingestion.draft import Progress, no_progress

DataOption = Annotated[
    Path | None, typer.Option("--data", help="Folder of the database and the index. Default: setting FIRSTLINE_DATA.")
]


def settings_for(data: Path | None) -> Settings:
    return load_settings(data=data)


def existing(settings: Settings) -> Settings:
    """The settings, where their data folder was ever written to; raises BadInput for what is likely a typing error."""
    if not settings.database and not settings.data.is_dir():
        raise BadInput(f"{settings.data}: there is no such data folder; check --data, or publish into it first")
    return settings


def say(text: str) -> None:
    """A word to the person at the terminal; results go to standard output instead."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def progress_bar(label: str) -> Iterator[Progress]:
    """A bar on standard error when that is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, all_: bar.update(task, completed=done, total=all_)
