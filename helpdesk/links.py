"""Addresses of help pages, for readers who are not on the help center's own pages."""

from dataclasses import replace

from helpdesk.models import Message


def reachable(turn: Message, public_url: str) -> Message:
    """The turn with `public_url` before each source that is only a path (`/help/en/refunds`); nothing else changes."""
    if not public_url or turn.outcome is None:
        return turn
    citations = [each | {"url": _absolute(each["url"], public_url)} for each in turn.outcome["citations"]]
    return replace(turn, outcome=turn.outcome | {"citations": citations})


def _absolute(url: str, public_url: str) -> str:
    return f"{public_url}{url}" if url.startswith("/") and not url.startswith("//") else url
