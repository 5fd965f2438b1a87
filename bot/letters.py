"""A pasted e-mail cut down to what its writer says: no headers, no greeting, no signature, no quoted letter below."""

import re

_QUOTED = re.compile(r"\s*[>|]")
_QUOTE_BEGINS = re.compile(
    r"\s*(on\b.{5,120}\bwrote:|el\b.{5,120}\bescribió:|.{2,120}写道[:：]|-{2,}\s*(original message|forwarded message|"
    r"mensaje original|mensaje reenviado|原始邮件|转发邮件).*)\s*$",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"\s*(from|to|cc|sent|date|de|para|enviado( el)?|fecha|发件人|收件人|抄送|发送时间|日期)\s*[:：]", re.IGNORECASE
)
_SUBJECT = re.compile(r"\s*(subject|asunto|主题)\s*[:：]\s*((re|fw|fwd|rv|回复|转发)\s*[:：]\s*)*", re.IGNORECASE)
_GREETING = re.compile(
    r"\s*(dear|hi|hello|hey|good (morning|afternoon|evening)|to whom it may concern|hola|buen[oa]s|estimad[oa]s?|"
    r"您好|你好|\S{0,6}老师们?[您你]?好?|尊敬的)[^.?!？。，]{0,30}[,，:：!！。.]?\s*$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"\s*(--\s*$|_{5,}|sent from my |enviado desde mi |发自我的|(best|kind|warm|with)? ?(regards|wishes)\b|sincerely|"
    r"yours (truly|sincerely|faithfully)|cheers|many thanks|thanks( in advance| a lot| so much)?[,.!]?\s*$|"
    r"thank you[,.!]?\s*$|(un |muchos |cordiales )?(saludos?|abrazo)\b|atentamente|"
    r"(muchas |mil )?gracias( de antemano| y un saludo)?"
    r"[,.!]?\s*$|respectfully|agradecid|quedo (a|atent)|此致|敬礼|祝好|盼复|谢谢[您你]?[!！。]?\s*$|多谢[!！。]?\s*$)",
    re.IGNORECASE,
)
_LONGEST_SIGNATURE = 8
"""Lines; what follows a farewell further up is part of the letter."""


def body(text: str) -> str:
    """What is left of several lines without a letter's frame; `text` itself where that would be nothing."""
    lines = text.splitlines()
    if len(lines) < 2:
        return text
    own = _own(lines)
    kept = [_SUBJECT.sub("", line) for line in own if not _HEADER.match(line)]
    while kept and (not kept[0].strip() or _GREETING.match(kept[0])):
        kept.pop(0)
    for at in range(1, len(kept)):
        if _SIGNATURE.match(kept[at]) and sum(bool(line.strip()) for line in kept[at:]) <= _LONGEST_SIGNATURE:
            kept = kept[:at]
            break
    return "\n".join(kept).strip() or text


def _own(lines: list[str]) -> list[str]:
    """The lines above a quoted letter; of a letter that was only passed on, that letter itself."""
    for at, line in enumerate(lines):
        if _QUOTE_BEGINS.match(line):
            above = [each for each in lines[:at] if not _QUOTED.match(each)]
            if any(_words(each) for each in above):
                return above
            return [_QUOTED.sub("", each, count=1) for each in lines[at + 1 :]]
    return [line for line in lines if not _QUOTED.match(line)]


def _words(line: str) -> bool:
    """Whether a line says something: no greeting, farewell or header."""
    return bool(line.strip()) and not (_GREETING.match(line) or _SIGNATURE.match(line) or _HEADER.match(line))
