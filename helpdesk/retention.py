"""Forgetting: one learner on request, everybody after a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.errors import BadInput
from helpdesk.clock import Clock, utc_now
from helpdesk.models import Receipt
from helpdesk.ports import Store


def erase(store: Store, email: str, *, clock: Clock = utc_now) -> Receipt:
    """Remove every conversation of this e-mail with its turns, tickets and deliveries, and their bytes. Nothing found
    gives a receipt of zeros; what was delivered to other systems before is theirs to erase."""
    address = email.strip()
    if "@" not in address:
        raise BadInput("give the whole e-mail address to erase, like name@example.org")
    with store.begin() as work:
        counts = work.conversations.erase(work.conversations.of_email(address))
    # Also when nothing was found: a run before may have died between the two.
    store.scrub()
    return Receipt(clock(), counts)


def apply_retention(store: Store, days: int, now: datetime) -> Receipt:
    """Remove conversations in which nothing was said for `days` days. Raises BadInput for less than one."""
    if days < 1:
        raise BadInput("retention is at least one day")
    with store.begin() as work:
        old: Sequence[str] = work.conversations.older_than(now - timedelta(days=days))
        counts = work.conversations.erase(old)
    if old:
        store.scrub()
    return Receipt(now, counts)
