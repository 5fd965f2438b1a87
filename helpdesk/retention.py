"""Forgetting: one learner on request, everybody after a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.errors import BadInput
from helpdesk.clock import Clock, utc_now
from helpdesk.models import Receipt
from helpdesk.ports import Store, Work


def erase(store: Store, email: str, *, clock: Clock = utc_now) -> Receipt:
    """Remove every conversation of this e-mail with its turns, tickets and deliveries, and their bytes. Nothing found
    gives a receipt of zeros; what was delivered to other systems stands in the receipt, theirs to erase."""
    address = email.strip()
    if "@" not in address:
        raise BadInput("give the whole e-mail address to erase, like name@example.org")
    with store.begin() as work:
        receipt = _forget(work, work.conversations.of_email(address), clock())
    # Also when nothing was found: a run before may have died between the two.
    store.scrub()
    return receipt


def apply_retention(store: Store, days: int, now: datetime) -> Receipt:
    """Remove conversations in which nothing was said for `days` days. Raises BadInput for less than one."""
    if days < 1:
        raise BadInput("retention is at least one day")
    with store.begin() as work:
        old: Sequence[str] = work.conversations.older_than(now - timedelta(days=days))
        receipt = _forget(work, old, now)
    if old:
        store.scrub()
    return receipt


def _forget(work: Work, conversations: Sequence[str], at: datetime) -> Receipt:
    """Read before it is erased where else it is."""
    elsewhere = tuple(work.conversations.elsewhere(conversations))
    return Receipt(at, work.conversations.erase(conversations), elsewhere)
