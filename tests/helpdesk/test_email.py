"""Sending tickets by mail: readable, safe, known again, and each refusal where it belongs."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from bot.desk_settings import EmailDesk as EmailSettings
from bot.errors import BadInput
from helpdesk.connectors import email
from helpdesk.connectors.email import EmailDesk
from helpdesk.delivery import Delivery, DeliveryFailed, DeliveryRefused
from helpdesk.models import Claim, Contact, OutboxRow
from helpdesk.tickets import contact_added, created
from tests.contracts.rows import message, ticket
from tests.helpdesk.mail_servers import PASSWORD, USER, Post, certificate, free_port, smtp_server
from tests.helpdesk.scripted import NOON

SECRET = "a secret of some length"
ASKED = message("m1", "c1", 1, text="I was charged <b>twice</b>\n& more")
CITED = {"citations": [{"number": 1, "article_id": "refunds", "title": "Refunds", "url": "/help/refunds"}]}
ANSWERED = message("m2", "c1", 2, role="bot", text="您好 — your ticket is FL-1042.", outcome=CITED)
TICKET = ticket(1042, "c1", reason="refund_dispute", summary=(Claim("First asked", "m1", ASKED.text),))
MADE = Delivery(created(TICKET, "mail", 2), TICKET, (ASKED, ANSWERED))


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def port(post: Post) -> Iterator[int]:
    with smtp_server(post) as port:
        yield port


def make_desk(port: int, **changes: Any) -> EmailDesk:
    given = {
        "kind": "email",
        "to": "team@desk.example",
        "sender": "support@learn.example",
        "secret": SecretStr(SECRET),
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_security": "none",
        "timeout": "2s",
    }
    return email.make("mail", EmailSettings(**(given | changes)))


@pytest.fixture
def desk(port: int) -> EmailDesk:
    return make_desk(port)


def read(post: Post, number: int = -1) -> EmailMessage:
    content = post.taken[number].content
    assert isinstance(content, bytes)
    content.decode("ascii")  # no server needs 8BITMIME for it
    found = message_from_bytes(content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_ticket_says_who_asked_what_and_carries_the_transcript(desk: EmailDesk, post: Post) -> None:
    desk.create(MADE)
    mail = read(post)
    assert post.taken[0].rcpt_tos == ["team@desk.example"]
    assert mail["Subject"] == "[FL-1042] Refund dispute: I was charged <b>twice</b> & more"
    assert "2026-03-02 12:00 UTC, Assistant (automated):\n您好 — your ticket is FL-1042." in text_of(mail)
    assert "[1] Refunds /help/refunds" in text_of(mail)
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "transcript.json"
    assert [turn["text"] for turn in json.loads(attached.get_content())["turns"]] == [ASKED.text, ANSWERED.text]


def test_what_a_learner_typed_is_no_markup(desk: EmailDesk, post: Post) -> None:
    desk.create(MADE)
    assert "I was charged &lt;b&gt;twice&lt;/b&gt;<br>&amp; more" in text_of(read(post), "html")


def test_machines_are_asked_not_to_answer(desk: EmailDesk, post: Post) -> None:
    desk.create(MADE)
    mail = read(post)
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")


def test_each_attempt_at_a_delivery_has_the_same_message_id_and_another_delivery_another(
    desk: EmailDesk, post: Post
) -> None:
    first, again = desk.create(MADE), desk.create(MADE)
    other = desk.create(replace(MADE, row=created(TICKET, "mail", 2)))
    assert first == again == read(post, 0)["Message-ID"] == read(post, 1)["Message-ID"]
    assert other != first


def test_long_ids_and_addresses_are_never_encoded_as_words(port: int, post: Post) -> None:
    long = f"support@{'learning.' * 8}example"
    desk = make_desk(port, sender=long, name="Ayuda — 支持")
    remote_id = desk.create(MADE)
    desk.update(replace(MADE, row=OutboxRow("r2", 1042, "turn_added", "mail", {}, NOON)), remote_id)
    raw = post.taken[-1].content
    assert isinstance(raw, bytes)
    assert f"\r\nReferences: {remote_id}\r\n".encode() in raw
    assert read(post)["Reply-To"].addresses[0].addr_spec == desk.tokens.reply_to(TICKET, "agent")
    assert read(post)["From"].addresses[0].display_name == "Ayuda — 支持"


def test_later_turns_are_in_the_thread_of_the_ticket(desk: EmailDesk, post: Post) -> None:
    remote_id = desk.create(MADE)
    row = OutboxRow("r2", 1042, "turn_added", "mail", {"message_id": "m3"}, NOON)
    desk.update(Delivery(row, TICKET, (message("m3", "c1", 3, text="Still waiting."),)), remote_id)
    mail = read(post)
    assert mail["In-Reply-To"] == mail["References"] == remote_id
    assert mail["Subject"].startswith("Re: [FL-1042]")
    assert text_of(mail).strip() == "2026-03-02 12:00 UTC, Learner:\nStill waiting."


def test_contact_is_told(desk: EmailDesk, post: Post) -> None:
    reachable = replace(TICKET, contact=Contact(phone="+34 600 000 000"))
    desk.update(Delivery(contact_added(reachable, "mail", NOON), reachable, ()), "<first@learn.example>")
    assert "Phone: +34 600 000 000" in text_of(read(post))


def mailed(address: str, **fields: Any) -> Delivery:
    reachable = replace(TICKET, contact=Contact(address), **fields)
    turn = message("m4", "c1", 4, role="agent", author="Kim", text="Your money is on its way.")
    return Delivery(OutboxRow("r3", 1042, "reply_mailed", "mail", {"message_id": "m4"}, NOON), reachable, (turn,))


def test_an_agents_words_reach_the_learner_in_their_language_and_no_agents_token_goes_along(
    desk: EmailDesk, post: Post
) -> None:
    desk.update(mailed("ana@example.org", language="es"), "")
    mail = read(post)
    assert mail["To"] == "ana@example.org"
    assert text_of(mail).startswith("Kim:\n\nYour money is on its way.\n\nFL-1042 · Responde a este correo")
    assert "fl-1042.l." in mail["Reply-To"].lower()
    assert "fl-1042.a." not in mail.as_string().lower()


@pytest.mark.parametrize("address", ["añá@example.org", "ana@" + "x" * 70 + ".org", "a(b@example.org"])
def test_an_address_that_mail_cannot_go_to_is_given_up(desk: EmailDesk, address: str) -> None:
    with pytest.raises(DeliveryRefused, match="address"):
        desk.update(mailed(address), "")


def test_a_domain_of_another_script_is_written_as_dns_has_it(desk: EmailDesk, post: Post) -> None:
    desk.update(mailed("ana@bücher.example"), "")
    assert post.taken[0].rcpt_tos == ["ana@xn--bcher-kva.example"]


@pytest.mark.parametrize("fault", ["451 4.7.1 later", "421 closing", "drop", "drop-after"])
def test_what_time_may_heal_is_tried_again(desk: EmailDesk, post: Post, fault: str) -> None:
    post.faults = [fault]
    with pytest.raises(DeliveryFailed):
        desk.create(MADE)


def test_what_is_refused_for_good_is_given_up_without_naming_anybody(desk: EmailDesk, post: Post) -> None:
    post.faults = ["554 5.7.1 ana@example.org is spam"]
    with pytest.raises(DeliveryRefused, match=r"^the mail server refused the mail \(554 5\.7\.1\)$"):
        desk.create(MADE)
    post.unknown = {"team@desk.example"}
    with pytest.raises(DeliveryRefused, match=r"recipient \(550 5\.1\.1\)"):
        desk.create(MADE)


def test_a_server_that_is_away_is_tried_again() -> None:
    with pytest.raises(DeliveryFailed, match="did not answer"):
        make_desk(free_port()).create(MADE)


def test_a_server_that_drips_for_ever_has_an_end() -> None:
    def drip(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            while True:
                connection.sendall(b"220-wait\r\n")
                time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=drip, args=(listening,), daemon=True).start()
        with pytest.raises(DeliveryFailed, match="broke off"):
            make_desk(listening.getsockname()[1], timeout="1s").create(MADE)


def test_over_starttls_with_a_password(post: Post, tmp_path: Path) -> None:
    certificate(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    safe = {"smtp_security": "starttls", "smtp_user": USER, "ca": tmp_path / "cert.pem"}
    with smtp_server(post, tls) as port:
        make_desk(port, smtp_password=PASSWORD, **safe).create(MADE)
        assert len(post.taken) == 1
        with pytest.raises(DeliveryFailed, match="user or password"):
            make_desk(port, smtp_password="wrong", **safe).create(MADE)
        with pytest.raises(DeliveryFailed, match="no safe way"):
            make_desk(port, smtp_password=PASSWORD, **(safe | {"ca": None})).create(MADE)
    assert len(post.taken) == 1


def test_a_password_goes_to_no_other_machine_in_the_clear() -> None:
    with pytest.raises(ValidationError, match=r"no password goes to mail\.example"):
        make_desk(25, smtp_host="mail.example", smtp_password=PASSWORD)


@pytest.mark.parametrize("field, value", [("secret", "short"), ("to", "nobody"), ("sender", "a b@c.example")])
def test_settings_that_cannot_work_are_refused(field: str, value: str) -> None:
    with pytest.raises(ValidationError, match=field):
        make_desk(25, **{field: value})


def test_an_authority_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"desks\.mail\.ca"):
        make_desk(25, ca=tmp_path / "absent.pem")
