"""Which pages may talk to the service: each site's allow-list, and the CORS headers that follow from it."""

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem
from bot.settings import Site

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
    "Access-Control-Max-Age": "600",
}


def check_origin(site: Site, origin: str | None) -> None:
    """A browser says where it is; an empty allow-list allows nobody, and programs without an origin are held by the
    limits, not by this."""
    if not site.origins or (origin is not None and origin not in site.origins):
        raise Problem(403, "this page is not allowed to use this site's assistant; add its origin to the settings")


class SiteCors:
    """CORS for the origins of all sites; never with credentials, so no cookie crosses."""

    def __init__(self, app: ASGIApp, sites: Mapping[str, Site]) -> None:
        self._app = app
        self._origins = {origin for site in sites.values() for origin in site.origins}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        origin = headers.get("origin")
        if origin is None:
            await self._app(scope, receive, send)
            return
        allowed = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"} if origin in self._origins else {}
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            extra = allowed | _PREFLIGHT if allowed else {}
            await Response(status_code=204 if allowed else 403, headers=extra)(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                for name, value in allowed.items():
                    out[name] = value
                if allowed:
                    out["Access-Control-Expose-Headers"] = "Retry-After"
            await send(message)

        await self._app(scope, receive, with_headers)
