"""E-mail desks as an operator meets them: the trial, one reading of the mailbox, the round in the background."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.desks import make_desks
from api.mail import log_heard, make_mailboxes
from api.wiring import Storage
from bot.errors import BadInput
from bot.settings import Site
from helpdesk.connectors.email_news import Heard
from tests.api.commands import Result
from tests.api.worlds import make_settings
from tests.helpdesk.mail_servers import PASSWORD, Dovecot, Post, dovecot, smtp_server

Run = Callable[..., Result]
SECRET = "a secret of some length"


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture
def desks(mailbox: Dovecot) -> Iterator[dict[str, object]]:
    with smtp_server(Post(mailbox=mailbox)) as port:
        yield {
            "mail": {
                "kind": "email",
                "to": "team@desk.example",
                "sender": "support@learn.example",
                "secret": SECRET,
                "smtp_host": "127.0.0.1",
                "smtp_port": port,
                "smtp_security": "none",
                "imap_host": "127.0.0.1",
                "imap_port": mailbox.tls_port,
                "imap_user": mailbox.user,
                "imap_password": PASSWORD,
                "ca": str(mailbox.folder / "cert.pem"),
            }
        }


def test_a_desk_is_tried_and_its_mailbox_read(
    firstline: Run, desks: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTLINE_SITES", json.dumps({"demo": {"connector": "mail", "mailer": "mail"}}))
    monkeypatch.setenv("FIRSTLINE_DESKS", json.dumps(desks))
    tried = firstline("desk", "test", "demo", "--data", tmp_path)
    assert "the desk 'mail' took the test ticket" in tried.out
    first, again = (firstline("mail", "poll", "mail", "--data", tmp_path) for _ in range(2))
    assert (first.code, first.out) == (0, "mail 1: own (no ticket)\ndesk 'mail': the mailbox is read\n")
    assert again.out == "desk 'mail': the mailbox is read\n"
    firstline("mail", "poll", "nowhere", "--data", tmp_path).assert_refused("nowhere")


def test_a_mailer_is_an_e_mail_desk(desks: dict[str, object]) -> None:
    make_desks(make_settings(Path(), desks=desks, sites={"demo": Site(mailer="mail")}))
    with pytest.raises(BadInput, match="no e-mail desk 'desk'"):
        make_desks(make_settings(Path(), desks=desks, sites={"demo": Site(mailer="desk")}))


def test_only_desks_with_a_mailbox_are_read(storage: Storage, desks: dict[str, object]) -> None:
    silent = {"silent": {name: value for name, value in dict(desks["mail"]).items() if "imap" not in name}}  # type: ignore[call-overload]
    assert list(make_mailboxes(make_settings(Path(), desks=desks | silent), storage.store)) == ["mail"]


def test_the_log_warns_of_what_a_person_should_look_at(capsys: pytest.CaptureFixture[str]) -> None:
    log_heard(Heard("mail", 7, "stranger", 1001))
    log_heard(Heard("mail", 8, "agent", 1001))
    said = capsys.readouterr().out
    assert "warning" in said.splitlines()[0]
    assert "FL-1001" in said
    assert "warning" not in said.splitlines()[1]
