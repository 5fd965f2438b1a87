"""What the process says of deliveries, in its log and its metrics: never a learner's words."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import structlog
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from api.desks import make_news, make_worker
from api.logs import failure
from api.mail import make_mailboxes
from bot.errors import FirstlineError
from bot.settings import Settings
from helpdesk.clock import utc_now
from helpdesk.courier import Attempt
from helpdesk.delivery import TicketDesk
from helpdesk.models import ticket_label
from helpdesk.ports import Store
from helpdesk.rounds import Rounds

log = structlog.get_logger()
EVENTS = {
    "delivered": "delivered",
    "failed": "delivery_failed",
    "dead": "delivery_dead",
    "erased": "erased_while_sent",
    "lost": "delivery_claim_lost",
}


class DeliveryReport:
    """Counts and logs attempts; shows the outbox as it is whenever the metrics are asked for."""

    def __init__(self, registry: CollectorRegistry, store: Store) -> None:
        self._deliveries = Counter(
            "firstline_deliveries", "Attempts to deliver, by result", ["connector", "result"], registry=registry
        )
        registry.register(_Outbox(store))

    def attempt(self, attempt: Attempt) -> None:
        """An erased one names the id over there: it is for the operator to erase."""
        row = attempt.row
        self._deliveries.labels(row.connector, attempt.result).inc()
        say = log.info if attempt.result in ("delivered", "lost") else log.warning
        say(
            EVENTS[attempt.result],
            delivery=row.id,
            ticket=ticket_label(row.ticket_number),
            kind=row.kind,
            connector=row.connector,
            attempts=row.attempts,
            seconds=round(attempt.seconds, 3),
            remote_id=attempt.remote_id,
            reason=str(attempt.error) if attempt.error else None,
            **(failure(attempt.bug) if attempt.bug else {}),
        )

    def trouble(self, error: Exception) -> None:
        said = {"reason": str(error)} if isinstance(error, FirstlineError) else failure(error)
        log.warning("delivery_trouble", **said)

    def no_news(self, connector: str, error: Exception) -> None:
        said = {"reason": str(error)} if isinstance(error, FirstlineError) else failure(error)
        log.warning("no_news", connector=connector, **said)


@contextmanager
def delivering(
    settings: Settings, store: Store, desks: Mapping[str, TicketDesk], registry: CollectorRegistry, *, work: bool
) -> Iterator[None]:
    """As long as the block lasts: the metrics of deliveries and, if this process is to `work`, the deliveries and the
    news of the desks."""
    report = DeliveryReport(registry, store)
    if not work:
        yield
        return
    worker = make_worker(settings, store, desks, report=report.attempt, trouble=report.trouble)
    rounds = Rounds(store, {**make_news(settings, store), **make_mailboxes(settings, store)}, trouble=report.no_news)
    worker.start()
    rounds.start()
    try:
        yield
    finally:
        rounds.stop()
        worker.stop()


class _Outbox(Collector):
    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> list[GaugeMetricFamily]:
        rows = GaugeMetricFamily("firstline_outbox_rows", "Deliveries by state", labels=["state", "connector"])
        age = GaugeMetricFamily(
            "firstline_outbox_oldest_pending_seconds", "Age of the oldest delivery still owed", labels=["connector"]
        )
        try:
            with self._store.read() as work:
                backlog = work.outbox.backlog()
        except FirstlineError:
            return []  # the scrape says the rest; the health check says that the database is away
        for each in backlog:
            rows.add_metric([each.state, each.connector], each.count)
            if each.state == "pending":
                age.add_metric([each.connector], (utc_now() - each.oldest).total_seconds())
        return [rows, age]

    def describe(self) -> list[GaugeMetricFamily]:
        return []
