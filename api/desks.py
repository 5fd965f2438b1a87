"""The desks that the settings name: where tickets go, what comes back, and who delivers."""

from collections.abc import Callable, Collection, Mapping

from bot.desk_settings import DeskSettings, EmailDesk, WebhookDesk, ZendeskDesk
from bot.errors import BadInput
from bot.settings import Settings
from helpdesk.connectors import email, webhook, zendesk
from helpdesk.connectors.built_in import BuiltInDesk
from helpdesk.connectors.zendesk_news import ZendeskNews
from helpdesk.courier import Attempt, Courier
from helpdesk.delivery import BUILT_IN, TicketDesk
from helpdesk.models import SiteRules
from helpdesk.ports import Store
from helpdesk.retrying import Patience
from helpdesk.worker import Worker


def make_desks(settings: Settings) -> Mapping[str, TicketDesk]:
    """Every desk of the settings, and the built-in one. Raises BadInput where a site names one that is not there."""
    if BUILT_IN in settings.desks:
        raise BadInput(f"setting 'desks': '{BUILT_IN}' is the built-in desk's name; choose another")
    desks = {BUILT_IN: BuiltInDesk()} | {name: _desk(name, desk) for name, desk in settings.desks.items()}
    for name, site in settings.sites.items():
        if site.connector not in desks:
            raise BadInput(f"site '{name}': there is no desk '{site.connector}'; the settings have {', '.join(desks)}")
        if site.mailer and not isinstance(settings.desks.get(site.mailer), EmailDesk):
            raise BadInput(f"site '{name}': there is no e-mail desk '{site.mailer}' to be its mailer")
    return desks


def desk_names(settings: Settings) -> Collection[str]:
    return {BUILT_IN, *settings.desks}


def _desk(name: str, desk: DeskSettings) -> TicketDesk:
    match desk:
        case WebhookDesk():
            return webhook.make(name, desk)
        case ZendeskDesk():
            return zendesk.make(name, desk)
        case EmailDesk():
            return email.make(name, desk)


def make_news(settings: Settings, store: Store) -> Mapping[str, ZendeskNews]:
    """Readers of what happens at the desks that can tell."""
    return {
        name: ZendeskNews(
            name,
            zendesk.make(name, desk),
            store,
            [secret.get_secret_value() for secret in desk.webhook_secrets],
            desk.poll,
        )
        for name, desk in settings.desks.items()
        if isinstance(desk, ZendeskDesk)
    }


def make_worker(
    settings: Settings,
    store: Store,
    desks: Mapping[str, TicketDesk],
    *,
    report: Callable[[Attempt], None],
    trouble: Callable[[Exception], None],
) -> Worker:
    """Delivers what the outbox owes, once it is started."""
    patience = Patience(settings.retry_longest, settings.give_up)
    courier = Courier(store, desks, patience=patience, public_url=settings.public_url)
    return Worker(store, courier, desks, report=report, trouble=trouble)


def site_rules(settings: Settings) -> Mapping[str, SiteRules]:
    return {
        name: SiteRules(collections=site.collections, connector=site.connector, mailer=site.mailer)
        for name, site in settings.sites.items()
    }
