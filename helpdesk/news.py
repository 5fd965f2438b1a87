"""Whoever follows a chat is woken when something was stored in it, within this process."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_Ear = tuple[asyncio.AbstractEventLoop, asyncio.Event]


class News:
    """Stores tell it, event streams listen. Other processes' news are told too where the database can; else they are
    found by looking into the store now and then."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._ears: dict[str, set[_Ear]] = {}

    def tell(self, conversation_id: str) -> None:
        """From any thread."""
        with self._guard:
            for loop, event in self._ears.get(conversation_id, ()):
                with suppress(RuntimeError):  # its loop has ended meanwhile
                    loop.call_soon_threadsafe(event.set)

    @contextmanager
    def following(self, conversation_id: str) -> Iterator[asyncio.Event]:
        """An event that each news of this conversation sets; to be used in a running event loop."""
        ear = (asyncio.get_running_loop(), asyncio.Event())
        with self._guard:
            self._ears.setdefault(conversation_id, set()).add(ear)
        try:
            yield ear[1]
        finally:
            with self._guard:
                self._ears[conversation_id].discard(ear)
                if not self._ears[conversation_id]:
                    del self._ears[conversation_id]

    def __len__(self) -> int:
        """Conversations that somebody follows."""
        return len(self._ears)
