"""Checks of what a learner gives to be reached by. Nothing of it is an identity."""

import re

from bot.errors import BadInput
from helpdesk.models import Contact
from helpdesk.texts import clean

LONGEST_EMAIL = 254
LONGEST_CALL_AT = 100
LONGEST_NOTE = 2000

# Loose on purpose: the mail that is sent to it is the real test. Whitespace and a second @ are always slips.
_EMAIL = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\".]+(\.[^\s@<>,;\".]+)+")
_PHONE = re.compile(r"\+?[\d ().\-/]{5,30}( *(x|ext\.?) *\d{1,6})?", re.IGNORECASE)


def checked(contact: Contact) -> Contact:
    """The same, trimmed, empty fields as None. Raises BadInput with one sentence for the first that cannot be used."""
    return Contact(
        email=_email(_trimmed(contact.email)),
        phone=_phone(_trimmed(contact.phone)),
        call_at=_short(_trimmed(contact.call_at), LONGEST_CALL_AT, "the time to call"),
        note=_short(_trimmed(contact.note), LONGEST_NOTE, "the note"),
    )


def merged(old: Contact, new: Contact) -> Contact:
    """What is given anew replaces what was there; what is left out stays. A second note goes below the first."""
    return Contact(
        email=new.email or old.email,
        phone=new.phone or old.phone,
        call_at=new.call_at or old.call_at,
        note=_notes(old.note, new.note),
    )


def _notes(old: str | None, new: str | None) -> str | None:
    if old is None or new is None or new in old:
        return old or new
    return f"{old}\n{new}"


def _trimmed(value: str | None) -> str | None:
    return clean(value).strip() or None if value is not None else None


def _email(value: str | None) -> str | None:
    if value is not None and (len(value) > LONGEST_EMAIL or not _EMAIL.fullmatch(value)):
        raise BadInput("that does not look like an e-mail address; one looks like name@example.org")
    return value


def _phone(value: str | None) -> str | None:
    if value is None:
        return None
    digits = sum(character.isdigit() for character in value)
    if not _PHONE.fullmatch(value) or not 5 <= digits <= 21:
        raise BadInput("that does not look like a phone number; give it with its country code, like +34 600 000 000")
    return value


def _short(value: str | None, longest: int, name: str) -> str | None:
    if value is not None and len(value) > longest:
        raise BadInput(f"{name} can have at most {longest} characters")
    return value
