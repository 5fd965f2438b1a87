"""Agents' accounts and the audit, for leads; and everybody's own name and password."""

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.agents import CurrentAgent, CurrentLead
from api.context import Context, Here
from api.pages import desk_page
from bot.errors import BadInput
from helpdesk.desk import LARGEST_NUMBER, parse_number
from helpdesk.models import Agent

log = structlog.get_logger()
router = APIRouter(prefix="/desk", include_in_schema=False)
Name = Annotated[str, Form(max_length=200)]
Role = Annotated[Literal["agent", "lead"], Form()]
AUDIT_PAGE = 100


@router.get("/me", response_class=HTMLResponse)
def me(agent: CurrentAgent) -> HTMLResponse:
    return desk_page("me.html", agent)


@router.post("/me/name")
def rename_me(here: Here, agent: CurrentAgent, name: Name = "") -> RedirectResponse:
    here.service.storage.agents.set_name(agent.login, name)
    return RedirectResponse("/desk/me", 303)


@router.post("/me/password")
def change_password(here: Here, agent: CurrentAgent, password: Annotated[str, Form(max_length=200)]) -> Response:
    here.service.storage.agents.set_password(agent.login, password)
    return RedirectResponse("/desk", 303)


@router.get("/agents", response_class=HTMLResponse)
def team(here: Here, lead: CurrentLead) -> HTMLResponse:
    return _team_page(here, lead)


@router.post("/agents", response_class=HTMLResponse)
def add(
    request: Request, here: Here, lead: CurrentLead, login: Name, role: Role = "agent", name: Name = ""
) -> HTMLResponse:
    """The new agent signs in with a link first, and sets a password then."""
    made = here.service.storage.agents.create(login, role, name=name)
    log.info("agent_added", agent=made.login, by=lead.login)
    return _with_link(request, here, lead, made.login)


@router.post("/agents/{login}")
def change(login: str, here: Here, lead: CurrentLead, role: Role, name: Name = "") -> RedirectResponse:
    if login == lead.login and role != "lead":
        raise BadInput("you are a lead and cannot take that from yourself; another lead can")
    here.service.storage.agents.set_name(login, name)
    here.service.storage.agents.set_role(login, role)
    log.info("agent_changed", agent=login, role=role, by=lead.login)
    return RedirectResponse("/desk/agents", 303)


@router.post("/agents/{login}/link", response_class=HTMLResponse)
def link(login: str, request: Request, here: Here, lead: CurrentLead) -> HTMLResponse:
    return _with_link(request, here, lead, login)


@router.post("/agents/{login}/remove")
def remove(login: str, here: Here, lead: CurrentLead) -> RedirectResponse:
    if login == lead.login:
        raise BadInput("you cannot remove yourself; another lead can")
    here.service.takeover.release_all_of(login, lead.login)
    here.service.storage.agents.remove(login)
    log.info("agent_removed", agent=login, by=lead.login)
    return RedirectResponse("/desk/agents", 303)


@router.get("/audit", response_class=HTMLResponse)
def audit(
    here: Here,
    lead: CurrentLead,
    ticket: Annotated[str, Query(max_length=40)] = "",
    actor: Annotated[str, Query(max_length=200)] = "",
    before: Annotated[int | None, Query(ge=1, le=LARGEST_NUMBER)] = None,
) -> HTMLResponse:
    """Who did what to tickets, newest first."""
    number = parse_number(ticket) if ticket.strip() else None
    entries = here.service.desk.audit(number=number, actor=actor.strip() or None, before=before)
    older = None
    if len(entries) == AUDIT_PAGE:
        older = f"/desk/audit?{urlencode({'ticket': ticket, 'actor': actor, 'before': entries[-1].id})}"
    values: dict[str, Any] = {"entries": entries, "ticket": ticket, "actor": actor, "older": older}
    return desk_page("audit.html", lead, **values)


def _with_link(request: Request, here: Context, lead: Agent, login: str) -> HTMLResponse:
    token = here.service.storage.agents.login_link(login)
    return _team_page(here, lead, linked=login, link=f"{request.base_url}desk/login?token={token}")


def _team_page(here: Context, lead: Agent, linked: str | None = None, link: str | None = None) -> HTMLResponse:
    values: dict[str, Any] = {"team": here.service.storage.agents.all(), "linked": linked, "link": link}
    return desk_page("agents.html", lead, **values)
