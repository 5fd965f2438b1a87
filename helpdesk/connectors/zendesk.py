"""Tickets in a Zendesk Support account; docs/zendesk.md is for those who set it up."""

import ssl
from datetime import timedelta
from typing import Any

from bot.desk_settings import ZendeskDesk as ZendeskSettings
from helpdesk.connectors.http import checked_url
from helpdesk.connectors.ticket_texts import contact_news, transcript, turn_text
from helpdesk.connectors.zendesk_api import Account, FieldsRefused, ZendeskApi
from helpdesk.connectors.zendesk_texts import (
    DELIVERY,
    PRIORITIES,
    STATUSES,
    bounded,
    name_of,
    new_ticket,
)
from helpdesk.delivery import Delivery
from helpdesk.models import Status, Ticket

CALLS = 6
"""Calls of a delivery that may each take their longest, before it is tried again."""


class ZendeskDesk:
    """`TicketDesk`. A ticket is known again by its external id, a later change by the metadata of its audit."""

    def __init__(self, settings: ZendeskSettings, account: Account) -> None:
        self._settings = settings
        self._account = account
        self._tls = ssl.create_default_context()

    @property
    def longest(self) -> timedelta:
        return self._settings.timeout * CALLS

    def api(self) -> ZendeskApi:
        return ZendeskApi(self._account, self._settings.timeout, self.longest, self._tls)

    def create(self, delivery: Delivery) -> str:
        api = self.api()
        known = api.find(delivery.ticket.external_id)
        if known is not None:
            return known
        token = api.upload("transcript.json", transcript(delivery))
        email = learners_email(delivery)
        try:
            return self._create(api, delivery, email or self._settings.requester, token)
        except FieldsRefused:
            if email is None:
                raise
        # An address that Zendesk does not take, or of a suspended user, must not keep the ticket from anybody.
        return self._create(api, delivery, self._settings.requester, token, again="-without-email")

    def update(self, delivery: Delivery, remote_id: str) -> None:
        api = self.api()
        if delivery.row.attempts > 1 and _is_there(api, remote_id, delivery.key):
            return
        change = self._change(api, delivery, remote_id)
        if change is not None:
            api.update(remote_id, change | {"metadata": {DELIVERY: delivery.key}})

    def _create(self, api: ZendeskApi, delivery: Delivery, requester: str, token: str, again: str = "") -> str:
        ticket = new_ticket(delivery, self._settings, requester or None, token)
        return api.create(ticket, delivery.key + again)

    def _change(self, api: ZendeskApi, delivery: Delivery, remote_id: str) -> dict[str, Any] | None:
        match delivery.row.kind:
            case "turn_added":
                return self._turn(api, delivery, remote_id)
            case "contact_added":
                return self._contact(api, delivery)
            case "ticket_changed":
                return self._field(api, delivery, remote_id)
            case _:
                return None

    def _turn(self, api: ZendeskApi, delivery: Delivery, remote_id: str) -> dict[str, Any] | None:
        """The learner's own words come from the requester and are public, where the requester is the learner; all else
        is for agents alone."""
        if not delivery.turns:
            return None
        (turn,) = delivery.turns
        email = learners_email(delivery)
        if turn.role == "learner" and email is not None:
            requester = int(api.ticket(remote_id)["requester_id"])
            if _has(api, requester, email):
                return {"comment": {"body": bounded(turn.text), "public": True, "author_id": requester}}
        return _note(turn_text(turn))

    def _contact(self, api: ZendeskApi, delivery: Delivery) -> dict[str, Any]:
        told = _note(contact_news(delivery.ticket))
        email = learners_email(delivery)
        if email is None:
            return told
        try:
            return told | {"requester_id": api.user_with(email, name_of(email))}
        except FieldsRefused:
            return told  # the address is in the note; an agent sees what is wrong with it

    def _field(self, api: ZendeskApi, delivery: Delivery, remote_id: str) -> dict[str, Any] | None:
        """As the ticket is now: a later change is a delivery of its own, and may have come first."""
        ticket, payload = delivery.ticket, delivery.row.payload
        match payload["field"]:
            case "status":
                return self._status(api, ticket, remote_id)
            case "priority":
                return {"priority": PRIORITIES[ticket.priority]}
            case "department" if ticket.department in self._settings.groups:
                return {"group_id": self._settings.groups[ticket.department]}
            case field:
                return _note(f"{field}: {payload['after'] or 'nobody'} (by {payload['actor']})")

    def _status(self, api: ZendeskApi, ticket: Ticket, remote_id: str) -> dict[str, Any] | None:
        there = api.ticket(remote_id)
        if there.get("status") == "closed":
            return None  # for good: nothing can be changed any more
        change: dict[str, Any] = {"status": STATUSES[ticket.status]}
        if ticket.status is Status.CLOSED and there.get("assignee_id") is None:
            change["assignee_email"] = self._account.email  # nothing is solved by nobody
        return change


def make(name: str, settings: ZendeskSettings) -> ZendeskDesk:
    """Raises BadInput for an address that is none."""
    url = checked_url(settings.url, f"desks.{name}.url")
    return ZendeskDesk(settings, Account(url, settings.email, settings.token.get_secret_value()))


def learners_email(delivery: Delivery) -> str | None:
    """What the host vouched for before what somebody typed."""
    vouched = delivery.identity.email if delivery.identity is not None else None
    return vouched or delivery.ticket.contact.email


def _has(api: ZendeskApi, user_id: int, email: str) -> bool:
    user = api.users([user_id]).get(user_id, {})
    return str(user.get("email", "")).casefold() == email.casefold()


def _is_there(api: ZendeskApi, remote_id: str, key: str) -> bool:
    return any((audit.get("metadata") or {}).get("custom", {}).get(DELIVERY) == key for audit in api.audits(remote_id))


def _note(text: str) -> dict[str, Any]:
    return {"comment": {"body": bounded(text), "public": False}}
