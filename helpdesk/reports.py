"""Deflection, as bounds and with the rows behind each number; never one headline figure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from helpdesk.models import EndState
from helpdesk.ports import Store

END_STATES: tuple[EndState, ...] = get_args(EndState)


@dataclass(frozen=True, slots=True)
class Deflection:
    """Of the conversations with a real question that were started in the period and have ended."""

    start: datetime
    end: datetime
    conversations: dict[EndState, tuple[str, ...]]
    """Ids by end state, oldest first; every state is a key."""

    @property
    def total(self) -> int:
        return sum(len(ids) for ids in self.conversations.values())

    @property
    def lower(self) -> float | None:
        """The share that said it was helped; None where nobody asked anything."""
        return self._share("confirmed")

    @property
    def upper(self) -> float | None:
        """The same with those who left without a word after an answer."""
        return self._share("confirmed", "silent")

    def _share(self, *states: EndState) -> float | None:
        counted = sum(len(self.conversations[state]) for state in states)
        return counted / self.total if self.total else None


def deflection(store: Store, start: datetime, end: datetime) -> Deflection:
    """As last settled (`helpdesk.endings.settle`): what is still going on is not in it."""
    with store.read() as work:
        started = work.conversations.started_between(start, end)
    by_state = {
        state: tuple(conversation.id for conversation in started if conversation.end_state == state)
        for state in END_STATES
    }
    return Deflection(start, end, by_state)


def deflection_json(report: Deflection) -> dict[str, Any]:
    """The report for the command and `GET /v1/reports/deflection`."""
    return {
        "from": report.start.isoformat(),
        "to": report.end.isoformat(),
        "conversations": report.total,
        "deflection": {"lower": report.lower, "upper": report.upper},
        "counts": {state: len(ids) for state, ids in report.conversations.items()},
        "rows": {state: list(ids) for state, ids in report.conversations.items()},
    }
