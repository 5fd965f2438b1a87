"""A mail as it came, broken or not, as what it says. Reads MIME with the lenient policy of the standard library."""

import email
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses
from typing import Literal, TypeVar

from bot.errors import FirstlineError
from helpdesk.connectors.mail_html import plain
from helpdesk.connectors.mail_message import OURS
from helpdesk.connectors.mail_quotes import own_words
from helpdesk.connectors.mail_tokens import Token, tokens_in

MOST_PARTS = 200
LONGEST_PART = 2_000_000
"""Bytes of a text that are read; what is beyond is cut."""
LONGEST_NAME = 80
T = TypeVar("T")
Sort = Literal["letter", "own", "bounce", "automatic"]
_PLACES = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "In-Reply-To", "References")
_SUBJECTS = re.compile(
    r"^(auto(matic)?[ -]?(reply|response)|out of (the )?office|respuesta automática|fuera de la oficina|"
    r"自动回复|自動回覆)",
    re.IGNORECASE,
)


class UnreadableMail(FirstlineError):
    """It breaks what reads it."""


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    type: str
    """What its beginning shows, else what the mail says, like image/png."""
    size: int


@dataclass(frozen=True, slots=True)
class Head:
    """What the header tells before the rest is fetched."""

    id: str
    """Its Message-ID; of a mail without one, a digest of the header."""
    sender: str
    """Address, lower case; empty where there is none."""
    name: str | None
    tokens: tuple[Token, ...]
    sort: Sort


@dataclass(frozen=True, slots=True)
class Body:
    text: str
    """Their own words."""
    attachments: tuple[Attachment, ...]
    returned: str | None = None
    """Of a bounce: its status code (RFC 3463), like 5.1.1; None for a delay or no bounce at all."""


def read_head(raw: bytes) -> Head:
    """Raises UnreadableMail."""
    return _guarded(_head, raw)


def read_body(raw: bytes) -> Body:
    """Raises UnreadableMail."""
    return _guarded(_body, raw)


def _guarded(read: Callable[[Message], T], raw: bytes) -> T:
    try:
        return read(email.message_from_bytes(raw, policy=compat32))
    except Exception as error:  # strangers' bytes in many parsers; one mail must not keep the others from us
        raise UnreadableMail(f"a mail cannot be read: {type(error).__name__}") from error


def _head(mail: Message) -> Head:
    name, sender = _sender(mail)
    return Head(_id(mail), sender, name, tuple(tokens_in(_all(mail, *_PLACES))), _sort(mail, sender))


def _sort(mail: Message, sender: str) -> Sort:
    """Answers of machines: RFC 3834 (Auto-Submitted), RFC 3464 (reports), and what came before them."""
    if mail.get(OURS) is not None:
        return "own"
    report = mail.get_content_type() == "multipart/report"
    nobody = _text(mail, "Return-Path").strip() == "<>" or sender.partition("@")[0] == "mailer-daemon"
    if report and "delivery-status" in str(mail.get_param("report-type", "")).lower():
        return "bounce"
    if report or nobody or _says_automatic(mail):
        return "automatic"
    return "letter"


def _says_automatic(mail: Message) -> bool:
    submitted = _text(mail, "Auto-Submitted").strip().lower().partition(";")[0].strip()
    precedence = _text(mail, "Precedence").strip().lower()
    return (
        submitted not in ("", "no")
        or precedence in ("bulk", "junk", "auto_reply")
        or any(mail.get(header) is not None for header in ("X-Autoreply", "X-Autorespond", "X-Autoresponder"))
        or _SUBJECTS.match(_text(mail, "Subject").strip()) is not None
    )


def _body(mail: Message) -> Body:
    parts = [part for _, part in zip(range(MOST_PARTS), mail.walk(), strict=False) if not part.is_multipart()]
    texts = [part for part in parts if part.get_content_maintype() == "text" and not _attached(part)]
    own = [_content(part) for part in texts if part.get_content_type() == "text/plain"]
    # HTML where there is no plain text, or an empty one, as some senders leave it.
    words = "\n\n".join(own).strip() or "\n\n".join(plain(_content(part)) for part in texts)
    return Body(own_words(words), tuple(_attachment(part) for part in parts if _attached(part)), _returned(mail))


def _returned(mail: Message) -> str | None:
    """The failure in the second part of a report; a delay is none."""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            said = "\n".join(str(block) for block in part.get_payload())  # one block of headers a recipient
            if re.search(r"^action:\s*failed", said, re.IGNORECASE | re.MULTILINE):
                status = re.search(r"^status:\s*(\d\.\d{1,3}\.\d{1,3})", said, re.IGNORECASE | re.MULTILINE)
                return status[1] if status else "5.0.0"
    return None


def _attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename()) or _other(part)


def _other(part: Message) -> bool:
    return part.get_content_maintype() in ("image", "audio", "video", "application")


def _attachment(part: Message) -> Attachment:
    content = part.get_payload(decode=True)
    data = content if isinstance(content, bytes) else b""
    name = " ".join(_decoded(part.get_filename() or "").replace("/", " ").replace("\\", " ").split())
    said = part.get_content_type()
    shown = next((kind for start, kind in _BEGINNINGS if data.startswith(start)), said)
    return Attachment(name[:LONGEST_NAME] or "unnamed", shown, len(data))


_BEGINNINGS = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
    (b"#!", "text/x-script"),
)


def _content(part: Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload[:LONGEST_PART] if isinstance(payload, bytes) else b""
    return _readable(data, part.get_content_charset())


def _readable(data: bytes, charset: str | None) -> str:
    """In the character set that it names, else in UTF-8, else in Windows' Latin: something is always read."""
    for name in (charset, "utf-8"):
        try:
            return data.decode(name or "utf-8")
        except (LookupError, UnicodeError):
            continue
    return data.decode("cp1252", "replace")


def _id(mail: Message) -> str:
    own = "".join(_text(mail, "Message-ID").split())
    return own[:250] or f"sha256:{hashlib.sha256(mail.as_bytes()).hexdigest()}"


def _sender(mail: Message) -> tuple[str | None, str]:
    found = getaddresses([_text(mail, "From")])[:1]
    name, address = found[0] if found else ("", "")
    return _decoded(name)[:LONGEST_NAME] or None, address.strip().casefold()


def _text(mail: Message, header: str) -> str:
    """As it stands there, unfolded, not decoded, except for a subject."""
    value = " ".join(str(mail.get(header, "")).split())
    return _decoded(value) if header == "Subject" else value


def _all(mail: Message, *headers: str) -> Iterator[str]:
    for header in headers:
        for value in mail.get_all(header, []):
            yield "".join(str(value).split("\r\n"))


def _decoded(text: str) -> str:
    """Encoded words (RFC 2047) read."""
    parts = decode_header(text)
    return "".join(part if isinstance(part, str) else _readable(part, charset) for part, charset in parts)
