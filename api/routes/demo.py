"""A page as a customer's would be, with the widget in it; only `firstline serve --demo` shows it."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.context import Here
from api.pages import WITH_SCRIPTS, page
from api.problems import Problem
from bot.language import base

router = APIRouter(include_in_schema=False)
AGENT = "demo"
LOOPBACK = {"127.0.0.1", "::1"}


@router.get("/", response_class=HTMLResponse)
def demo(here: Here, locale: str = "en") -> HTMLResponse:
    site = here.site("demo")
    return page("demo.html", policy=WITH_SCRIPTS, language=base(locale), site=site)


@router.post("/demo/desk")
def open_desk(request: Request, here: Here) -> Response:
    """Make a one-time login link and follow it. Only for somebody at this very machine, without a proxy between,
    on a page of our own: the page itself holds no key."""
    origin = request.headers.get("origin", "")
    local = request.client is not None and request.client.host in LOOPBACK
    if not local or "x-forwarded-for" in request.headers or origin not in here.site("demo").origins:
        raise Problem(403, "this works only on the machine that runs Firstline; use 'firstline agents link'")
    return RedirectResponse(f"/desk/login?token={here.service.storage.agents.login_link(AGENT)}", 303)
