"""Identity tokens: short-lived JWTs by which a site's host says who its learner is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from api.problems import Problem
from bot.models import Audience
from bot.settings import Site
from helpdesk.models import Identity
from helpdesk.ports import Store

LONGEST_LIFE = timedelta(minutes=15)
_REQUIRED = ["exp", "aud", "nonce", "sub"]


def verify(token: str, name: str, site: Site, store: Store, now: datetime) -> Identity:
    """The learner whom the host vouches for. Raises a 401 for a forged, expired, misdirected, too long-lived or
    replayed token: it is signed HS256 with the site's key, `aud` is the site's name, and a nonce works once."""
    if site.identity_key is None:
        raise _refused()
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            site.identity_key.get_secret_value(),
            algorithms=["HS256"],
            audience=name,
            options={"require": _REQUIRED, "verify_exp": True},
        )
        identity = _identity(claims)
        expires = datetime.fromtimestamp(claims["exp"], UTC)
    except (jwt.PyJWTError, ValueError, OverflowError, OSError) as error:
        raise _refused() from error
    if expires - now > LONGEST_LIFE:
        raise _refused()
    with store.begin() as work:
        if not work.nonces.use(f"{name}:{claims['nonce']}", expires, now):
            raise _refused()
    return identity


def _identity(claims: dict[str, Any]) -> Identity:
    subject, nonce, email = claims["sub"], claims["nonce"], claims.get("email")
    texts = [subject, nonce, *([] if email is None else [email])]
    if not all(isinstance(text, str) and 0 < len(text) <= 255 for text in texts):
        raise ValueError("sub, nonce and email must be texts of at most 255 characters")
    audience = Audience(claims.get("audience", Audience.LEARNER))
    if audience is Audience.INTERNAL:
        raise ValueError("a learner's chat is never internal")
    return Identity(subject, email, audience)


def _refused() -> Problem:
    return Problem(401, "the identity token is not valid; the page must fetch a new one")
