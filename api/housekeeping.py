"""What a running server does now and then: settle ended conversations, release and forget old ones, prune the index."""

import asyncio
from datetime import UTC, datetime

import structlog
from fastapi.concurrency import run_in_threadpool

from api.context import Context
from api.wiring import idle_minutes
from bot.errors import FirstlineError
from helpdesk.endings import settle
from helpdesk.retention import apply_retention
from ingestion.pruning import prune

log = structlog.get_logger()
PAUSE = 300.0
"""Seconds between two rounds."""


async def keep_house(context: Context) -> None:
    """Forever; a round that fails is logged and the next one comes."""
    while True:
        await asyncio.sleep(PAUSE)
        try:
            await run_in_threadpool(tidy_up, context)
        except (FirstlineError, OSError) as error:
            log.warning("housekeeping_failed", reason=str(error))


def tidy_up(context: Context) -> None:
    """One round."""
    settings, storage = context.settings, context.service.storage
    now = datetime.now(UTC)
    settled = settle(storage.store, now, idle_minutes(settings))
    takeover = context.service.takeover
    released = takeover.release_forgotten(now - settings.takeover)
    released += takeover.release_forgotten(now - settings.takeover_elsewhere, elsewhere=True)
    receipt = apply_retention(storage.store, max(1, settings.retention.days), now)
    for each in receipt.elsewhere:
        where = {"connector": each.connector, "remote_id": each.remote_id, "key": each.external_id}
        log.info("forgotten_but_elsewhere", what=each.what, **where)
    pruned = prune(settings.data, storage.publications, settings.keep_versions)
    log.info(
        "housekeeping",
        settled=settled,
        released=released,
        forgotten=sum(receipt.counts.values()),
        versions_pruned=pruned,
    )
