"""What others say in a chat: agents' and system messages, as they come."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api import render
from api.context import Authenticated, Context, Here
from api.schemas import TurnOut, errors_before_a_stream
from helpdesk.models import Conversation, Message

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
PAUSE = 1.0
"""Seconds between two looks."""
LONGEST = 300
"""Looks before the stream ends and the browser asks again from where it was."""


@router.get(
    "/{conversation_id}/events",
    response_class=EventSourceResponse,
    responses=errors_before_a_stream(401, 404, 422),
)
async def follow(
    conversation: Authenticated, here: Here, last_event_id: Annotated[str | None, Header(max_length=20)] = None
) -> AsyncIterator[ServerSentEvent]:
    """`message` events of agents and of the system after `Last-Event-ID`; a comment now and then keeps it open."""
    seen = int(last_event_id) if last_event_id and last_event_id.isascii() and last_event_id.isdigit() else -1
    for _ in range(LONGEST):
        for message in await to_thread.run_sync(_others, here, conversation, seen):
            seen = message.sequence
            data: TurnOut = render.turn(message)
            yield ServerSentEvent(event="message", id=str(seen), data=data)
        yield ServerSentEvent(comment="ping")
        await asyncio.sleep(PAUSE)


def _others(here: Context, conversation: Conversation, seen: int) -> list[Message]:
    with here.service.storage.store.read() as work:
        messages = work.messages.of(conversation.id)
    return [each for each in messages if each.role in ("agent", "system") and each.sequence > seen]
