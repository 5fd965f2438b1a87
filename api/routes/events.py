"""What others say in a chat: agents' and system messages, as they come."""

from collections.abc import AsyncIterator
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api import render
from api.context import Authenticated, Context, Here
from api.schemas import ChatState, errors_before_a_stream
from api.watching import looks
from helpdesk.models import Conversation, Message

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])


@router.get(
    "/{conversation_id}/events",
    response_class=EventSourceResponse,
    responses=errors_before_a_stream(401, 404, 422),
)
async def follow(
    conversation: Authenticated, here: Here, last_event_id: Annotated[str | None, Header(max_length=20)] = None
) -> AsyncIterator[ServerSentEvent]:
    """`message` events of agents and of the system after `Last-Event-ID`, and a `state` event (who has joined, the
    newest ticket) at once and whenever it changes; a comment now and then keeps it open."""
    seen = int(last_event_id) if last_event_id and last_event_id.isascii() and last_event_id.isdigit() else 0
    told: ChatState | None = None
    async for changed in looks(here.service.storage, conversation.id):
        if not changed:
            yield ServerSentEvent(comment="ping")
            continue
        messages, state = await to_thread.run_sync(_read, here, conversation, seen)
        for message in messages:
            seen = message.sequence
            yield ServerSentEvent(event="message", id=str(seen), data=render.turn(message))
        if state != told:
            told = state
            yield ServerSentEvent(event="state", data=state)


def _read(here: Context, conversation: Conversation, seen: int) -> tuple[list[Message], ChatState]:
    with here.service.storage.store.read() as work:
        current = work.conversations.get(conversation.id) or conversation
        ticket = work.tickets.get(current.ticket_number) if current.ticket_number is not None else None
        messages = [each for each in work.messages.of(current.id, seen) if each.role in ("agent", "system")]
    return messages, render.state(current, ticket)
