"""Signing in to the desk and out of it."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.agents import COOKIE, CurrentAgent, refuse_other_pages, remember
from api.context import Address, Here
from api.pages import page
from helpdesk.accounts import SignInRefused

log = structlog.get_logger()
router = APIRouter(prefix="/desk", include_in_schema=False)


@router.get("/login", response_class=HTMLResponse)
def follow_link(token: str, here: Here, address: Address) -> Response:
    """A one-time link signs in and leaves its token behind."""
    here.limiters.logins.check(address, "sign-in attempts")
    try:
        session = here.service.storage.agents.redeem(token)
    except SignInRefused as error:
        return page("sign_in.html", status=401, problem=str(error), local=here.demo)
    return _into_the_desk(session, here)


@router.post("/login", response_class=HTMLResponse)
def sign_in(
    request: Request,
    login: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=200)],
    here: Here,
    address: Address,
) -> Response:
    refuse_other_pages(request)
    here.limiters.logins.check(address, "sign-in attempts")
    try:
        session = here.service.storage.agents.sign_in(login, password)
    except SignInRefused as error:
        return page("sign_in.html", status=401, problem=str(error), local=here.demo)
    return _into_the_desk(session, here)


def _into_the_desk(session: str, here: Here) -> Response:
    """A page of our own follows, not a redirect: a strict cookie is not sent with what another site led to."""
    agent = here.service.storage.agents.agent_of(session)
    log.info("agent_signed_in", agent=agent and agent.login)
    response = page("signed_in.html", private=True)
    remember(response, session, here.settings)
    return response


@router.post("/logout")
def sign_out(request: Request, here: Here, _: CurrentAgent) -> Response:
    here.service.storage.agents.sign_out(request.cookies.get(COOKIE, ""))
    response = RedirectResponse("/desk", 303)
    response.delete_cookie(COOKIE, path="/")
    return response
