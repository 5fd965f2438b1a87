"""Looking for words in columns, the same on SQLite and PostgreSQL."""

import re
from typing import Any

from sqlalchemy import ColumnElement, func


def contains(column: ColumnElement[Any], words: str) -> ColumnElement[bool]:
    """Whether the words stand in it as they are, whatever their case (on SQLite that of a to z alone)."""
    pattern = re.sub(r"([%_\\])", r"\\\1", words)
    return func.lower(column).like(func.lower(f"%{pattern}%"), escape="\\")
