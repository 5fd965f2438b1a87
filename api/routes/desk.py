"""The agents' pages: sign in, the list of tickets, a ticket with its chat. Plain for now, and usable."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.agents import COOKIE, CurrentAgent, refuse_other_pages, remember
from api.articles import message_html
from api.context import Address, Here
from api.pages import page as render_page
from helpdesk.accounts import SignInRefused
from helpdesk.desk import LARGEST_NUMBER, parse_number
from helpdesk.models import Status

router = APIRouter(prefix="/desk", include_in_schema=False)


@router.get("", response_class=HTMLResponse)
def tickets(
    request: Request,
    here: Here,
    status: Status | None = None,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_NUMBER)] = None,
) -> Response:
    """The tickets, newest first; whoever is not signed in gets the sign-in form."""
    agent = here.service.storage.agents.agent_of(request.cookies.get(COOKIE, ""))
    if agent is None:
        return render_page("sign_in.html", problem=None, local=here.demo)
    page = here.service.desk.page(status=status, before=before)
    return render_page("tickets.html", private=True, agent=agent, page=page, chosen=status, statuses=list(Status))


@router.get("/login", response_class=HTMLResponse)
def follow_link(token: str, here: Here, address: Address) -> Response:
    """A one-time link signs in and leaves its token behind."""
    here.limiters.logins.check(address, "sign-in attempts")
    try:
        session = here.service.storage.agents.redeem(token)
    except SignInRefused as error:
        return render_page("sign_in.html", status=401, problem=str(error), local=here.demo)
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
        return render_page("sign_in.html", status=401, problem=str(error), local=here.demo)
    return _into_the_desk(session, here)


def _into_the_desk(session: str, here: Here) -> Response:
    """A page of our own follows, not a redirect: a strict cookie is not sent with what another site led to."""
    response = render_page("signed_in.html", private=True)
    remember(response, session, here.settings)
    return response


@router.post("/logout")
def sign_out(request: Request, here: Here, _: CurrentAgent) -> Response:
    here.service.storage.agents.sign_out(request.cookies.get(COOKIE, ""))
    response = RedirectResponse("/desk", 303)
    response.delete_cookie(COOKIE, path="/")
    return response


@router.get("/tickets/{number}", response_class=HTMLResponse)
def ticket(number: str, here: Here, agent: CurrentAgent) -> HTMLResponse:
    """One ticket: who, why, what was said, and from which articles the bot answered."""
    case = here.service.desk.open_case(parse_number(number))
    return render_page(
        "ticket.html",
        private=True,
        agent=agent,
        case=case,
        ticket=case.ticket,
        shown=message_html,
        statuses=list(Status),
    )


@router.post("/tickets/{number}/status")
def change_status(number: str, status: Annotated[Status, Form()], here: Here, agent: CurrentAgent) -> RedirectResponse:
    changed = here.service.desk.change_status(parse_number(number), status, agent.login)
    return RedirectResponse(f"/desk/tickets/{changed.label}", 303)
