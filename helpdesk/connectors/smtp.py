"""One mail to a server that takes it, within a bounded time; its refusals in our words."""

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from bot.desk_settings import Security
from helpdesk.delivery import DeliveryFailed, DeliveryRefused

_STATUS = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}\b")


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    security: Security
    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """`returns` gets what bounces. `copy` is a second recipient whose refusal does no harm; None: no copy."""

    returns: str
    to: str
    copy: str | None
    content: bytes


def send(server: Server, envelope: Envelope, tls: ssl.SSLContext, timeout: timedelta, longest: timedelta) -> None:
    """Returns once the server took it. Whether it did is unknown after DeliveryFailed; after DeliveryRefused it did
    not."""
    name = envelope.returns.rpartition("@")[2]  # else smtplib asks the DNS for this machine's name
    seconds = timeout.total_seconds()
    if server.security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(local_hostname=name, timeout=seconds, context=tls)
    else:
        smtp = smtplib.SMTP(local_hostname=name, timeout=seconds)
    smtp._host = server.host  # type: ignore[attr-defined]  # smtplib checks certificates against it
    try:
        with ending(longest, lambda: smtp.sock):
            _open(smtp, server, tls)
            _hand_over(smtp, envelope)
    except smtplib.SMTPAuthenticationError as error:
        # For the operator to mend; the mail itself is not at fault, so it is tried again.
        raise DeliveryFailed(f"the mail server refused the user or password ({error.smtp_code})") from error
    except smtplib.SMTPResponseException as error:
        raise DeliveryFailed(f"the mail server would not begin ({error.smtp_code})") from error
    except (smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError) as error:
        raise DeliveryFailed(f"no safe way to the mail server: {type(error).__name__}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryFailed(f"the mail server did not answer or broke off: {type(error).__name__}") from error
    finally:
        with suppress(OSError):
            smtp.close()


def _open(smtp: smtplib.SMTP, server: Server, tls: ssl.SSLContext) -> None:
    code, _ = smtp.connect(server.host, server.port)
    if code != 220:
        raise smtplib.SMTPConnectError(code, b"")
    smtp.ehlo_or_helo_if_needed()
    if server.security == "starttls":
        smtp.starttls(context=tls)
        smtp.ehlo_or_helo_if_needed()
    if server.user:
        smtp.login(server.user, server.password)


def _hand_over(smtp: smtplib.SMTP, envelope: Envelope) -> None:
    _check("sender", *smtp.mail(envelope.returns))
    _check("recipient", *smtp.rcpt(envelope.to))
    if envelope.copy is not None:
        smtp.rcpt(envelope.copy)
    try:
        answer = smtp.data(envelope.content)
    except smtplib.SMTPDataError as error:
        answer = error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b""
    _check("mail", *answer)
    with suppress(smtplib.SMTPException, OSError):
        smtp.quit()


def _check(what: str, code: int, text: bytes) -> None:
    """RFC 5321, 4.2.1: 5yz is for good, anything else that is not 2yz for now. The text may name the learner."""
    if 200 <= code < 300:
        return
    status = _STATUS.search(text)
    reason = f"the mail server refused the {what} ({code}{f' {status[0].decode()}' if status else ''})"
    raise DeliveryRefused(reason) if 500 <= code < 600 else DeliveryFailed(reason)


@contextmanager
def ending(longest: timedelta, connection: Callable[[], socket.socket | None]) -> Iterator[None]:
    """Cut the connection when `longest` is over, however slowly the other side drips: a read then ends at once."""

    def cut() -> None:
        with suppress(OSError, AttributeError):
            (connection() or socket.socket()).shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(longest.total_seconds(), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
