"""Logs are events with fields, one JSON object a line on standard error; never a message's text, never an address."""

import logging
import sys
from traceback import walk_tb

import structlog

DEEPEST = 8


def configure() -> None:
    """Ours and, in the same form, what libraries have to say from warnings on."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Libraries()], force=True)


def failure(error: BaseException) -> dict[str, object]:
    """What may be logged of an unforeseen error: its kind and the way to it. Its words may hold a learner's."""
    way = [f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}" for frame, line in walk_tb(error.__traceback__)]
    return {"error": type(error).__name__, "way": way[-DEEPEST:]}


class _Libraries(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        fields = failure(error) if error is not None else {"message": record.getMessage()}
        structlog.get_logger().log(record.levelno, "library", logger=record.name, **fields)
