"""`firstline versions`: what was published, and the way back."""

import json
from typing import Annotated

import typer

from api.commands.options import DataOption, settings_for
from bot.errors import BadInput

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_versions(
    data: DataOption = None, as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False
) -> None:
    """The index versions that are kept, newest first."""
    from api import wiring

    for record in wiring.open_storage(settings_for(data)).publications.history():
        if as_json:
            row = {"version": record.version, "created_at": record.created_at.isoformat(), "articles": record.articles}
            print(json.dumps(row | {"chunks": record.chunks, "embedder": record.embedder, "live": record.live}))
        else:
            mark = "live" if record.live else "    "
            print(f"{record.version:>5} {mark} {record.created_at:%Y-%m-%d %H:%M} {record.articles} articles")


@app.command()
def rollback(
    version: Annotated[int | None, typer.Argument(help="Default: the one before the live one.")] = None,
    data: DataOption = None,
) -> None:
    """Make an earlier version live again. Deleted articles stay deleted."""
    from api import wiring

    publications = wiring.open_storage(settings_for(data)).publications
    records = publications.history()
    live = publications.live()
    earlier = next((r.version for r in records if live is not None and r.version < live), None)
    target = earlier if version is None else version
    if target is None:
        raise BadInput("there is no earlier version to go back to")
    if target not in {record.version for record in records}:
        known = ", ".join(str(record.version) for record in records) or "none"
        raise BadInput(f"version {target} is not kept; known versions: {known}")
    with publications.publishing():
        publications.point_at(target)
    print(f"version {target} is live")


@app.command()
def prune(
    keep: Annotated[int, typer.Option(min=1, help="Versions to keep, the live one included.")] = 1,
    data: DataOption = None,
) -> None:
    """Remove old versions with every byte of theirs. One that a server still reads is left for the next time."""
    from api import wiring
    from ingestion.pruning import prune as remove

    settings = settings_for(data)
    removed = remove(settings.data, wiring.open_storage(settings).publications, keep)
    print(f"removed {', '.join(map(str, removed))}" if removed else "nothing to remove")
