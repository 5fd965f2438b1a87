"""Waiting for something new in a chat, without holding a thread."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from anyio import to_thread

from api.wiring import Storage
from helpdesk.models import Pulse

PAUSE = 2.0
"""Longest time in seconds between two looks; what this process stores is seen at once."""
LONGEST = 300
"""Looks before a stream ends and the browser asks again from where it was."""


async def looks(storage: Storage, conversation_id: str) -> AsyncIterator[bool]:
    """True at once and whenever something was said, noted or changed since; False: nothing, and still here. Ends when
    the conversation is erased."""
    seen: Pulse | None = None
    with storage.store.news.following(conversation_id) as woken:
        for _ in range(LONGEST):
            woken.clear()
            pulse = await to_thread.run_sync(_pulse, storage, conversation_id)
            if pulse is None:
                return
            yield pulse != seen
            seen = pulse
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), PAUSE)


def _pulse(storage: Storage, conversation_id: str) -> Pulse | None:
    with storage.store.read() as work:
        return work.conversations.pulse(conversation_id)
