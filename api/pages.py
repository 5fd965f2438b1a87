"""HTML pages from templates that escape everything, under a policy that lets nothing else in."""

from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from helpdesk.models import Agent

FOLDER = Path(__file__).parent / "pages"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
WITH_SCRIPTS = f"{POLICY}; script-src 'self'; connect-src 'self'"
_templates = Environment(
    loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def desk_page(template: str, agent: Agent, **values: Any) -> HTMLResponse:
    """For an agent who is signed in; with its script it stays up to date."""
    return page(template, policy=WITH_SCRIPTS, private=True, agent=agent, **values)


def page(
    template: str,
    *,
    status: int = 200,
    policy: str = POLICY,
    private: bool = False,
    **values: Any,
) -> HTMLResponse:
    """A rendered template with the headers that every page carries; a private one is kept in no cache."""
    html = _templates.get_template(template).render(**values)
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
    if private:
        headers["Cache-Control"] = "no-store"
    return HTMLResponse(html, status, headers)
