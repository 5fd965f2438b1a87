"""The agents' page of deliveries to other desks: what was given up, what waits, and a lead's word on it."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse

from api.agents import CurrentAgent, CurrentLead
from api.context import Here
from api.desks import desk_names
from api.pages import desk_page
from helpdesk import outbox
from helpdesk.models import RowState, ticket_label

router = APIRouter(prefix="/desk/outbox", include_in_schema=False)
SHOWN: tuple[RowState, ...] = ("dead", "waiting", "pending", "dropped", "delivered")


@router.get("", response_class=HTMLResponse)
def deliveries(here: Here, agent: CurrentAgent, state: RowState = "dead") -> HTMLResponse:
    """The newest hundred in one state; the dead letters first of all."""
    found = outbox.listed(here.service.storage.store, desk_names(here.settings), state=state)
    return desk_page("outbox.html", agent, found=found, chosen=state, states=SHOWN, label=ticket_label)


@router.post("/{row_id}/retry")
def retry(row_id: str, here: Here, _: CurrentLead) -> RedirectResponse:
    outbox.retry(here.service.storage.store, row_id)
    return RedirectResponse("/desk/outbox", 303)


@router.post("/{row_id}/drop")
def drop(row_id: str, here: Here, agent: CurrentLead) -> RedirectResponse:
    outbox.drop(here.service.storage.store, row_id, agent.login)
    return RedirectResponse("/desk/outbox", 303)
