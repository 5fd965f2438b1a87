"""The mailbox that answers come to, read by IMAP4rev1. Every trouble with it is a DeliveryFailed."""

import imaplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from helpdesk.connectors.smtp import Server, ending
from helpdesk.delivery import DeliveryFailed

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Mailbox:
    """One folder, open. Reading leaves every mail as it was; only `mark` changes something."""

    def __init__(self, imap: imaplib.IMAP4) -> None:
        self._imap = imap
        # imaplib forgets an answer once it was asked for it.
        self.validity = str(_number(imap.response("UIDVALIDITY")[1][0] or b""))
        """While this is the same, so are the uids (RFC 3501, 2.3.1.1)."""

    def after(self, uid: int) -> list[int]:
        # `n:*` always has the newest, even when it is older than n.
        return sorted(each for each in self._search("UID", f"{uid + 1}:*") if each > uid)

    def since(self, moment: datetime) -> list[int]:
        """What arrived on that day or later. IMAP knows days alone, and English months."""
        return sorted(self._search("SINCE", f"{moment.day:02}-{_MONTHS[moment.month - 1]}-{moment.year}"))

    def has(self, message_id: str) -> bool:
        return bool(self._search("HEADER", "Message-ID", f'"{message_id}"'))

    def header(self, uid: int) -> tuple[int, bytes] | None:
        """Size of the whole mail in bytes, and its header; None where somebody took it away."""
        found = self._fetch(uid, "(RFC822.SIZE BODY.PEEK[HEADER])")
        return None if found is None else (_number(found[0].partition(b"RFC822.SIZE ")[2]), found[1])

    def content(self, uid: int) -> bytes | None:
        found = self._fetch(uid, "(BODY.PEEK[])")
        return None if found is None else found[1]

    def mark(self, uid: int, flag: str) -> None:
        r"""`\Seen` or `\Flagged`."""
        self._imap.uid("STORE", str(uid), "+FLAGS.SILENT", f"({flag})")

    def _search(self, *criteria: str) -> Sequence[int]:
        found = _good(self._imap.uid("SEARCH", *criteria))
        return [int(uid) for part in found if part for uid in part.split()]

    def _fetch(self, uid: int, what: str) -> tuple[bytes, bytes] | None:
        """What stands before the literal, and the literal."""
        for part in _good(self._imap.uid("FETCH", str(uid), what)):
            if isinstance(part, tuple):
                return part[0], part[1]
        return None


@contextmanager
def opened(
    server: Server, folder: str, tls: ssl.SSLContext, timeout: timedelta, longest: timedelta
) -> Iterator[Mailbox]:
    """Closed again at the end, or when `longest` is over."""
    try:
        imap = _connect(server, tls, timeout.total_seconds())
        try:
            with ending(longest, lambda: imap.sock):
                _enter(imap, server, folder, tls)
                yield Mailbox(imap)
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                imap.logout()
    except ssl.SSLCertVerificationError as error:
        raise DeliveryFailed("no safe way to the mailbox: its certificate is not trusted") from error
    except (imaplib.IMAP4.error, OSError) as error:
        raise DeliveryFailed(f"the mailbox did not answer or broke off: {type(error).__name__}") from error


def _connect(server: Server, tls: ssl.SSLContext, seconds: float) -> imaplib.IMAP4:
    if server.security == "tls":
        return imaplib.IMAP4_SSL(server.host, server.port, ssl_context=tls, timeout=seconds)
    return imaplib.IMAP4(server.host, server.port, timeout=seconds)


def _enter(imap: imaplib.IMAP4, server: Server, folder: str, tls: ssl.SSLContext) -> None:
    if server.security == "starttls":
        imap.starttls(ssl_context=tls)
    try:
        imap.login(server.user, server.password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:  # its text may repeat what was given
        raise DeliveryFailed("the mailbox refused the user or password") from error
    quoted = folder.replace("\\", "\\\\").replace('"', '\\"')
    if imap.select(f'"{quoted}"')[0] != "OK":
        raise DeliveryFailed("the mailbox has no folder with the name of the settings")


def _good(answer: tuple[str, list[Any]]) -> list[Any]:
    status, found = answer
    if status != "OK":
        raise imaplib.IMAP4.error(f"the answer was {status}")
    return found


def _number(text: bytes) -> int:
    digits = text.split(b" ")[0].rstrip(b")")
    return int(digits) if digits.isdigit() else 0
