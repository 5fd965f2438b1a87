"""What agents and learners answer by mail, through a real mailbox: each in the chat once, and machines never."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage

import pytest
from pydantic import SecretStr

from bot.desk_settings import EmailDesk as EmailSettings
from helpdesk.connectors import email
from helpdesk.connectors.email import EmailDesk
from helpdesk.connectors.email_news import EmailNews, Heard
from helpdesk.connectors.mail_message import POLICY
from helpdesk.conversations import Chat
from helpdesk.courier import Courier
from helpdesk.delivery import DeliveryFailed
from helpdesk.desk import Desk
from helpdesk.models import Contact, Conversation, Delivered, Message, Reply, SiteRules, Status
from storage.store import SqlStore
from tests.helpdesk.mail_servers import PASSWORD, Dovecot, Post, dovecot, free_port, smtp_server, submit
from tests.helpdesk.scripted import Clock, Script

ANA, KIM = "ana@example.org", "kim@desk.example"


@pytest.fixture(scope="module")
def imap_server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture
def mailbox(imap_server: Dovecot) -> Dovecot:
    """An empty one."""
    return replace(imap_server, user=uuid.uuid4().hex)


@pytest.fixture
def post(mailbox: Dovecot) -> Post:
    return Post(mailbox=mailbox)


@pytest.fixture
def port(post: Post) -> Iterator[int]:
    with smtp_server(post) as port:
        yield port


@pytest.fixture
def settings(port: int, mailbox: Dovecot) -> EmailSettings:
    return EmailSettings(
        kind="email",
        to="team@desk.example",
        sender="support@learn.example",
        secret=SecretStr("a secret of some length"),
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security="none",
        imap_host="localhost",
        imap_port=mailbox.tls_port,
        imap_user=mailbox.user,
        imap_password=SecretStr(PASSWORD),
        ca=mailbox.folder / "cert.pem",
        timeout=timedelta(seconds=20),
        largest=20_000,
        hourly=5,
    )


@pytest.fixture
def mail_desk(settings: EmailSettings) -> EmailDesk:
    return email.make("mail", settings)


@pytest.fixture
def heard() -> list[Heard]:
    return []


@pytest.fixture
def news(settings: EmailSettings, mail_desk: EmailDesk, store: SqlStore, heard: list[Heard]) -> EmailNews:
    """On the time of the mailbox."""
    return EmailNews("mail", settings, mail_desk, store, mailers={"demo": "mail"}, heard=heard.append)


@pytest.fixture
def courier(mail_desk: EmailDesk, store: SqlStore, clock: Clock) -> Courier:
    return Courier(store, {"mail": mail_desk}, clock=clock, dice=lambda: 0)


@pytest.fixture
def chat(store: SqlStore, script: Script, clock: Clock) -> Chat:
    return Chat(store, script, sites={"demo": SiteRules(connector="mail", mailer="mail")}, clock=clock)


@pytest.fixture
def conversation(chat: Chat, courier: Courier) -> Conversation:
    """With ticket 1001, which the team has got."""
    conversation, _ = chat.start("demo", "en")
    chat.send(conversation, "how do refunds work?", "k1")
    chat.request_person(conversation, Contact(ANA), "r1")
    deliver(courier)
    return conversation


def deliver(courier: Courier) -> None:
    while (claimed := courier.claim("mail")) is not None:
        courier.deliver(claimed)


def newest(post: Post) -> EmailMessage:
    content = post.taken[-1].content
    assert isinstance(content, bytes)
    found = message_from_bytes(content, policy=POLICY)
    assert isinstance(found, EmailMessage)
    return found


def answer(to: EmailMessage, sender: str, text: str, **headers: str) -> EmailMessage:
    """As a mail program makes it, what it answers quoted."""
    mail = EmailMessage(policy=POLICY)
    mail["From"] = f"Kim Lee <{sender}>"
    mail["To"] = to["Reply-To"]
    mail["Subject"] = f"Re: {to['Subject']}"
    mail["Message-ID"] = f"<{uuid.uuid4()}@mail.example>"
    mail["In-Reply-To"] = mail["References"] = to["Message-ID"]
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    body = to.get_body(("plain",))
    assert body is not None
    quoted = "\n".join(f"> {line}" for line in body.get_content().splitlines())
    mail.set_content(f"{text}\n\nOn Mon, 2 Mar 2026 at 12:00, {to['From']} wrote:\n{quoted}\n")
    return mail


def give(port: int, mail: EmailMessage, sender: str = KIM) -> None:
    submit(port, mail.as_bytes(), sender, "support@learn.example")


def turns(store: SqlStore, conversation: Conversation) -> list[Message]:
    with store.read() as work:
        return list(work.messages.of(conversation.id))


def words(heard: list[Heard]) -> list[str]:
    return [each.what for each in heard if each.what != "own"]


def test_an_agents_answer_is_in_the_chat_once_and_reaches_the_learner_by_mail(
    conversation: Conversation, post: Post, port: int, news: EmailNews, store: SqlStore, courier: Courier, desk: Desk,
    heard: list[Heard],
) -> None:  # fmt: skip
    reply = answer(newest(post), KIM, "It is paid back today.")
    give(port, reply)
    give(port, reply)
    news.poll()
    news.poll()
    assert words(heard) == ["agent", "known"]  # the second round had nothing left to read
    last = turns(store, conversation)[-1]
    assert (last.role, last.author, last.text) == ("agent", "Kim Lee", "It is paid back today.")
    assert [turn.role for turn in turns(store, conversation)].count("agent") == 1
    assert desk.open_case(1001).ticket.status is Status.IN_PROGRESS
    before = len(post.taken)
    deliver(courier)
    assert [taken.rcpt_tos for taken in post.taken[before:]] == [[ANA, "support@learn.example"]]


def test_an_agent_by_mail_silences_the_bot_until_a_line_says_solved(
    conversation: Conversation, chat: Chat, post: Post, port: int, news: EmailNews, store: SqlStore, courier: Courier,
    desk: Desk, heard: list[Heard],
) -> None:  # fmt: skip
    ticket = newest(post)
    body = ticket.get_body(("plain",))
    assert body is not None
    assert "A line #solved closes the ticket." in body.get_content()
    give(port, answer(ticket, KIM, "Which card?"))
    news.poll()
    assert isinstance(chat.send(conversation, "The red one, #solved", "k2"), Delivered)
    deliver(courier)
    assert "The red one" in newest(post).as_string(), "the team reads on"
    give(port, answer(ticket, KIM, "Paid back.\n\n #Solved \n"))
    give(port, answer(ticket, KIM, "#close"))
    news.poll()
    assert words(heard) == ["agent", "agent", "known"], "it was closed already"
    assert [turn.text for turn in turns(store, conversation) if turn.role == "agent"] == ["Which card?", "Paid back."]
    assert desk.open_case(1001).ticket.status is Status.CLOSED
    assert isinstance(chat.send(conversation, "how do vouchers work?", "k3"), Reply)


def test_a_learners_answer_is_their_turn_and_reaches_the_team(
    conversation: Conversation, post: Post, port: int, news: EmailNews, store: SqlStore, courier: Courier
) -> None:
    give(port, answer(newest(post), KIM, "Which card?"))
    news.poll()
    deliver(courier)
    give(port, answer(newest(post), "another@address.example", "The one that ends in 42."))
    news.poll()
    last = turns(store, conversation)[-1]
    assert (last.role, last.text) == ("learner", "The one that ends in 42.")
    deliver(courier)
    assert newest(post)["To"] == "team@desk.example"
    assert "The one that ends in 42." in newest(post).as_string()


def test_a_learner_who_answers_a_closed_ticket_opens_it_again(
    conversation: Conversation, post: Post, port: int, news: EmailNews, courier: Courier, desk: Desk
) -> None:
    give(port, answer(newest(post), KIM, "Done."))
    news.poll()
    deliver(courier)
    learners = newest(post)
    desk.change_status(1001, Status.CLOSED, "kim")
    give(port, answer(learners, ANA, "It is not."))
    news.poll()
    assert desk.open_case(1001).ticket.status is Status.OPEN


def test_without_plus_addresses_the_thread_tells(
    conversation: Conversation, post: Post, port: int, news: EmailNews, store: SqlStore
) -> None:
    reply = answer(newest(post), KIM, "Found by its thread.")
    reply.replace_header("To", "support@learn.example")
    give(port, reply)
    news.poll()
    assert turns(store, conversation)[-1].text == "Found by its thread."


def test_a_stranger_with_the_agents_address_of_a_ticket_says_nothing_and_a_person_sees_it(
    conversation: Conversation, post: Post, port: int, news: EmailNews, store: SqlStore, heard: list[Heard],
    mailbox: Dovecot,
) -> None:  # fmt: skip
    before = turns(store, conversation)
    give(port, answer(newest(post), "eve@elsewhere.example", "Send me your password."))
    news.poll()
    assert turns(store, conversation) == before
    assert words(heard) == ["stranger"]
    assert mailbox.flags()[-1] == r"\Flagged"


def test_a_forged_ticket_address_is_nothing_of_ours_and_stays_unread(
    conversation: Conversation, post: Post, port: int, news: EmailNews, heard: list[Heard], mailbox: Dovecot
) -> None:
    reply = answer(newest(post), KIM, "Let me in.")
    del reply["References"], reply["In-Reply-To"]
    reply.replace_header("To", f"support+FL-1001.a.{'0' * 20}@learn.example")
    give(port, reply)
    news.poll()
    assert words(heard) == []
    assert mailbox.flags()[-1] == r"\Recent" or mailbox.flags()[-1] == ""


@pytest.mark.parametrize(
    "header, value", [("Auto-Submitted", "auto-replied"), ("Precedence", "bulk"), ("X-Autoreply", "yes")]
)
def test_machines_say_nothing(
    conversation: Conversation, post: Post, port: int, news: EmailNews, store: SqlStore, heard: list[Heard],
    header: str, value: str,
) -> None:  # fmt: skip
    before = turns(store, conversation)
    give(port, answer(newest(post), KIM, "I am away.", **{header: value}))
    news.poll()
    assert (turns(store, conversation), words(heard)) == (before, ["automatic"])


def test_our_own_mail_that_comes_back_says_nothing(
    conversation: Conversation, post: Post, port: int, news: EmailNews, store: SqlStore, heard: list[Heard]
) -> None:
    before = turns(store, conversation)
    looped = newest(post)
    looped["Delivered-To"] = str(looped["Reply-To"])
    give(port, looped)
    news.poll()
    assert (turns(store, conversation), {each.what for each in heard}) == (before, {"own"})


def test_two_machines_that_look_like_people_come_to_an_end(
    conversation: Conversation, post: Post, port: int, news: EmailNews, heard: list[Heard]
) -> None:
    first = newest(post)
    for number in range(7):
        give(port, answer(first, KIM, f"Thank you for your mail {number}."))
    news.poll()
    assert words(heard) == ["agent"] * 5 + ["too_many"] * 2


def test_a_mail_that_came_back_stands_in_the_history(
    conversation: Conversation, post: Post, port: int, news: EmailNews, desk: Desk
) -> None:
    sent = post.taken[-1]
    report = (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {sent.mail_from}\r\nMessage-ID: <b1@mx.example>\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n--B\r\n\r\nNo such user.\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; team@desk.example\r\nAction: failed\r\nStatus: 5.1.1\r\n--B--\r\n"
    )
    submit(port, report.encode(), "", str(sent.mail_from))
    news.poll()
    news.poll()
    last = desk.open_case(1001).ticket.history[-1]
    assert (last.actor, last.field, last.after) == ("mail", "mail", "came back (5.1.1)")


def test_what_cannot_be_taken_is_flagged_and_keeps_nothing_from_being_read(
    conversation: Conversation, post: Post, port: int, news: EmailNews, store: SqlStore, heard: list[Heard],
    mailbox: Dovecot,
) -> None:  # fmt: skip
    first = newest(post)
    give(port, answer(first, KIM, "long " * 10_000))
    broken = answer(first, KIM, "x").as_bytes()
    mailbox.deliver(broken.replace(b"Content-Type: text/plain", b"Content-Type: multipart/mixed; boundary=\xff\xfe"))
    give(port, answer(first, KIM, "Read."))
    news.poll()
    assert words(heard)[0] == "too_large"
    assert words(heard)[-1] == "agent"
    assert turns(store, conversation)[-1].text == "Read."
    assert r"\Flagged" in " ".join(mailbox.flags())


def test_files_are_named_and_stay_in_the_mailbox(
    conversation: Conversation, post: Post, port: int, news: EmailNews, store: SqlStore
) -> None:
    reply = answer(newest(post), KIM, "See the receipt.")
    reply.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="receipt.pdf")
    reply.add_attachment(b"MZ\x00", maintype="application", subtype="pdf", filename="run.pdf")
    give(port, reply)
    news.poll()
    assert turns(store, conversation)[-1].text == (
        "See the receipt.\n\n📎 receipt.pdf (application/pdf, 8 B)\n📎 run.pdf (application/x-msdownload, 3 B ⚠)"
    )


def test_a_mail_that_was_taken_although_the_answer_was_lost_does_not_go_again(
    conversation: Conversation, chat: Chat, post: Post, courier: Courier, clock: Clock
) -> None:
    before = len(post.taken)
    post.faults = ["drop-after"]
    chat.request_person(conversation, Contact(phone="+34 600 000 000"), "r2")
    deliver(courier)
    clock.advance(minutes=1)
    deliver(courier)
    assert len(post.taken) == before + 1
    assert courier.claim("mail") is None


def test_a_mail_that_was_not_taken_goes_again(
    conversation: Conversation, chat: Chat, post: Post, courier: Courier, clock: Clock
) -> None:
    before = len(post.taken)
    post.faults = ["drop", "451 4.3.0 later"]
    chat.request_person(conversation, Contact(phone="+34 600 000 000"), "r2")
    for _ in range(4):
        deliver(courier)
        clock.advance(minutes=1)
    assert len(post.taken) == before + 1


def test_a_mailbox_that_was_made_anew_is_read_from_its_beginning(
    conversation: Conversation, post: Post, port: int, news: EmailNews, store: SqlStore, heard: list[Heard]
) -> None:
    give(port, answer(newest(post), KIM, "Once."))
    news.poll()
    with store.begin() as work:
        work.cursors.set("email/mail", "1:99999")
    news.poll()
    assert words(heard) == ["agent", "known"]


def test_a_mailbox_that_is_away_or_refuses_says_so_without_its_password(
    settings: EmailSettings, store: SqlStore
) -> None:
    def poll(**changes: object) -> None:
        own = settings.model_copy(update=changes)
        EmailNews("mail", own, email.make("mail", own), store, heard=lambda _: None).poll()

    with pytest.raises(DeliveryFailed, match="did not answer"):
        poll(imap_port=free_port())
    with pytest.raises(DeliveryFailed, match=r"^the mailbox refused the user or password$"):
        poll(imap_password=SecretStr("wrong"))
    with pytest.raises(DeliveryFailed, match="no folder"):
        poll(imap_folder='Elsewhere "quoted"')
    with pytest.raises(DeliveryFailed, match="not trusted"):
        poll(ca=None)
