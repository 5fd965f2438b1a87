"""What a mail says: people's own words, and machines told from people."""

from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.connectors.mail_html import plain
from helpdesk.connectors.mail_quotes import own_words
from helpdesk.connectors.mail_reading import Attachment, UnreadableMail, read_body, read_head
from helpdesk.connectors.mail_tokens import Tokens, tokens_in
from tests.contracts.rows import ticket

OWN = "It is paid back today.\nKim"


@pytest.mark.parametrize(
    "quoted",
    [
        "On Mon, Mar 2, 2026 at 12:00 PM Support <support@learn.example> wrote:\n> old\n> words",
        "On Mon, Mar 2, 2026 at 12:00 PM Support\n<support+fl-1042@learn.example>\nwrote:\n\n> old",
        "On 2 Mar 2026, at 12:00, Support <support@learn.example> wrote:\nold, without marks",
        "El lun, 2 mar 2026 a las 12:00, Support (<support@learn.example>) escribió:\n> old",
        "在 2026年3月2日周一 12:00，Support <support@learn.example> 写道：\n> old",
        "Support <support@learn.example> 于2026年3月2日周一 12:00写道：\n\n> old",
        "-----Original Message-----\nFrom: Support\nold",
        "-----Mensaje original-----\nDe: Support\nold",
        "------------------ 原始邮件 ------------------\n发件人: Support\nold",
        "________________________________\nFrom: Support\nSent: Monday\nold",
        "From: Support <support@learn.example>\nSent: Monday, March 2, 2026 12:00\nTo: Kim\nSubject: x\n\nold",
        "De: Support <support@learn.example>\nEnviado el: lunes, 2 de marzo de 2026\nPara: Kim\n\nold",
        "发件人: Support\n发送时间: 2026年3月2日\n收件人: Kim\n\nold",
        "-- \nKim Lee\nLearner support\n\nOn Monday, Support wrote:\n> old",
        "Sent from my iPhone",
        "Enviado desde mi iPhone\n\n> old",
        "发自我的iPhone",
        "> old",
    ],
)
def test_quoted_mail_and_signatures_are_cut(quoted: str) -> None:
    assert own_words(f"{OWN}\r\n\r\n{quoted}") == OWN


def test_answers_between_and_below_quoted_lines_stay() -> None:
    text = "On Monday, Ana Ruiz wrote:\n> When?\nToday.\n\n> How?\nBy card."
    assert own_words(text) == "Today.\n\nBy card."


@pytest.mark.parametrize(
    "text",
    [
        "On your invoice there are two lines.\nThe second is the tax.",
        "From: is the field you look for.\nFill it in.",
        "El curso es nuevo: empieza hoy.",
        "Use a dash -- like this -- here.",
    ],
)
def test_words_that_only_look_like_it_stay(text: str) -> None:
    assert own_words(text) == text


def test_the_line_before_a_quote_is_their_own() -> None:
    assert own_words("On it.\nOn Mon, 2 Mar 2026 Support\nwrote:\n> old") == "On it."
    assert own_words("好的\n在 2026年3月2日周一 12:00，\nSupport <s@learn.example> 写道：\n> old") == "好的"


def test_a_mail_that_only_quotes_says_nothing() -> None:
    assert own_words("> old\n> words\n") == ""


@pytest.mark.parametrize(
    "markup, text",
    [
        ("<p>Paid &amp; done.</p><script>x()</script><p>Kim</p>", "Paid & done.\n\nKim"),
        ("One<br>two<ul><li>three</li></ul>", "One\ntwo\n\n- three"),
        ('Yes.<div class="gmail_quote"><div>On Monday wrote:</div>old</div>', "Yes."),
        ("Yes.<blockquote><br>old<img></blockquote>", "Yes."),
        ("<head><title>x</title></head>Yes. <b>No", "Yes. No"),
    ],
)
def test_text_of_html(markup: str, text: str) -> None:
    assert plain(markup) == text


def letter(**headers: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "Kim Lee <Kim@Desk.example>"
    mail["Message-ID"] = "<1@desk.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Your money is on its way.")
    return mail


def test_who_wrote() -> None:
    head = read_head(letter().as_bytes())
    assert (head.sender, head.name, head.id, head.sort) == ("kim@desk.example", "Kim Lee", "<1@desk.example>", "letter")


@pytest.mark.parametrize(
    "header, value, sort",
    [
        ("Auto-Submitted", "auto-replied", "automatic"),
        ("Auto-Submitted", "auto-generated; type=x", "automatic"),
        ("Auto-Submitted", "no", "letter"),
        ("Precedence", "auto_reply", "automatic"),
        ("Precedence", "bulk", "automatic"),
        ("Precedence", "list", "letter"),
        ("X-Autoreply", "yes", "automatic"),
        ("Return-Path", "<>", "automatic"),
        ("Return-Path", "<kim@desk.example>", "letter"),
        ("Subject", "Automatic reply: [FL-1042]", "automatic"),
        ("Subject", "自动回复: 休假", "automatic"),
        ("Subject", "Re: an automatic reply", "letter"),
        ("X-Firstline-Delivery", "r1", "own"),
    ],
)
def test_machines_are_told_from_people(header: str, value: str, sort: str) -> None:
    assert read_head(letter(**{header: value}).as_bytes()).sort == sort


REPORT = """From: MAILER-DAEMON@mx.example
Message-ID: <b1@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=B

--B
Content-Type: text/plain

It could not be delivered.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ana@example.org
Action: {action}
Status: {status}
--B--
"""


@pytest.mark.parametrize("action, status, returned", [("failed", "5.1.1", "5.1.1"), ("delayed", "4.4.1", None)])
def test_a_bounce_says_why_and_a_delay_is_none(action: str, status: str, returned: str | None) -> None:
    raw = REPORT.format(action=action, status=status).encode()
    assert read_head(raw).sort == "bounce"
    assert read_body(raw).returned == returned


def test_html_is_read_where_there_is_nothing_else() -> None:
    mail = letter()
    mail.set_content("<p>Paid.</p>", subtype="html")
    assert read_body(mail.as_bytes()).text == "Paid."
    mail = letter()
    mail.add_alternative("<p>Other.</p>", subtype="html")
    assert read_body(mail.as_bytes()).text == "Your money is on its way."


def test_attachments_are_named_by_what_they_are() -> None:
    mail = letter()
    mail.add_attachment(b"\x89PNG....", maintype="image", subtype="png", filename="a/b.png")
    mail.add_attachment(b"MZ......", maintype="image", subtype="png", filename="收据.png")
    assert read_body(mail.as_bytes()).attachments == (
        Attachment("a b.png", "image/png", 8),
        Attachment("收据.png", "application/x-msdownload", 8),
    )


@pytest.mark.parametrize(
    "charset, data, text",
    [
        ("iso-8859-1", "¿Cuándo?".encode("latin-1"), "¿Cuándo?"),
        ("gb2312", "您好".encode("gbk"), "您好"),
        ("no-such-charset", "¿Cuándo?".encode(), "¿Cuándo?"),
        ("utf-8", b"caf\xe9", "café"),
    ],
)
def test_whatever_its_character_set_something_is_read(charset: str, data: bytes, text: str) -> None:
    head = (
        f"From: a@b.example\r\nContent-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    assert read_body(head.encode() + data).text == text


def test_a_mail_without_an_id_gets_one_from_its_header() -> None:
    mail = letter()
    del mail["Message-ID"]
    assert read_head(mail.as_bytes()).id == read_head(mail.as_bytes()).id
    assert read_head(mail.as_bytes()).id.startswith("sha256:")


PIECES = [
    b"From: ",
    b"Content-Type: multipart/mixed; boundary=",
    b"charset=\xff",
    b"=?x?b?!?=",
    b"\r\n\r\n",
    b"--",
    b"\x00",
]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=20)), max_size=30).map(b"".join))
def test_no_bytes_crash_it(raw: bytes) -> None:
    for read in (read_head, read_body):
        with suppress(UnreadableMail):
            read(raw)


def test_a_token_survives_servers_and_speaks_for_its_ticket_and_side_alone() -> None:
    tokens = Tokens("a secret of some length", "support@learn.example")
    mine, other = ticket(1042, "c1"), ticket(1043, "c2")
    (token,) = tokens_in([f"Support <{tokens.reply_to(mine, 'agent').upper()}>"])
    assert (token.number, token.side) == (1042, "agent")
    assert tokens.signed(token, mine)
    assert not tokens.signed(token, other)
    (learners,) = tokens_in([tokens.message_id(mine, "learner", "k1")])
    assert learners.signature != token.signature
    assert not Tokens("another secret, as long", "support@learn.example").signed(token, mine)


def test_without_plus_addresses_the_thread_tells_the_ticket() -> None:
    tokens = Tokens("a secret of some length", "support@learn.example", plus=False)
    assert tokens.reply_to(ticket(1042, "c1"), "agent") == "support@learn.example"
