"""The learner's side: start a conversation, say something, ask for a person, read it all again."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

import structlog
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Header, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.context import Address, Authenticated, Context, Here
from api.identity import verify
from api.logs import failure
from api.origins import check_origin
from api.problems import CODES, UNFORESEEN, Problem, sentence_of, status_of
from api.render import person, turn
from api.schemas import (
    ConversationOpened,
    Feedback,
    HandoffMade,
    HandoffRequest,
    NewConversation,
    NewMessage,
    TicketMark,
    Transcript,
    errors,
    errors_before_a_stream,
)
from api.streaming import deltas
from bot.errors import FirstlineError
from bot.language import base
from helpdesk.models import Contact, Conversation, Delivered, Message

log = structlog.get_logger()
router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
ANSWERING = CapacityLimiter(256)
"""Threads that may wait for answers at once; a stalled model must not take the other routes' threads."""

Origin = Annotated[str | None, Header()]
ERRORS = (401, 403, 404, 413, 422, 429)


@router.post("", status_code=201, responses=errors(*ERRORS))
def start(new: NewConversation, here: Here, address: Address, origin: Origin = None) -> ConversationOpened:
    """Open a conversation on a site, anonymously or with the host's word for who the learner is."""
    here.limiters.address.check(address, "requests")
    site = here.site(new.site)
    check_origin(site, origin)
    identity = None
    if new.identity_token is not None:
        identity = verify(new.identity_token, new.site, site, here.service.storage.store, datetime.now(UTC))
    locale = base(new.locale)
    if locale not in site.locales:
        locale = site.locales[0]
    conversation, token = here.service.chat.start(new.site, locale, identity)
    email = identity.email if identity else None
    return ConversationOpened(conversation_id=conversation.id, token=token, locale=locale, email=email)


async def may_speak(conversation: Authenticated, here: Here, address: Address, origin: Origin = None) -> Conversation:
    """The conversation, after origin and limits were checked; all of that happens before the stream begins. It waits
    for nothing, so it needs no thread."""
    check_origin(here.site(conversation.site), origin)
    here.limiters.address.check(address, "messages")
    here.limiters.conversation.check(conversation.id, "messages")
    here.limiters.site.check(conversation.site, "messages on this site")
    return conversation


def with_room(new: NewMessage, conversation: Annotated[Conversation, Depends(may_speak)], here: Here) -> Conversation:
    """The conversation, unless it is full; what was said in it before is still replayed."""
    said = here.service.chat.transcript(conversation)
    known = any(message.client_message_id == new.client_message_id for message in said)
    if len(said) >= 2 * here.settings.limits.messages and not known:
        raise Problem(429, "this conversation is full; please start a new one", {"Retry-After": "3600"})
    return conversation


@router.post(
    "/{conversation_id}/messages", response_class=EventSourceResponse, responses=errors_before_a_stream(*ERRORS)
)
async def say(
    new: NewMessage, conversation: Annotated[Conversation, Depends(with_room)], here: Here
) -> AsyncIterator[ServerSentEvent]:
    """Answer a message as `delta` events and one `outcome`, or an `error`. The same client_message_id replays. Where a
    person has joined, the one event is `delivered` with the `message_id`: the bot says nothing."""
    try:
        reply = await to_thread.run_sync(
            here.service.chat.send, conversation, new.text, new.client_message_id, limiter=ANSWERING
        )
    except FirstlineError as error:
        yield _failed(here, conversation, error, CODES[status_of(error)], sentence_of(error))
        return
    except Exception as error:  # noqa: BLE001 - the response has begun; only an event can still say that it failed
        yield _failed(here, conversation, error, "error", UNFORESEEN)
        return
    if isinstance(reply, Delivered):
        log.info("delivered_to_person", conversation=conversation.id)
        yield ServerSentEvent(event="delivered", data={"message_id": reply.message.id})
        return
    outcome = reply.message.outcome or {}
    if not reply.replayed:
        _record(here, conversation, reply.message)
    for piece in deltas(str(outcome["text"])):
        yield ServerSentEvent(event="delta", data={"text": piece})
    yield ServerSentEvent(event="outcome", data=outcome)


def _failed(here: Context, conversation: Conversation, error: Exception, code: str, sentence: str) -> ServerSentEvent:
    here.metrics.errors.labels(code).inc()
    log.warning("reply_failed", conversation=conversation.id, code=code, **failure(error))
    return ServerSentEvent(event="error", data={"code": code, "message": sentence})


def _record(here: Context, conversation: Conversation, message: Message) -> None:
    outcome = message.outcome or {}
    timings: dict[str, float] = (message.evidence or {}).get("timings", {})
    for stage, milliseconds in (timings | {"total": sum(timings.values())}).items():
        here.metrics.seconds.labels(stage).observe(milliseconds / 1000)
    here.metrics.questions.labels(conversation.site, outcome["outcome"]).inc()
    if outcome["handoff"]:
        here.metrics.handoffs.labels(outcome["handoff"], outcome["reason"]).inc()
    log.info(
        "replied",
        conversation=conversation.id,
        site=conversation.site,
        outcome=outcome["outcome"],
        reason=outcome["reason"],
        confidence=outcome["confidence"],
        index_version=outcome["index_version"],
        ticket=outcome["ticket_number"],
    )


@router.get("/{conversation_id}", responses=errors(401, 404, 422))
def read(conversation: Authenticated, here: Here) -> Transcript:
    """The whole conversation, oldest first, byte for byte as it was sent."""
    with here.service.storage.store.read() as work:
        messages = work.messages.of(conversation.id)
        ticket = work.tickets.of_conversation(conversation.id)
    return Transcript(
        conversation_id=conversation.id,
        site=conversation.site,
        locale=conversation.locale,
        email=conversation.identity.email if conversation.identity else None,
        turns=[turn(message) for message in messages],
        ticket=TicketMark(number=ticket.label, status=ticket.status) if ticket else None,
        person=person(conversation),
    )


@router.post("/{conversation_id}/handoff", status_code=201, responses=errors(400, *ERRORS))
def hand_off(
    request: HandoffRequest, conversation: Authenticated, here: Here, address: Address, origin: Origin = None
) -> HandoffMade:
    """Ask for a person, or add contact to a ticket that exists. Repeating it gives the same ticket."""
    check_origin(here.site(conversation.site), origin)
    here.limiters.handoffs.check(address, "requests for a person")
    contact = Contact(request.email, request.phone, request.call_at, request.note)
    ticket = here.service.chat.request_person(conversation, contact, request.client_request_id)
    log.info("handed_off", conversation=conversation.id, ticket=ticket.label, reason=ticket.reason)
    return HandoffMade(ticket_number=ticket.label)


@router.post("/{conversation_id}/feedback", status_code=204, responses=errors(*ERRORS))
def give_feedback(feedback: Feedback, conversation: Authenticated, here: Here, address: Address) -> Response:
    """Say whether a reply helped; a later word replaces the earlier one."""
    here.limiters.address.check(address, "requests")
    here.service.chat.feedback(conversation, feedback.message_id, feedback.helpful, feedback.comment)
    return Response(status_code=204)
