"""The learner's text on its way in: tidied, bounded, and with personal data taken out where it must not travel."""

import re
import unicodedata

from bot.errors import BadInput

MAX_CHARACTERS = 4000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CARD = re.compile(r"\b\d(?:[ -]?\d){12,18}\b")
_PHONE = re.compile(r"(?<![\w-])(?!\d{4}-\d\d-\d\d(?!\d))\+?\d[\d ().-]{7,16}\d(?![\w-])")
_SECRET = re.compile(r"(?i)\b(password|passcode|contraseña|clave|密码)(\s*(?:is|es|[:=：是])\s*)(\S+)")


def clean_controls(text: str) -> str:
    """NFC, without control and direction characters; line ends and tabs stay."""
    return _CONTROL.sub("", unicodedata.normalize("NFC", text))


def tidy(text: str) -> str:
    """The same, trimmed. Raises BadInput when nothing or too much is left."""
    clean = clean_controls(text).strip()
    if not clean:
        raise BadInput("the message is empty; write a question")
    if len(clean) > MAX_CHARACTERS:
        raise BadInput(f"the message has {len(clean):,} characters; at most {MAX_CHARACTERS:,} are read")
    return clean


def redact(text: str) -> str:
    """`text` with e-mail addresses, card and phone numbers and passwords replaced by their kind."""
    text = _EMAIL.sub("[e-mail]", text)
    text = _CARD.sub(lambda found: "[card number]" if _luhn(found[0]) else found[0], text)
    text = _PHONE.sub("[phone number]", text)
    return _SECRET.sub(r"\1\2[password]", text)


def holds_secret(text: str) -> bool:
    """Whether the learner wrote a card number or a password, which nobody here needs."""
    return bool(_SECRET.search(text)) or any(_luhn(found[0]) for found in _CARD.finditer(text))


def _luhn(number: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1)."""
    digits = [int(char) for char in number if char.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return 13 <= len(digits) <= 19 and sum(doubled) % 10 == 0
