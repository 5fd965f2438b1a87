"""`firstline mail`: the mailboxes that answers are read from."""

from typing import Annotated

import typer

from api.commands.options import DataOption, settings_for
from bot.errors import BadInput

app = typer.Typer(no_args_is_help=True)


@app.callback()
def mail() -> None:
    """The mailboxes that answers are read from."""


@app.command()
def poll(desk: Annotated[str, typer.Argument(help="E-mail desk of the settings.")], data: DataOption = None) -> None:
    """Read a mailbox once, now, and say what became of each mail; what it says is not shown."""
    from api import wiring
    from api.mail import make_mailboxes
    from helpdesk.connectors.email_news import Heard
    from helpdesk.models import ticket_label

    def show(heard: Heard) -> None:
        ticket = "no ticket" if heard.ticket is None else ticket_label(heard.ticket)
        print(f"mail {heard.uid}: {heard.what.replace('_', ' ')} ({ticket})")

    settings = settings_for(data)
    named = settings.desks.get(desk)
    if named is None or named.kind != "email" or not named.imap_host:
        raise BadInput(f"there is no e-mail desk '{desk}' with an 'imap_host' in the settings")
    make_mailboxes(settings, wiring.open_storage(settings).store, show)[desk].poll()
    print(f"desk '{desk}': the mailbox is read")
