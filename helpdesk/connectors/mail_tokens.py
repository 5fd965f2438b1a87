"""Which ticket a mail belongs to, and in whose name it may speak: signed, in the addresses and ids that we send."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from helpdesk.models import Ticket

Side = Literal["agent", "learner"]
_SIDES: dict[str, Side] = {"a": "agent", "l": "learner"}
_DIGITS = 20
"""Hex digits of a signature: 80 bits, and short enough for the local part of an address (64 characters)."""
_TOKEN = re.compile(rf"(?<![a-z0-9])fl-(\d{{1,9}})\.([al])\.([0-9a-f]{{{_DIGITS}}})(?![0-9a-z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """As it came: nothing of it is believed before `Tokens.signed`."""

    number: int
    side: Side
    signature: str


class Tokens:
    """Of one desk. Whoever has an agent's token was sent the ticket; a learner's, the reply to it."""

    def __init__(self, secret: str, sender: str, *, plus: bool = True) -> None:
        self._secret = secret.encode()
        self._sender = sender
        self._local, _, self._domain = sender.partition("@")
        self._plus = plus

    def message_id(self, ticket: Ticket, side: Side, key: str) -> str:
        """The same for the same `key`, so that a mail that goes out twice is known again."""
        return f"<{key}.{self._token(ticket, side)}@{self._domain}>"

    def reply_to(self, ticket: Ticket, side: Side) -> str:
        return f"{self._local}+{self._token(ticket, side)}@{self._domain}" if self._plus else self._sender

    def signed(self, token: Token, ticket: Ticket) -> bool:
        return hmac.compare_digest(self._signature(ticket, token.side), token.signature)

    def _token(self, ticket: Ticket, side: Side) -> str:
        return f"{ticket.label}.{side[0]}.{self._signature(ticket, side)}"

    def _signature(self, ticket: Ticket, side: Side) -> str:
        # The external id is no other ticket's, even where a database begins its numbers anew.
        signed = f"{side}/{ticket.number}/{ticket.external_id}".encode()
        return hmac.new(self._secret, signed, hashlib.sha256).hexdigest()[:_DIGITS]


def tokens_in(headers: Iterable[str]) -> Iterator[Token]:
    """What looks like one, in the order of the headers, each once; servers may have changed its case."""
    found = (match for header in headers for match in _TOKEN.finditer(header))
    yield from dict.fromkeys(Token(int(each[1]), _SIDES[each[2].lower()], each[3].lower()) for each in found)
