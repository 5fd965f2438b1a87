"""What people type, made fit to be stored and quoted."""

from bot.errors import BadInput

LONGEST_ID = 200


def clean(text: str) -> str:
    """Without what a database or UTF-8 cannot hold (NUL, halves of surrogate pairs); otherwise as it was typed."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def request_id(value: str, name: str) -> str:
    """An id that the client made up, so that it can ask again. Raises BadInput where it is empty or endless."""
    cleaned = clean(value).strip()
    if not 1 <= len(cleaned) <= LONGEST_ID:
        raise BadInput(f"{name} has 1 to {LONGEST_ID} characters")
    return cleaned


def excerpt(text: str, longest: int) -> str:
    """The beginning of `text`, word for word, cut between words where that is possible; a substring of it."""
    stripped = text.strip()
    if len(stripped) <= longest:
        return stripped
    cut = stripped[: longest + 1]
    if not cut[-1].isspace() and any(character.isspace() for character in cut):
        cut = cut.rsplit(maxsplit=1)[0]
    # Chinese has no spaces, and a long word may have none either: then the cut falls where it falls.
    return cut[:longest].rstrip()
