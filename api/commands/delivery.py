"""`firstline worker` and `firstline desk`: delivering tickets, and trying where they would go."""

import signal
import threading
from typing import Annotated

import typer

from api.commands.options import DataOption, say, settings_for
from bot.errors import BadInput

app = typer.Typer()
desk_app = typer.Typer(no_args_is_help=True)


@app.command()
def worker(data: DataOption = None) -> None:
    """Deliver tickets to their desks, apart from 'serve'; any number of workers may run. Stop it with Ctrl-C."""
    from prometheus_client import CollectorRegistry

    from api import logs, metrics, wiring
    from api.delivery import delivering
    from api.desks import make_desks

    logs.configure()
    settings = settings_for(data)
    desks = make_desks(settings)
    store = wiring.open_storage(settings).store
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    registry = CollectorRegistry()
    with delivering(settings, store, desks, registry, work=True):
        metrics.serve(settings.metrics_port, registry)
        say(f"Delivering to {', '.join(desks)}")
        stopped.wait()


@desk_app.callback()
def desk() -> None:
    """The desks that tickets are delivered to."""


@desk_app.command("test")
def try_desk(site: Annotated[str, typer.Argument(help="Site of the settings.")], data: DataOption = None) -> None:
    """Send a marked test ticket to the desk of a site and say what came back; nothing of it is stored here."""
    from api.desks import make_desks
    from bot.settings import Site
    from helpdesk.delivery import BUILT_IN
    from helpdesk.trial import trial

    settings = settings_for(data)
    desks = make_desks(settings)
    if site not in settings.sites:
        raise BadInput(f"there is no site '{site}'; the settings have {', '.join(settings.sites) or 'none'}")
    chosen: Site = settings.sites[site]
    if chosen.connector == BUILT_IN:
        print(f"site '{site}': its tickets stay at the built-in desk; there is nothing to send")
        return
    sent = trial(site)
    remote_id = desks[chosen.connector].create(sent)
    print(f"site '{site}': the desk '{chosen.connector}' took the test ticket {sent.ticket.external_id} as {remote_id}")
