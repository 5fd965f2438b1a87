"""A measured number: never without how many questions it comes from and how far chance may have moved it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`low` and `high` enclose 95 % of the bootstrap's values; `n` questions (or groups, or citations) were counted."""

    value: float
    n: int
    low: float
    high: float
