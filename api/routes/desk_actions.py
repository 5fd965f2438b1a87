"""What agents do with a ticket; each form leads back to its page."""

from collections.abc import AsyncIterator
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Form
from fastapi.responses import RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.agents import CurrentAgent
from api.context import Context, Here
from api.watching import looks
from bot.errors import NotFound
from bot.models import Department, Priority
from helpdesk.desk import parse_number
from helpdesk.models import Agent, Status, ticket_label

router = APIRouter(prefix="/desk/tickets/{number}", include_in_schema=False)


def _number(number: str) -> int:
    return parse_number(number)


Number = Annotated[int, Depends(_number)]


def _back(number: int) -> RedirectResponse:
    return RedirectResponse(f"/desk/tickets/{ticket_label(number)}", 303)


@router.get("/events", response_class=EventSourceResponse)
async def follow(number: Number, here: Here, _: CurrentAgent) -> AsyncIterator[ServerSentEvent]:
    """`news` whenever the page has something new to show; what it is, the page says."""
    conversation_id = await to_thread.run_sync(_conversation_id, here, number)
    async for changed in looks(here.service.storage, conversation_id):
        yield ServerSentEvent(event="news", data={}) if changed else ServerSentEvent(comment="ping")


def _conversation_id(here: Context, number: int) -> str:
    return here.service.desk.open_case(number).conversation.id


@router.post("/join")
def join(
    number: Number, here: Here, agent: CurrentAgent, instead_of: Annotated[str, Form(max_length=200)] = ""
) -> RedirectResponse:
    here.service.takeover.join(number, agent, instead_of or None)
    return _back(number)


@router.post("/reply")
def reply(
    number: Number,
    here: Here,
    agent: CurrentAgent,
    text: Annotated[str, Form()],
    client_request_id: Annotated[str, Form(max_length=64)],
) -> RedirectResponse:
    here.service.takeover.reply(number, agent, text, client_request_id)
    return _back(number)


@router.post("/release")
def release(number: Number, here: Here, agent: CurrentAgent) -> RedirectResponse:
    here.service.takeover.release(number, agent.login)
    return _back(number)


@router.post("/notes")
def note(number: Number, here: Here, agent: CurrentAgent, text: Annotated[str, Form()]) -> RedirectResponse:
    here.service.desk.note(number, text, agent.login)
    return _back(number)


@router.post("/status")
def change_status(
    number: Number, status: Annotated[Status, Form()], here: Here, agent: CurrentAgent
) -> RedirectResponse:
    here.service.desk.change_status(number, status, agent.login)
    return _back(number)


@router.post("/priority")
def change_priority(
    number: Number, priority: Annotated[Priority, Form()], here: Here, agent: CurrentAgent
) -> RedirectResponse:
    here.service.desk.change_priority(number, priority, agent.login)
    return _back(number)


@router.post("/department")
def change_department(
    number: Number, department: Annotated[Department, Form()], here: Here, agent: CurrentAgent
) -> RedirectResponse:
    here.service.desk.change_department(number, department, agent.login)
    return _back(number)


@router.post("/assignee")
def assign(
    number: Number, here: Here, agent: CurrentAgent, assignee: Annotated[str, Form(max_length=200)] = ""
) -> RedirectResponse:
    here.service.desk.assign(number, _colleague(here, assignee) if assignee else None, agent.login)
    return _back(number)


def _colleague(here: Context, login: str) -> Agent:
    found = here.service.storage.agents.get(login)
    if found is None:
        raise NotFound(f"{login}: there is no such agent")
    return found
