"""What every route may ask for: the service, the caller's address, the conversation behind a bearer token."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.limits import Limiter, client_address
from api.metrics import Metrics
from api.problems import Problem
from api.wiring import Service
from bot.errors import NotFound
from bot.readiness import Readiness
from bot.settings import Limits, Settings, Site
from helpdesk.models import Conversation


@dataclass(frozen=True, slots=True)
class Limiters:
    """One limiter a kind of key."""

    address: Limiter
    conversation: Limiter
    site: Limiter
    handoffs: Limiter
    logins: Limiter


def make_limiters(limits: Limits) -> Limiters:
    return Limiters(
        Limiter(limits.address),
        Limiter(limits.conversation),
        Limiter(limits.site),
        Limiter(limits.handoffs),
        Limiter(limits.logins),
    )


@dataclass(frozen=True, slots=True)
class Context:
    """What the application keeps beside the service."""

    service: Service
    limiters: Limiters
    metrics: Metrics
    readiness: Readiness
    demo: bool

    @property
    def settings(self) -> Settings:
        return self.service.settings

    def site(self, name: str) -> Site:
        if site := self.settings.sites.get(name):
            return site
        raise Problem(404, "there is no site of this name; see 'sites' in the settings")


async def context(request: Request) -> Context:
    found: Context = request.app.state.context
    return found


Here = Annotated[Context, Depends(context)]


async def address(request: Request, here: Here) -> str:
    return client_address(request, here.settings.trusted_proxies)


Address = Annotated[str, Depends(address)]
_bearer = HTTPBearer(auto_error=False, description="The conversation's token")


def conversation(
    here: Here,
    conversation_id: Annotated[str, Path(max_length=64)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Conversation:
    """The conversation whose token the caller holds. 401 without a token, 404 for any other than its own."""
    if credentials is None:
        raise Problem(401, "the conversation's token is missing", {"WWW-Authenticate": "Bearer"})
    try:
        return here.service.chat.authenticate(conversation_id, credentials.credentials)
    except NotFound as error:
        raise Problem(404, "there is no such conversation, or it is not yours") from error


Authenticated = Annotated[Conversation, Depends(conversation)]
