"""The application: routes, limits and headers around a service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import fastapi_offline
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from api import problems
from api.context import Context, make_limiters
from api.delivery import delivering
from api.housekeeping import keep_house
from api.limits import BodyLimit
from api.metrics import Metrics
from api.origins import SiteCors
from api.routes import (
    conversations,
    demo,
    desk,
    desk_actions,
    desk_team,
    events,
    health,
    help,
    outbox,
    signing_in,
    sites,
    tickets,
    widget,
    zendesk,
)
from api.wiring import Service
from bot.readiness import Readiness

STATIC = Path(__file__).parent / "static"
DOCS_ASSETS = Path(fastapi_offline.__file__).parent / "static"
DESCRIPTION = """First-line support that knows when it does not know. A learner's token belongs to one conversation;
agents sign in at `/desk`."""


def create_app(service: Service, *, demo_page: bool = False, housekeeping: bool = True) -> FastAPI:
    """The ASGI application over a wired service; what it does beside answering is off without `housekeeping`."""
    assistant = service.assistant
    context = Context(
        service,
        make_limiters(service.settings.limits),
        Metrics(),
        Readiness(assistant.shelf, assistant.retrieval, assistant.warm_up),
        demo_page,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(context.readiness.problem)
        if not housekeeping:
            yield
            return
        task = asyncio.create_task(keep_house(context))
        store, settings = service.storage.store, service.settings
        registry = context.metrics.registry
        with store.listening(), delivering(settings, store, service.desks, registry, work=settings.worker):
            yield
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    app = FastAPI(
        title="Firstline", version="1", description=DESCRIPTION, lifespan=lifespan, docs_url=None, redoc_url=None
    )
    app.state.context = context
    problems.install(app)
    app.add_middleware(BodyLimit, limit=service.settings.limits.body)
    app.add_middleware(SiteCors, sites=service.settings.sites)
    desks = (signing_in, desk, desk_actions, desk_team, outbox, zendesk)
    for routes in (conversations, events, sites, tickets, health, widget, help, *desks):
        app.include_router(routes.router)
    if demo_page:
        app.include_router(demo.router)
    app.mount("/static", StaticFiles(directory=STATIC))
    app.mount("/docs-assets", StaticFiles(directory=DOCS_ASSETS))
    app.add_api_route("/docs", _documentation, include_in_schema=False)
    return app


def _documentation() -> HTMLResponse:
    """The API documentation, from files on this machine alone."""
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Firstline API",
        swagger_js_url="/docs-assets/swagger-ui-bundle.js",
        swagger_css_url="/docs-assets/swagger-ui.css",
        swagger_favicon_url="/static/icon.svg",
    )
