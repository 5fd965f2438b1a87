"""One tree of errors, each written for the person who reads it: what, where, and what to do."""


class FirstlineError(Exception):
    """The root. `exit_code` is what the command ends with when nobody catches it."""

    exit_code = 1


class BadInput(FirstlineError):
    """Something given to Firstline cannot be used; nothing was changed."""

    exit_code = 2


class NotFound(BadInput):
    """What was asked for does not exist, or not for this reader."""


class Refused(BadInput):
    """Firstline could do it, but will not without a further word (for example `--allow-removals`)."""


class GateRefused(FirstlineError):
    """A gate said no to a new index version; the old one still serves."""

    exit_code = 3


class Busy(FirstlineError):
    """Somebody else is doing it right now (another publish, for example)."""


class StorageUnavailable(FirstlineError):
    """The database does not answer, or its disk is full or read-only; what was acknowledged before is safe."""


class NotReady(FirstlineError):
    """No index version is live yet."""


class ModelUnavailable(FirstlineError):
    """A model's file is missing or damaged, or its server does not answer."""


class GeneratorUnavailable(ModelUnavailable):
    """The language model gave no usable text; the extractive answer takes over."""
