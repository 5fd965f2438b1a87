"""What can go wrong with the database, in words for the operator."""

from bot.errors import FirstlineError


class StorageUnavailable(FirstlineError):
    """The database does not answer, or its disk is full or read-only; what was acknowledged before is safe."""
