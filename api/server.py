"""Running the application: one uvicorn for the public, one small server for the metrics."""

import socket

import uvicorn

from api import metrics
from api.app import create_app
from api.context import Context
from api.wiring import Service
from bot.errors import BadInput

PATIENCE = 5
"""Seconds that open streams have left when the server is asked to stop; what they missed can be asked for again."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; BadInput where the port is taken or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(256)  # who comes while the models load waits, and is not turned away
    except (OSError, OverflowError) as error:
        listener.close()
        raise BadInput(f"cannot listen on {host}:{port} ({error}); choose another --port or --host") from error
    return listener


def run(service: Service, listener: socket.socket, *, demo_page: bool) -> None:
    """Serve until stopped."""
    app = create_app(service, demo_page=demo_page)
    context: Context = app.state.context
    context.metrics.index_version.set_function(lambda: service.storage.publications.live() or 0)
    metrics.serve(context.settings.metrics_port, context.metrics.registry)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=PATIENCE,
    )
    uvicorn.Server(config).run([listener])
