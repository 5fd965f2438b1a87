"""What publishing needs from storage: who is live, who is at work, and what must never be shown again."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class VersionRecord:
    version: int
    created_at: datetime
    articles: int
    chunks: int
    embedder: str
    live: bool


class Publications(Protocol):
    """The register of index versions. Only one is live; the pointer moves in one transaction."""

    def live(self) -> int | None: ...

    def reserve(self) -> int:
        """The next version number; never given twice, even if the publish dies."""
        ...

    def go_live(
        self, record: VersionRecord, tombstones_added: frozenset[str], tombstones_lifted: frozenset[str]
    ) -> None:
        """Record the version, move the live pointer to it and change the tombstones, all in one transaction."""
        ...

    def history(self) -> list[VersionRecord]:
        """Newest first."""
        ...

    def point_at(self, version: int) -> None:
        """Move the live pointer to an earlier recorded version (rollback). Tombstones stay."""
        ...

    def forget(self, version: int) -> None:
        """Drop the record of a pruned version."""
        ...

    def tombstones(self) -> frozenset[str]:
        """Ids of deleted articles (`<locale>/<article_id>`); they apply to every version at read time."""
        ...

    def publishing(self) -> AbstractContextManager[None]:
        """Held while a publish runs; raises `bot.errors.Busy` when another process holds it. A process that died
        holds nothing."""
        ...
