"""A checked text in the pieces in which it is streamed."""

import re


def deltas(text: str) -> list[str]:
    """Paragraph by paragraph, each with the blank line that follows it; joined they are `text` again."""
    return re.findall(r".+?(?:\n\n+|$)", text, re.DOTALL) if text else []
