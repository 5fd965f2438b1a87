"""The agents' pages: the queue, a ticket with its chat, an earlier conversation."""

import uuid
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field, model_validator

from api.agents import COOKIE, CurrentAgent
from api.articles import message_html
from api.context import Context, Here
from api.pages import desk_page, page
from api.reasons import reasons, title
from bot.models import Department, Priority
from helpdesk.desk import parse_number
from helpdesk.models import Agent, Case, Status
from helpdesk.queue import PAGE, Wanted

router = APIRouter(prefix="/desk", include_in_schema=False)
MOST_PAGES = 10_000


class QueueQuery(BaseModel):
    """The queue's form; what is left empty does not narrow it."""

    q: Annotated[str, Field(max_length=200)] = ""
    status: Status | Literal["not closed", "all"] = "not closed"
    department: Department | None = None
    priority: Priority | None = None
    assignee: Annotated[str, Field(max_length=200, description="me, nobody or a login")] = ""
    site: Annotated[str | None, Field(max_length=64)] = None
    waiting: bool = False
    page: Annotated[int, Field(ge=1, le=MOST_PAGES)] = 1

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, given: Any) -> Any:
        return {name: value for name, value in given.items() if value != ""} if isinstance(given, dict) else given

    def wanted(self, agent: Agent) -> Wanted:
        assignee = {"": None, "me": agent.login, "nobody": ""}.get(self.assignee, self.assignee)
        status = None if self.status == "all" else self.status
        return Wanted(status, self.department, self.priority, assignee, self.site, self.waiting, self.q)

    def address(self, **changes: Any) -> str:
        """Of the same list with some fields changed."""
        given = self.model_dump(mode="json", exclude_defaults=True) | changes
        return f"/desk?{urlencode(given)}" if given else "/desk"


VIEWS = (
    ("Open and in progress", QueueQuery()),
    ("Waiting for us", QueueQuery(waiting=True)),
    ("Mine", QueueQuery(assignee="me")),
    ("Nobody’s yet", QueueQuery(assignee="nobody")),
    ("Closed", QueueQuery(status=Status.CLOSED)),
)


@router.get("", response_class=HTMLResponse)
def tickets(request: Request, here: Here, query: Annotated[QueueQuery, Query()]) -> Response:
    """The queue; whoever is not signed in gets the sign-in form."""
    agent = here.service.storage.agents.agent_of(request.cookies.get(COOKIE, ""))
    if agent is None:
        return page("sign_in.html", problem=None, local=here.demo)
    found = here.service.desk.queue(query.wanted(agent), query.page)
    older = query.address(page=query.page + 1) if found.total > PAGE * query.page else None
    newer = query.address(page=query.page - 1) if query.page > 1 else None
    return desk_page(
        "tickets.html",
        agent,
        page=found,
        query=query,
        current=query.address(),
        views=[(name, view.address()) for name, view in VIEWS],
        older=older,
        newer=newer,
        title=title,
        others=[other.login for other in here.service.storage.agents.all() if other.login != agent.login],
        sites=sorted(here.settings.sites),
        **_choices(),
    )


@router.get("/tickets/{number}", response_class=HTMLResponse)
def ticket(number: str, here: Here, agent: CurrentAgent) -> HTMLResponse:
    """One ticket: who, why, what was said, what the bot thought, and everything an agent may do with it."""
    case = here.service.desk.open_case(parse_number(number))
    return desk_page(
        "ticket.html",
        agent,
        case=case,
        shown=message_html,
        reasons=reasons,
        title=title,
        articles=_articles(case),
        team=_team(here, case),
        fresh_id=uuid.uuid4().hex,
        **_choices(),
    )


@router.get("/conversations/{conversation_id}", response_class=HTMLResponse)
def conversation(conversation_id: str, here: Here, agent: CurrentAgent) -> HTMLResponse:
    """A conversation that may have no ticket, to read."""
    found, transcript = here.service.desk.conversation(conversation_id)
    return desk_page(
        "conversation.html",
        agent,
        conversation=found,
        transcript=transcript,
        shown=message_html,
        reasons=reasons,
    )


def _choices() -> dict[str, Any]:
    return {
        "statuses": [each.value for each in Status],
        "priorities": [each.value for each in Priority],
        "departments": [each.value for each in Department],
    }


def _articles(case: Case) -> list[tuple[str, str]]:
    """Address and title of what the bot cited or suggested, each once."""
    outcomes = [message.outcome for message in case.transcript if message.outcome]
    found = [each for outcome in outcomes for each in (*outcome["citations"], *outcome["suggestions"])]
    return list({each["url"]: each["title"] for each in found}.items())


def _team(here: Context, case: Case) -> list[str]:
    """Who may be assigned; also whoever is, though the account is gone."""
    logins = {agent.login for agent in here.service.storage.agents.all()}
    return sorted(logins | ({case.ticket.assignee} if case.ticket.assignee else set()))
