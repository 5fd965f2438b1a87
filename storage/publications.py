"""The register of index versions in SQL."""

from contextlib import AbstractContextManager

from sqlalchemy import Connection, Engine, delete, insert, select

from bot.errors import NotFound, Refused
from ingestion.ports import VersionRecord
from storage.counters import next_value
from storage.engine import reading, writing
from storage.locks import process_lock
from storage.tables import index_versions, live_version, tombstones


class SqlPublications:
    """`ingestion.ports.Publications`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def live(self) -> int | None:
        with reading(self._engine) as connection:
            return _live(connection)

    def reserve(self) -> int:
        with writing(self._engine) as connection:
            return next_value(connection, "index_version", 1)

    def go_live(
        self, record: VersionRecord, tombstones_added: frozenset[str], tombstones_lifted: frozenset[str]
    ) -> None:
        with writing(self._engine) as connection:
            connection.execute(
                insert(index_versions).values(
                    version=record.version,
                    created_at=record.created_at,
                    articles=record.articles,
                    chunks=record.chunks,
                    embedder=record.embedder,
                )
            )
            _point(connection, record.version)
            for article in sorted(tombstones_added | tombstones_lifted):
                connection.execute(delete(tombstones).where(tombstones.c.article == article))
            if tombstones_added:
                connection.execute(insert(tombstones), [{"article": article} for article in sorted(tombstones_added)])

    def history(self) -> list[VersionRecord]:
        with reading(self._engine) as connection:
            live = _live(connection)
            rows = connection.execute(select(index_versions).order_by(index_versions.c.version.desc())).mappings()
            return [VersionRecord(**row, live=row["version"] == live) for row in rows]

    def point_at(self, version: int) -> None:
        with writing(self._engine) as connection:
            if connection.scalar(select(index_versions.c.version).where(index_versions.c.version == version)) is None:
                raise NotFound(f"version {version}: no such index version is recorded")
            _point(connection, version)

    def forget(self, version: int) -> None:
        with writing(self._engine) as connection:
            if _live(connection) == version:
                raise Refused(f"version {version} is live; point at another one before forgetting it")
            connection.execute(delete(index_versions).where(index_versions.c.version == version))

    def tombstones(self) -> frozenset[str]:
        with reading(self._engine) as connection:
            return frozenset(connection.scalars(select(tombstones.c.article)))

    def publishing(self) -> AbstractContextManager[None]:
        return process_lock(self._engine, "publishing", "another publish is running; wait for it to end and try again")


def _live(connection: Connection) -> int | None:
    return connection.scalar(select(live_version.c.version))


def _point(connection: Connection, version: int) -> None:
    connection.execute(delete(live_version))
    connection.execute(insert(live_version).values(slot=1, version=version))
