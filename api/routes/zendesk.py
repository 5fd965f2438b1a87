"""Where Zendesk's webhook tells which ticket changed."""

import json
from contextlib import suppress
from typing import Annotated

import structlog
from fastapi import APIRouter, Header, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.context import Here
from api.problems import Problem
from api.schemas import errors
from helpdesk.connectors.zendesk_news import ticket_id
from helpdesk.delivery import DeliveryFailed, DeliveryRefused

log = structlog.get_logger()
router = APIRouter(prefix="/v1/desks", tags=["desks"], responses=errors(401, 404, 422, 503))
SOON = 30
"""Seconds; Zendesk tries again where Retry-After is below a minute."""


@router.post("/{name}/zendesk", status_code=204, responses=errors(400))
async def changed(
    name: str,
    request: Request,
    here: Here,
    x_zendesk_webhook_signature: Annotated[str, Header(max_length=100)] = "",
    x_zendesk_webhook_signature_timestamp: Annotated[str, Header(max_length=40)] = "",
) -> Response:
    """A signed webhook: what is new on its ticket is read from Zendesk and brought into the learner's chat."""
    news = here.service.news.get(name)
    if news is None:
        raise Problem(404, "there is no Zendesk desk of this name; see 'desks' in the settings")
    body = await request.body()
    if not news.signed(x_zendesk_webhook_signature, x_zendesk_webhook_signature_timestamp, body):
        raise Problem(401, "the signature is wrong or older than five minutes")
    changed_ticket = ticket_id(_json(body))
    try:
        with suppress(DeliveryRefused):  # the ticket was deleted meanwhile
            await run_in_threadpool(news.look, changed_ticket)
    except DeliveryFailed as error:
        log.warning("no_news", connector=name, reason=str(error))
        raise Problem(503, "Zendesk does not answer us now; try again", {"Retry-After": str(SOON)}) from error
    return Response(status_code=204)


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None
