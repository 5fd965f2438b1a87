"""The agents' queue: which tickets are looked for, and what a line of it says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.models import Department, Priority
from helpdesk.models import Status, Ticket

PAGE = 50
"""Tickets a page."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Every given field narrows it."""

    status: Status | Literal["not closed"] | None = None
    department: Department | None = None
    priority: Priority | None = None
    assignee: str | None = None
    """A login; the empty text: nobody."""
    site: str | None = None
    waiting: bool = False
    """Only where the learner waits for a person."""
    words: str = ""
    """A ticket's number, a part of the contact, or words that were said in the chat (all of them, anywhere)."""


@dataclass(frozen=True, slots=True)
class Line:
    ticket: Ticket
    active_at: datetime
    """When something was last said or changed."""
    waiting_since: datetime | None
    """When the learner last wrote to a person, or asked for one, and got no word from one since."""
    taken_by: str | None
    """Login of the agent who is in the chat."""


@dataclass(frozen=True, slots=True)
class QueuePage:
    lines: tuple[Line, ...]
    """The most recently active first."""
    total: int
    """Of all pages."""
