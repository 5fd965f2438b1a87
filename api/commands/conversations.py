"""`firstline report` and `firstline erase`: what became of conversations, and how one is forgotten."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from api.commands.options import DataOption, existing, settings_for

app = typer.Typer()


@app.command()
def report(
    data: DataOption = None,
    days: Annotated[int, typer.Option(min=1, max=3660, help="How many days back.")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="With the conversations behind every number.")] = False,
) -> None:
    """Deflection as honest bounds, with the rows behind each number."""
    from api import wiring
    from helpdesk.endings import settle
    from helpdesk.reports import deflection, deflection_json

    settings = existing(settings_for(data))
    store = wiring.open_storage(settings).store
    now = datetime.now(UTC)
    settle(store, now, wiring.idle_minutes(settings))
    row = deflection_json(deflection(store, now - timedelta(days=days), now))
    print(json.dumps(row, indent=1) if as_json else readable(row, days))


def readable(row: dict[str, object], days: int) -> str:
    return f"last {days} days\n" + json.dumps(row, indent=1)


@app.command()
def erase(
    email: Annotated[str, typer.Option("--email", help="The learner's e-mail address.")], data: DataOption = None
) -> None:
    """Remove everything stored of a learner and print a receipt. Nothing found: a receipt of zeros.

    `elsewhere` names what other systems were sent before: erase it there."""
    from api import wiring
    from helpdesk.retention import erase as forget

    receipt = forget(wiring.open_storage(existing(settings_for(data))).store, email)
    elsewhere = [asdict(each) for each in receipt.elsewhere]
    row = {"erased_at": receipt.erased_at.isoformat(), "removed": receipt.counts, "elsewhere": elsewhere}
    print(json.dumps(row))
