"""Tickets and reports for those who are signed in."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api import render
from api.agents import CurrentAgent
from api.context import Here
from api.schemas import StatusChange, TicketList, TicketOut, TicketWithTranscript, errors
from api.wiring import idle_minutes
from helpdesk.desk import LARGEST_NUMBER, parse_number
from helpdesk.endings import settle
from helpdesk.models import Status
from helpdesk.reports import deflection, deflection_json

router = APIRouter(prefix="/v1", responses=errors(401, 422))


@router.get("/tickets", tags=["tickets"])
def list_tickets(
    here: Here,
    _: CurrentAgent,
    status: Status | None = None,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_NUMBER, description="Numbers below this one")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> TicketList:
    """Newest first, a page at a time."""
    page = here.service.desk.page(status=status, before=before, limit=limit)
    return TicketList(tickets=[render.ticket(found) for found in page.tickets], next_before=page.next_before)


@router.get("/tickets/{number}", tags=["tickets"], responses=errors(404))
def read_ticket(number: str, here: Here, _: CurrentAgent) -> TicketWithTranscript:
    """One ticket with the whole chat."""
    case = here.service.desk.open_case(parse_number(number))
    turns = [render.turn(message) for message in case.transcript]
    return TicketWithTranscript(**render.ticket(case.ticket).model_dump(), transcript=turns)


@router.post("/tickets/{number}/status", tags=["tickets"], responses=errors(400, 403, 404))
def change_status(number: str, change: StatusChange, here: Here, agent: CurrentAgent) -> TicketOut:
    """Open, In progress or Closed; the history says who did it."""
    ticket = here.service.desk.change_status(parse_number(number), Status(change.status), agent.login)
    return render.ticket(ticket)


@router.get("/reports/deflection", tags=["reports"])
def report_deflection(here: Here, _: CurrentAgent, days: Annotated[int, Query(ge=1, le=3660)] = 30) -> dict[str, Any]:
    """How many conversations needed nobody, as honest bounds, with the conversations behind each number."""
    now = datetime.now(UTC)
    store = here.service.storage.store
    settle(store, now, idle_minutes(here.settings))
    return deflection_json(deflection(store, now - timedelta(days=days), now))
