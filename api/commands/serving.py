"""`firstline serve`: the service, and with `--demo` a page to try it on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.options import DataOption, say, settings_for
from bot.errors import FirstlineError
from bot.settings import Settings, Site

if TYPE_CHECKING:
    from api import wiring

app = typer.Typer()
DEMO_SUGGESTIONS: dict[str, tuple[str, ...]] = {
    "en": ("How do I get a refund?", "When do I get my certificate?", "I can't sign in"),
    "es": ("¿Cómo pido un reembolso?", "¿Cuándo recibo mi certificado?", "No puedo iniciar sesión"),
    "zh": ("怎么申请退款？", "什么时候能拿到证书？", "我登录不了"),
}


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8000,
    data: DataOption = None,
    demo: Annotated[bool, typer.Option("--demo", help="Show a demo page with the widget at /.")] = False,
    publish: Annotated[
        Path | None, typer.Option("--publish", help="Publish this folder first, if nothing is live yet.")
    ] = None,
) -> None:
    """Answer learners over HTTP. Stop it with Ctrl-C; nothing that was acknowledged is lost."""
    from api import logs, server, wiring

    logs.configure()
    settings = settings_for(data)
    listener = server.listen(host, port)
    base = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{listener.getsockname()[1]}"  # noqa: S104
    settings = with_demo_site(settings, listener.getsockname()[1]) if demo or not settings.sites else settings
    storage = wiring.open_storage(settings)
    encoders = wiring.make_encoders(settings)
    if publish is not None and storage.publications.live() is None:
        _publish(settings, storage, encoders, publish)
    service = wiring.make_service(settings, storage=storage, encoders=encoders)
    try:
        service.assistant.shelf.refresh(now=True)
    except FirstlineError as error:
        say(f"no question can be answered yet: {error}")
    say(f"Firstline is at {base}" + ("" if demo else "; put the widget on a page of an allowed origin"))
    if demo:
        if storage.agents.get("demo") is None:
            storage.agents.create("demo", "lead", name="Kim")
        say(f"Tickets (this link signs you in once): {base}/desk/login?token={storage.agents.login_link('demo')}")
    say(f"API documentation: {base}/docs")
    server.run(service, listener, demo_page=demo)


def with_demo_site(settings: Settings, port: int) -> Settings:
    """The site `demo`, allowed on this machine's own pages, beside those that are set."""
    origins = tuple(f"http://{name}:{port}" for name in ("127.0.0.1", "localhost"))
    site = Site(origins=origins, suggestions=DEMO_SUGGESTIONS)
    return settings.model_copy(update={"sites": {"demo": site} | settings.sites})


def _publish(settings: Settings, storage: "wiring.Storage", encoders: "wiring.Encoders", folder: Path) -> None:
    from api import wiring
    from api.commands.articles import summary_line
    from api.commands.options import progress_bar
    from ingestion.corpus import read_corpus

    say(f"Publishing {folder} (only the first time) …")
    publisher = wiring.make_publisher(settings, storage.publications, encoders.embedder)
    with progress_bar("embedding") as progress:
        say(summary_line(publisher.publish(read_corpus([folder]), progress=progress), dry_run=False))
