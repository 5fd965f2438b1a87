"""Quantities as people write them in settings: `30d`, `12h`, `64kB`, `20/minute`."""

import re
from dataclasses import dataclass
from datetime import timedelta

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_BYTES = {"B": 1, "kB": 1_000, "MB": 1_000_000}
_PERIODS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` in any window of `seconds`."""

    count: int
    seconds: int


def duration(value: object) -> timedelta:
    """`90s`, `15m`, `12h` or `30d`; ValueError with a sentence for anything else."""
    if isinstance(value, timedelta):
        return value
    found = re.fullmatch(r"(\d+)\s*([smhd])", str(value))
    if not found:
        raise ValueError(f"'{value}' is not a duration; write it like 90s, 15m, 12h or 30d")
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


def size(value: object) -> int:
    """Bytes of `500B`, `64kB` or `2MB`; ValueError with a sentence for anything else."""
    if isinstance(value, int):
        return value
    found = re.fullmatch(r"(\d+)\s*(B|kB|MB)", str(value))
    if not found:
        raise ValueError(f"'{value}' is not a size; write it like 500B, 64kB or 2MB")
    return int(found[1]) * _BYTES[found[2]]


def rate(value: object) -> Rate:
    """`20/minute`; ValueError with a sentence for anything else."""
    if isinstance(value, Rate):
        return value
    found = re.fullmatch(r"(\d+)\s*/\s*(second|minute|hour|day)", str(value))
    if not found or not int(found[1]):
        raise ValueError(f"'{value}' is not a rate; write it like 20/minute or 600/hour")
    return Rate(int(found[1]), _PERIODS[found[2]])
