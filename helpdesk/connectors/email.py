"""Tickets as mail to a team's address; docs/email.md is for those who set it up."""

import ssl
from contextlib import AbstractContextManager
from datetime import timedelta
from email.message import EmailMessage

from bot.desk_settings import EmailDesk as EmailSettings
from bot.errors import BadInput
from helpdesk.connectors.mail_message import Post, news_mail, reply_mail, ticket_mail
from helpdesk.connectors.mail_tokens import Side, Tokens
from helpdesk.connectors.mailbox import Mailbox, opened
from helpdesk.connectors.smtp import Envelope, Server, send
from helpdesk.delivery import Delivery

CALLS = 6
"""Answers of a server that may each take their longest, before it is tried again."""


class EmailDesk:
    """`TicketDesk`. SMTP does not know a mail again. So where the mailbox can be read, a copy of each mail goes there
    in the same hand-over, and a second attempt looks for it first. Else a mail may come twice, its Message-ID the
    same."""

    def __init__(self, settings: EmailSettings, tls: ssl.SSLContext) -> None:
        self._settings = settings
        self._tls = tls
        self._within = settings.timeout * CALLS
        self.tokens = Tokens(settings.secret.get_secret_value(), settings.sender, plus=settings.plus)

    @property
    def longest(self) -> timedelta:
        return 2 * self._within

    def create(self, delivery: Delivery) -> str:
        post = self._post(self._settings.to, "agent")
        mail = ticket_mail(delivery, post, self.tokens)
        self._send(delivery, mail, post)
        return str(mail["Message-ID"])

    def update(self, delivery: Delivery, remote_id: str) -> None:
        if delivery.row.kind == "reply_mailed":
            post = self._post(delivery.ticket.contact.email or "", "learner")
            mail = reply_mail(delivery, post, self.tokens) if post.to else None
        else:
            post = self._post(self._settings.to, "agent")
            mail = news_mail(delivery, post, self.tokens, remote_id)
        if mail is not None:
            self._send(delivery, mail, post)

    def mailbox(self) -> AbstractContextManager[Mailbox]:
        """Raises DeliveryFailed where it cannot be opened."""
        own = self._settings
        server = Server(
            own.imap_host, own.imap_port, own.imap_security, own.imap_user, own.imap_password.get_secret_value()
        )
        return opened(server, own.imap_folder, self._tls, own.timeout, self._within)

    def _send(self, delivery: Delivery, mail: EmailMessage, post: Post) -> None:
        own = self._settings
        if delivery.row.attempts > 1 and own.imap_host:
            with self.mailbox() as mailbox:
                if mailbox.has(str(mail["Message-ID"])):
                    return
        server = Server(
            own.smtp_host, own.smtp_port, own.smtp_security, own.smtp_user, own.smtp_password.get_secret_value()
        )
        # Bounces come to the ticket's own address, so that they tell which it is.
        returns = self.tokens.reply_to(delivery.ticket, post.side)
        copy = own.sender if own.imap_host and own.sender != post.to else None
        to = mail["To"].addresses[0].addr_spec
        send(server, Envelope(returns, to, copy, mail.as_bytes()), self._tls, own.timeout, self._within)

    def _post(self, to: str, side: Side) -> Post:
        return Post(self._settings.sender, self._settings.name, to, side)


def make(name: str, settings: EmailSettings) -> EmailDesk:
    """Raises BadInput where the file of the authority cannot be used."""
    try:
        return EmailDesk(settings, ssl.create_default_context(cafile=settings.ca))
    except OSError as error:  # ssl.SSLError is one
        raise BadInput(f"setting 'desks.{name}.ca': {settings.ca} cannot be read as certificates") from error
