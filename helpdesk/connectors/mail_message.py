"""A ticket, and what comes later of it, as mail. Pure: the same delivery, the same headers."""

import html
import json
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime

from helpdesk.connectors.mail_tokens import Side, Tokens
from helpdesk.connectors.ticket_texts import contact_news, opening, subject, transcript, turn_text
from helpdesk.delivery import Delivery, DeliveryRefused

OURS = "X-Firstline-Delivery"
"""Header by which a mail that comes back is known as our own."""
_ADVICE = (
    "Answer this mail: your words reach the learner's chat, and the assistant is silent there. A line #solved closes "
    "the ticket."
)
_REPLY = {
    "en": ("Reply to your request", "Answer this e-mail, or go on in the chat."),
    "es": ("Respuesta a tu consulta", "Responde a este correo o sigue en el chat."),
    "zh": ("对您问题的回复", "您可以直接回复此邮件，或继续在聊天中交流。"),
}


class _Whole(EmailPolicy):
    """Headers that are ASCII stay in one line (RFC 5322 allows 998 characters): Python encodes an id or address that is
    longer than 78 characters as if it were words, and then it is found no more."""

    def fold(self, name: str, value: str) -> str:
        whole = f"{name}: {value}{self.linesep}"
        return whole if whole.isascii() and len(whole) < LONGEST_LINE else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii")


LONGEST_LINE = 990
POLICY = _Whole(linesep="\r\n", cte_type="7bit")


@dataclass(frozen=True, slots=True)
class Post:
    """From whom to whom."""

    sender: str
    name: str
    to: str
    side: Side


def ticket_mail(delivery: Delivery, post: Post, tokens: Tokens) -> EmailMessage:
    """The whole ticket for an agent, the transcript attached as JSON."""
    mail = _mail(delivery, post, tokens, subject(delivery.ticket), opening(delivery, _ADVICE))
    attached = json.dumps(transcript(delivery), ensure_ascii=False, indent=2).encode()
    mail.add_attachment(attached, maintype="application", subtype="json", filename="transcript.json")
    return mail


def news_mail(delivery: Delivery, post: Post, tokens: Tokens, thread: str) -> EmailMessage | None:
    """What came later, in the thread of the mail `thread`; None where there is nothing to tell."""
    text = _news(delivery)
    if not text:
        return None
    return _mail(delivery, post, tokens, f"Re: {subject(delivery.ticket)}", text, thread)


def reply_mail(delivery: Delivery, post: Post, tokens: Tokens) -> EmailMessage | None:
    """An agent's words for the learner, in a thread of their own."""
    if not delivery.turns:
        return None
    (turn,) = delivery.turns
    ticket = delivery.ticket
    title, advice = _REPLY.get(ticket.language, _REPLY["en"])
    text = "\n\n".join([*([f"{turn.author}:"] if turn.author else []), turn.text, f"{ticket.label} · {advice}"])
    # No mail has this id; that all of them refer to it keeps them together.
    thread = tokens.message_id(ticket, "learner", "thread")
    return _mail(delivery, post, tokens, f"[{ticket.label}] {title}", text, thread)


def _news(delivery: Delivery) -> str:
    payload = delivery.row.payload
    match delivery.row.kind:
        case "contact_added":
            return contact_news(delivery.ticket)
        case "ticket_changed":
            return f"{payload['field'].capitalize()}: {payload['after'] or 'nobody'} (by {payload['actor']})"
        case _:
            return "\n\n".join(turn_text(turn) for turn in delivery.turns)


def _mail(
    delivery: Delivery, post: Post, tokens: Tokens, title: str, text: str, thread: str | None = None
) -> EmailMessage:
    ticket = delivery.ticket
    mail = EmailMessage(policy=POLICY)
    mail["From"] = Address(post.name, addr_spec=post.sender)
    mail["To"] = _address(post.to)
    mail["Reply-To"] = Address(post.name, addr_spec=tokens.reply_to(ticket, post.side))
    mail["Subject"] = " ".join(title.split())
    mail["Date"] = format_datetime(delivery.row.created_at)
    mail["Message-ID"] = tokens.message_id(ticket, post.side, delivery.key)
    if thread:
        mail["In-Reply-To"] = mail["References"] = thread
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834, 5: so that no vacation note answers
    mail["X-Auto-Response-Suppress"] = "All"
    mail[OURS] = delivery.key
    mail.set_content(text)
    mail.add_alternative(_html(text), subtype="html")
    return mail


def _address(address: str) -> Address:
    """The learner's is whatever they typed."""
    try:
        local, _, domain = address.rpartition("@")
        return Address(addr_spec=f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}")
    except (ValueError, LookupError) as error:  # of the parts of `email` that read addresses
        raise DeliveryRefused("mail cannot be sent to an address like this one") from error


def _html(text: str) -> str:
    paragraphs = "".join(f"<p>{html.escape(each).replace(chr(10), '<br>')}</p>" for each in text.split("\n\n"))
    return f'<!doctype html><html><head><meta charset="utf-8"></head><body>{paragraphs}</body></html>\n'
