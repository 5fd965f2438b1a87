"""The mailboxes that answers are read from, and what the log says of it: never what a mail says."""

from collections.abc import Callable, Mapping

import structlog

from bot.desk_settings import EmailDesk as EmailSettings
from bot.settings import Settings
from helpdesk.connectors import email
from helpdesk.connectors.email_news import ASIDE, EmailNews, Heard
from helpdesk.models import ticket_label
from helpdesk.ports import Store

log = structlog.get_logger()


def log_heard(heard: Heard) -> None:
    """What a person should look at is a warning; the uid finds the mail in its mailbox."""
    say = log.warning if heard.what in ASIDE else log.info
    ticket = None if heard.ticket is None else ticket_label(heard.ticket)
    say("mail_read", desk=heard.desk, uid=heard.uid, what=heard.what, ticket=ticket)


def make_mailboxes(
    settings: Settings, store: Store, heard: Callable[[Heard], None] = log_heard
) -> Mapping[str, EmailNews]:
    """By the name of the desk; those that have a mailbox."""
    mailers = {name: site.mailer for name, site in settings.sites.items() if site.mailer}
    return {
        name: EmailNews(name, desk, email.make(name, desk), store, mailers=mailers, heard=heard)
        for name, desk in settings.desks.items()
        if isinstance(desk, EmailSettings) and desk.imap_host
    }
