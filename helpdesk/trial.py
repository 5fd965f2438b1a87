"""A ticket that is no learner's: sent to see whether a desk takes one."""

import uuid
from datetime import datetime

from bot.models import Department, Priority
from helpdesk.clock import utc_now
from helpdesk.delivery import Delivery
from helpdesk.models import Claim, Contact, Message, Status, Ticket
from helpdesk.tickets import created

WORDS = "TEST from Firstline: please ignore and close. This shows that tickets arrive here; no learner is waiting."


def trial(site: str, at: datetime | None = None) -> Delivery:
    """The making of a test ticket; each has another id. It is number FL-0, which no real ticket has."""
    at = at or utc_now()
    key = str(uuid.uuid4())
    turn = Message(f"test-turn-{key}", f"test-{key}", 1, "system", WORDS, at)
    ticket = Ticket(
        number=0,
        conversation_id=turn.conversation_id,
        site=site,
        external_id=f"firstline-test-{key}",
        reason="asked_for_human",
        category="test",
        department=Department.LEARNER_SUPPORT,
        priority=Priority.LOW,
        status=Status.OPEN,
        language="en",
        identity="unverified",
        subject=None,
        index_version=None,
        created_at=at,
        updated_at=at,
        contact=Contact(note=WORDS),
        summary=(Claim("Test", turn.id, WORDS),),
    )
    return Delivery(created(ticket, "test", 1), ticket, (turn,))
