"""Brings a database to the newest shape.

A new step is a file in `versions/` (revision, down_revision, `upgrade`), a new HEAD here and the same change in
`storage/tables.py`; a test compares a migrated database with the tables. Released steps are never edited.
"""

from sqlalchemy import Connection, Engine, inspect, text

from bot.errors import BadInput
from storage.engine import reading, writing

HEAD = "0002"
_LOCK_KEY = 0x46_4C_6D_69  # "FLmi": any number that other users of the database would not pick


def upgrade(engine: Engine) -> None:
    """Run the missing steps, all or none. Safe when several processes start at once: one does it, the others wait.

    Raises BadInput where the database was written by a newer Firstline.
    """
    with reading(engine) as connection:
        if _revision(connection) == HEAD:
            return
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        _run(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _run(connection: Connection) -> None:
    # Imported here: it costs a tenth of a second, and nearly every start finds nothing to do.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise BadInput(f"the database was written by a newer Firstline: {error}") from error
