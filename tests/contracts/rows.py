"""Plain rows for tests of the store."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.models import Department, Priority
from helpdesk.models import Conversation, Message, Status, Ticket
from tests.helpdesk.scripted import NOON


def conversation(id: str, *, created_at: datetime = NOON, **fields: Any) -> Conversation:
    return replace(Conversation(id, "demo", "en", created_at), **fields)


def message(id: str, conversation_id: str, sequence: int, *, created_at: datetime = NOON, **fields: Any) -> Message:
    return replace(Message(id, conversation_id, sequence, "learner", f"text of {id}", created_at), **fields)


def ticket(number: int, conversation_id: str, *, created_at: datetime = NOON, **fields: Any) -> Ticket:
    plain = Ticket(
        number=number,
        conversation_id=conversation_id,
        site="demo",
        external_id=f"firstline-{number}",
        reason="asked_for_human",
        category="asked_for_human",
        department=Department.BILLING,
        priority=Priority.HIGH,
        status=Status.OPEN,
        language="en",
        identity="unverified",
        subject=None,
        index_version=3,
        created_at=created_at,
        updated_at=created_at,
    )
    return replace(plain, **fields)
