"""The agent behind a request: a session cookie that scripts cannot read and other pages cannot send."""

from typing import Annotated

from fastapi import Depends, Request, Response

from api.context import Here
from api.problems import Problem
from bot.settings import Settings
from helpdesk.models import Agent

COOKIE = "firstline_agent"


def signed_in(request: Request, here: Here) -> Agent:
    """Raises a 401 for everybody else, and a 403 for a change that another page asks for."""
    agent = here.service.storage.agents.agent_of(request.cookies.get(COOKIE, ""))
    if agent is None:
        raise Problem(401, "please sign in at /desk first")
    if request.method != "GET":
        refuse_other_pages(request)
    return agent


def refuse_other_pages(request: Request) -> None:
    """A browser says which page a form comes from; it must be one of ours."""
    origin = request.headers.get("origin")
    if origin is not None and origin.split("://")[-1] != request.headers.get("host"):
        raise Problem(403, "this form was sent from another page")


CurrentAgent = Annotated[Agent, Depends(signed_in)]


def lead(agent: CurrentAgent) -> Agent:
    """Raises a 403 for every other agent."""
    if agent.role != "lead":
        raise Problem(403, "only a lead may do this")
    return agent


Lead = Annotated[Agent, Depends(lead)]


def remember(response: Response, token: str, settings: Settings) -> None:
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=settings.secure_cookies, path="/")
