"""What somebody wrote themselves in a mail: without what it quotes and without the signature. Pure.

English, Spanish and Chinese as Gmail, Outlook, Apple Mail, Thunderbird and QQ Mail write them.
"""

import re

LONGEST_BEGINNING = 3
"""Lines that "On … wrote:" may be broken into."""
_WROTE = re.compile(
    r"^(on\b.{6,300}\bwrote|el\b.{6,300}\b(escribió|escribio)|.{0,200}(在|于|於).{4,200}(写道|寫道))\s*[:：]\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"^[-_–—\s]*(original message|forwarded message|mensaje original|mensaje reenviado|"
    r"原始邮件|原始郵件|转发的邮件)[-_–—\s]*$"
    r"|^_{20,}$",
    re.IGNORECASE,
)
_FROM = re.compile(r"^\*?(from|de|发件人|發件人)\*?\s*[:：]", re.IGNORECASE)
_SENT = re.compile(
    r"^\*?(sent|date|to|enviado( el)?|fecha|para|发送时间|日期|收件人|發送時間)\*?\s*[:：]", re.IGNORECASE
)
_SIGNED = re.compile(r"^--\s*$")
_DEVICE = re.compile(
    r"^(sent from my |get outlook for |enviado desde mi |发自我的|發自我的|从我的).{0,60}$", re.IGNORECASE
)


def own_words(text: str) -> str:
    """Empty where nothing is their own. Answers between quoted lines stay, the quoted lines go."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = [line.replace("\u00a0", " ").rstrip() for line in lines]
    kept = _without_signature(_without_quotes(lines))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _without_quotes(lines: list[str]) -> list[str]:
    kept: list[str] = []
    place = 0
    while place < len(lines):
        if _RULE.match(lines[place]) or _headed(lines, place):
            break  # what follows is another's mail, to its end
        if lines[place].startswith(">"):
            place += 1
        elif long := _beginning(lines, place):
            place += long
            if not _quoted_next(lines, place):
                break  # quoted without marks
        else:
            kept.append(lines[place])
            place += 1
    return kept


def _beginning(lines: list[str], place: int) -> int:
    """How many lines say that what follows was written by another; 0 for none. The shortest beginning counts: the line
    before it is somebody's own."""
    for long in range(1, LONGEST_BEGINNING + 1):
        broken = [line.strip() for line in lines[place : place + long]]
        if not all(broken) or any(_WROTE.match(" ".join(broken[start:])) for start in range(1, long)):
            return 0
        if _WROTE.match(" ".join(broken)):
            return long
    return 0


def _quoted_next(lines: list[str], place: int) -> bool:
    return next((line.startswith(">") for line in lines[place:] if line.strip()), False)


def _headed(lines: list[str], place: int) -> bool:
    """Outlook puts the head of the mail that it quotes: From, Sent, To, Subject."""
    return bool(_FROM.match(lines[place])) and any(_SENT.match(line) for line in lines[place + 1 : place + 4])


def _without_signature(lines: list[str]) -> list[str]:
    for place, line in enumerate(lines):
        if _SIGNED.match(line):
            lines = lines[:place]
            break
    while lines and (not lines[-1].strip() or _DEVICE.match(lines[-1].strip())):
        lines = lines[:-1]
    return lines
