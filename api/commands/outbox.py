"""`firstline outbox`: what is owed to desks, and the dead letters."""

import json
from typing import Annotated, Literal

import typer

from api.commands.options import DataOption, existing, settings_for
from bot.errors import BadInput

app = typer.Typer(no_args_is_help=True)
Row = Annotated[str, typer.Argument(help="Id of the delivery, as 'outbox list' shows it.")]
State = Literal["pending", "waiting", "delivered", "dead", "dropped"]
ConnectorOption = Annotated[str | None, typer.Option("--connector", help="Those to this desk alone.")]


@app.command("list")
def list_deliveries(
    data: DataOption = None,
    state: Annotated[State | None, typer.Option(help="'waiting' is behind its ticket's dead letter.")] = None,
    connector: ConnectorOption = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Deliveries, newest first, with the reason where one fails or was given up."""
    from api import wiring
    from api.desks import desk_names
    from helpdesk.outbox import listed, outbox_json

    settings = settings_for(data)
    store = wiring.open_storage(existing(settings)).store
    for each in listed(store, desk_names(settings), state=state, connector=connector, limit=limit):
        row = outbox_json(each)
        plain = f"{row['id']} {row['state']:<9} {row['ticket']:<8} {row['kind']:<14} {row['connector']}"
        print(json.dumps(row) if as_json else f"{plain} {row['error'] or ''}".rstrip())


@app.command()
def retry(
    delivery: Annotated[str | None, typer.Argument(help="Id of the delivery.")] = None,
    data: DataOption = None,
    every: Annotated[bool, typer.Option("--all", help="Every dead letter.")] = False,
    connector: ConnectorOption = None,
) -> None:
    """Try again at once: a dead letter, or a delivery that waits for its next try."""
    from api import wiring
    from helpdesk import outbox

    if (delivery is None) is not every:
        raise BadInput("give the id of a delivery, or --all for every dead letter")
    store = wiring.open_storage(existing(settings_for(data))).store
    if delivery is not None:
        outbox.retry(store, delivery)
        print(f"{delivery} is tried again")
    else:
        print(f"{outbox.retry_dead(store, connector)} dead letters are tried again")


@app.command()
def drop(delivery: Row, data: DataOption = None) -> None:
    """Never deliver this dead letter; with a ticket's making, what followed of that ticket is dropped too."""
    from api import wiring
    from helpdesk import outbox

    outbox.drop(wiring.open_storage(existing(settings_for(data))).store, delivery, "the command line")
    print(f"{delivery} is dropped")
