"""The learner's text on its way in: tidied, bounded, and with personal data taken out where it must not travel."""

import re
import unicodedata

from bot.errors import BadInput

MAX_CHARACTERS = 4000
LOUDEST = 8
"""Capital letters that a message may be made of, such as a course's code, before it counts as shouted."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CARD = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")
_CARD_NAMED = re.compile(r"(?i)\b((?:card|tarjeta)\b[^\d\n]{0,24}|卡号?[^\d\n]{0,6})(\d(?:[ -]?\d){11,18})(?!\w)")
_IBAN = re.compile(r"(?i)\b[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?\b")
_ADDRESS = re.compile(r"(?<![\w.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\w.])")
_IDENTITY = re.compile(
    r"(?i)\b((?:ssn|social security(?: number)?|passport(?: number)?|licen[cs]e number|national id|dni|nie|pasaporte)"
    r"\b(?:\s*(?:is|es|no\.?|number|[:=#])\s*)*|(?:身份证|护照)(?:号码?)?\s*(?:是|[:：])?\s*)([a-z]{0,3}\d[\w-]{4,20})"
)
_US_SSN = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")
_PHONE = re.compile(
    r"(?<![\w.$€£#-])(?!\d{4}-\d\d-\d\d(?!\d))(?!\d{1,2}[./]\d{1,2}[./]\d{4}\b)"
    r"(?:\+|\()?\d[\d ().-]{6,18}\d(?:\s?x\d{1,5})?(?![\w%€]|-\d)"
)
_SECRET = re.compile(r"(?i)\b(password|passcode|contraseña|clave|密码)(\s*(?:is|es|[:=：是])\s*)(\S+)")
_NAME = re.compile(
    r"\b((?:[Mm]y (?:full )?name(?: is|'s|:)|[Tt]his is|[Ii](?: am|'m) (?:called|named)|[Mm]e llamo|"
    r"[Mm]i nombre (?:completo )?es|[Ss]oy|(?:[Rr]egards|[Ss]incerely|[Tt]hanks|[Ss]aludos|[Aa]tentamente),)\s+)"
    r"((?:(?:Mr|Mrs|Ms|Dr|Sr|Sra)\.?\s)?[A-ZÀ-ÖØ-Þ][\w'’-]+(?:\s(?:[A-ZÀ-ÖØ-Þ][\w'’.-]*|de|del|la|van|von|bin|al)){0,4})"
)
_NAME_ANY = re.compile(r"(?i)\b((?:my (?:full )?name is|me llamo|mi nombre es)\s+)([^\W\d_]+(?:['’-][^\W\d_]+)*)")
_NAME_ZH = re.compile(r"((?:我叫|我的(?:名字|姓名)(?:是|叫)|本人)\s*)([\u4e00-\u9fff]{2,4}(?=[，。,.；;\s]|$))")
_STREET = re.compile(
    r"(?i)\b((?:i live (?:at|in)|my (?:home |street )?address is|vivo en|mi dirección es)\s+)([^,.;!?\n]*\d[^.;!?\n]*)|"
    r"((?:我住在|我的地址是)\s*)([^，。；\n]*\d[^，。；\n]*)"
)

_MARK = re.compile(r"\s*\[(?:e-mail|(?:account|card|identity|phone) number|network address|password|name|address)\]")


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


def quiet(text: str) -> str:
    """`text` in small letters where it shouts: most of its letters are capitals."""
    capitals = sum(char.isupper() for char in text)
    return text.lower() if capitals > LOUDEST and capitals > sum(char.islower() for char in text) else text


def redact(text: str) -> str:
    """`text` with personal data replaced by its kind: e-mail, network and street addresses, card, account, identity and
    phone numbers, passwords, and names where somebody gives theirs. A name that only occurs is not recognised."""
    text = _EMAIL.sub("[e-mail]", text)
    text = _IBAN.sub(lambda found: "[account number]" if _mod97(found[0]) else found[0], text)
    text = _CARD.sub(lambda found: "[card number]" if _luhn(found[0]) else found[0], text)
    text = _CARD_NAMED.sub(r"\1[card number]", text)
    text = _IDENTITY.sub(r"\1[identity number]", text)
    text = _US_SSN.sub("[identity number]", text)
    text = _ADDRESS.sub("[network address]", text)
    text = _PHONE.sub(lambda found: "[phone number]" if _dialled(found[0]) else found[0], text)
    text = _SECRET.sub(r"\1\2[password]", text)
    text = _STREET.sub(lambda found: f"{found[1] or found[3]}[address]", text)
    for pattern in (_NAME, _NAME_ANY, _NAME_ZH):
        text = pattern.sub(r"\1[name]", text)
    return text


def impersonal(text: str) -> str:
    """`text` to search by: no article has somebody's number or address, and as an unknown word it would only make the
    question look foreign. `text` itself where nothing else is left."""
    return _MARK.sub("", redact(text)).strip() or text


def holds_secret(text: str) -> bool:
    """Whether the learner wrote a card number or a password, which nobody here needs."""
    return bool(_SECRET.search(text)) or any(_luhn(found[0]) for found in _CARD.finditer(text))


def _luhn(number: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1)."""
    digits = [int(char) for char in number if char.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return 13 <= len(digits) <= 19 and sum(doubled) % 10 == 0


def _dialled(number: str) -> bool:
    """As many digits as telephone numbers have (E.164), or a local number as it is written."""
    return 8 <= sum(map(str.isdigit, number)) <= 15 or bool(re.fullmatch(r"\d{3}[ -]\d{4}", number))


def _mod97(text: str) -> bool:
    """The check of account numbers (ISO 13616)."""
    compact = text.replace(" ", "").upper()
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1
