"""What an operator watches, for Prometheus; served on a port of its own, never on the public one."""

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

log = structlog.get_logger()
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """One registry a service, so that two in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.questions = Counter(
            "firstline_questions", "Learners' messages by outcome", ["site", "outcome"], registry=self.registry
        )
        self.handoffs = Counter(
            "firstline_handoffs", "Handoffs by kind and reason", ["kind", "reason"], registry=self.registry
        )
        self.seconds = Histogram(
            "firstline_stage_seconds", "Time by stage", ["stage"], buckets=_BUCKETS, registry=self.registry
        )
        self.index_version = Gauge("firstline_index_version", "The live index version", registry=self.registry)
        self.errors = Counter("firstline_errors", "Replies that failed", ["code"], registry=self.registry)


def serve(port: int, registry: CollectorRegistry) -> None:
    """On this machine's own address, for as long as the process runs; not at all on port 0 or where it is taken."""
    if not port:
        return
    try:
        start_http_server(port, "127.0.0.1", registry)
    except OSError as error:
        log.warning("metrics_off", port=port, reason=str(error))
