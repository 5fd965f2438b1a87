"""A real SMTP server (aiosmtpd) and a real IMAP server (Debian's Dovecot), with the mail that the first takes put into
the mailbox of the second."""

import asyncio
import getpass
import imaplib
import os
import shutil
import smtplib
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "support", "the-password-of-the-mailbox"
DOVECOT = "/usr/sbin/dovecot"
SETTINGS = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""


@dataclass
class Post:
    """What the SMTP server took. `faults` are its next answers to a mail: a code, `drop` (the connection ends, nothing
    was taken) or `drop-after` (it was taken). A recipient in `unknown` is refused."""

    faults: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    taken: list[Envelope] = field(default_factory=list)
    mailbox: "Dovecot | None" = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.unknown:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        fault = self.faults.pop(0) if self.faults else "250 OK"
        if fault.startswith("2") or fault == "drop-after":
            self.taken.append(envelope)
            if self.mailbox is not None and any(to.startswith("support") for to in envelope.rcpt_tos):
                assert isinstance(envelope.content, bytes)
                await asyncio.to_thread(self.mailbox.deliver, envelope.content, str(envelope.mail_from))
        if fault.startswith("drop"):
            assert server.transport is not None
            server.transport.abort()
        return fault


@contextmanager
def smtp_server(post: Post, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Its port. With `tls` it wants STARTTLS and the password above."""

    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
        return AuthResult(success=good, handled=False)

    safe = {"tls_context": tls, "require_starttls": True, "auth_required": True, "authenticator": authenticate}
    controller = Controller(post, hostname="127.0.0.1", port=free_port(), **(safe if tls else {}))
    controller.start()
    try:
        yield int(controller.port)
    finally:
        controller.stop()


@dataclass(frozen=True)
class Dovecot:
    folder: Path
    port: int
    tls_port: int
    user: str = USER
    """Everybody has a mailbox, and all the same password."""

    def deliver(self, content: bytes, returns: str = "sender@example.org") -> None:
        """As a mail server does at the end."""
        with self.open() as imap:
            status, _ = imap.append("INBOX", "", "", f"Return-Path: <{returns}>\r\n".encode() + content)
            assert status == "OK"

    def flags(self) -> list[str]:
        """Of each mail, in the order in which they came."""
        with self.open() as imap:
            imap.select("INBOX")
            found = imap.uid("FETCH", "1:*", "(FLAGS)")[1]
            return [" ".join(flag.decode() for flag in imaplib.ParseFlags(each)) for each in found if each]

    @contextmanager
    def open(self) -> Iterator[imaplib.IMAP4]:
        imap = imaplib.IMAP4("127.0.0.1", self.port)
        imap.login(self.user, PASSWORD)
        try:
            yield imap
        finally:
            imap.logout()


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """Runs as whoever runs the tests; mail belongs to `nobody` where that is root, since Dovecot gives root none.
    So it is not below pytest's own temporary folder, which is closed to others."""
    if not Path(DOVECOT).exists():
        pytest.skip("Dovecot is missing; on Debian: apt-get install dovecot-imapd")
    with tempfile.TemporaryDirectory(prefix="firstline-dovecot-") as name:
        Path(name).chmod(0o755)
        with _dovecot(Path(name)) as running:
            yield running


@contextmanager
def _dovecot(folder: Path) -> Iterator[Dovecot]:
    certificate(folder)
    for name in ("run", "state", "mail"):
        (folder / name).mkdir()
    root = os.getuid() == 0
    if root:
        shutil.chown(folder / "mail", "nobody")
    server = Dovecot(folder, free_port(), free_port())
    user = "nobody" if root else getpass.getuser()
    group = "nogroup" if root else str(os.getgid())
    settings = SETTINGS.format(
        folder=folder, password=PASSWORD, user=user, group=group, port=server.port, tls_port=server.tls_port
    )
    if not root:
        settings += f"default_internal_user = {user}\ndefault_login_user = {user}\nservice anvil {{\n  chroot =\n}}\n"
    (folder / "dovecot.conf").write_text(settings)
    process = subprocess.Popen([DOVECOT, "-F", "-c", str(folder / "dovecot.conf")], stdout=subprocess.DEVNULL)
    try:
        _wait_for(server.port, folder / "log")
        yield server
    finally:
        process.terminate()
        process.wait(20)


def certificate(folder: Path) -> None:
    """`cert.pem` for localhost and 127.0.0.1, signed by itself, and `key.pem`."""
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    made = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*command, "-addext", names, *made], check=True, capture_output=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _wait_for(port: int, log: Path) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"Dovecot does not start: {log.read_text() if log.exists() else 'it wrote no log'}")


def submit(port: int, content: bytes, returns: str, to: str) -> None:
    """As somebody's mail program does."""
    with smtplib.SMTP("127.0.0.1", port, local_hostname="example.org") as smtp:
        smtp.sendmail(returns, [to], content)
