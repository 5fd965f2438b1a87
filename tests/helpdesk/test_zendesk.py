"""Delivering to Zendesk: one ticket whatever fails, each later turn once, and nothing told to whom it is not for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.desk_settings import ZendeskDesk as ZendeskSettings
from bot.errors import BadInput
from bot.models import Department, Priority
from helpdesk.connectors import zendesk
from helpdesk.connectors.zendesk import ZendeskDesk
from helpdesk.delivery import Delivery, DeliveryFailed, DeliveryRefused
from helpdesk.models import Change, Claim, Contact, Identity, Message, Status
from helpdesk.tickets import changed, contact_added, created
from tests.contracts.rows import message, ticket
from tests.helpdesk.scripted import NOON
from tests.helpdesk.zendesk_account import API_AGENT, KIM, REQUESTS_BY, Account, Json
from tests.helpdesk.zendesk_server import EMAIL, TOKEN, Server

ANA = "ana@example.org"
ASKED = message("m1", "c1", 1, text="I was charged twice {{ticket.requester.email}} {% if x %}")
CITED = {"citations": [{"number": 1, "article_id": "refunds", "title": "Refunds", "url": "/help/refunds"}]}
ANSWERED = message("m2", "c1", 2, role="bot", text="Your ticket is FL-1042.", outcome=CITED)
TICKET = ticket(
    1042,
    "c1",
    reason="refund_dispute",
    language="es",
    summary=(Claim("The learner first asked", "m1", ASKED.text),),
)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def account(server: Server) -> Account:
    return server.account


def make_desk(server: Server, **changes: Any) -> ZendeskDesk:
    given = {"kind": "zendesk", "url": server.url, "email": EMAIL, "token": SecretStr(TOKEN), "timeout": "5s"}
    return zendesk.make("support", ZendeskSettings(**(given | changes)))


@pytest.fixture
def desk(server: Server) -> ZendeskDesk:
    return make_desk(server)


def making(**changes: Any) -> Delivery:
    told = replace(TICKET, **changes)
    return Delivery(replace(created(told, "zendesk", 2), id="d-create", attempts=1), told, (ASKED, ANSWERED))


def made(desk: ZendeskDesk, **changes: Any) -> str:
    return desk.create(making(**changes))


def adding(turn: Message, attempts: int = 1, **changes: Any) -> Delivery:
    row = replace(created(TICKET, "zendesk", 2), id=f"d-{turn.id}", kind="turn_added", attempts=attempts)
    return Delivery(row, replace(TICKET, **changes), (turn,))


def changing(field: str, after: str, **changes: Any) -> Delivery:
    row = changed(TICKET, Change(NOON, "lee", field, "before", after), "zendesk")
    return Delivery(replace(row, attempts=1), replace(TICKET, **changes), ())


def only(account: Account) -> Json:
    (found,) = account.tickets.values()
    return found


def test_a_ticket_has_all_an_agent_needs(server: Server, account: Account) -> None:
    desk = make_desk(server, groups={"Billing": 77}, fields={"501": "reason", 502: "index_version", 503: "number"})
    remote_id = made(desk, contact=Contact(ANA, "+34 600", None, "please in Spanish"))
    found = only(account)
    assert remote_id == str(found["id"])
    assert found["external_id"] == TICKET.external_id
    assert found["subject"].startswith("[FL-1042] Refund dispute: I was charged twice")
    assert (found["priority"], found["group_id"], found["status"]) == ("high", 77, "new")
    assert found["tags"] == ["firstline", "refund_dispute", "language_es", "identity_unverified"]
    values = {each["id"]: each["value"] for each in found["custom_fields"]}
    assert values == {501: "refund_dispute", 502: "3", 503: "FL-1042"}
    assert account.users[found["requester_id"]]["email"] == ANA
    (comment,) = account.comments(found["id"])
    assert comment["public"] is False, "a mistyped address must not get the chat by mail"
    for words in (
        "FL-1042",
        "identity unverified",
        f"E-mail: {ANA}",
        "Phone: +34 600",
        "2026-03-02 12:00 UTC, Learner:",
    ):
        assert words in comment["body"]
    assert "Assistant (automated):\nYour ticket is FL-1042.\n[1] Refunds /help/refunds" in comment["body"]
    (file,) = comment["attachments"]
    assert file["file_name"] == "transcript.json"
    assert [turn["text"] for turn in file["content"]["turns"]] == [ASKED.text, ANSWERED.text]


def test_what_a_learner_typed_is_no_placeholder(desk: ZendeskDesk, account: Account) -> None:
    remote_id = made(desk)
    desk.update(adding(replace(ASKED, id="m3")), remote_id)
    bodies = [comment["body"] for comment in account.comments(int(remote_id))]
    assert len(bodies) == 2
    assert all("{ {ticket.requester.email}} { % if x %}" in body for body in bodies), bodies
    assert "{{" not in only(account)["subject"]


@pytest.mark.parametrize(
    ("identity", "contact", "expected"),
    [
        (Identity("s1", "vouched@example.org"), Contact(ANA), "vouched@example.org"),
        (Identity("s1"), Contact(ANA), ANA),
        (None, Contact(), "nobody@desk.example"),
        (None, Contact("not @n address"), "nobody@desk.example"),
        (None, Contact("suspended@example.org"), "nobody@desk.example"),
    ],
)
def test_who_asks(server: Server, identity: Identity | None, contact: Contact, expected: str) -> None:
    server.account.suspended.add("suspended@example.org")
    desk = make_desk(server, requester="nobody@desk.example")
    desk.create(replace(making(contact=contact), identity=identity))
    assert server.account.users[only(server.account)["requester_id"]]["email"] == expected


def test_without_any_address_the_agent_of_the_token_asks(desk: ZendeskDesk, account: Account) -> None:
    made(desk)
    assert only(account)["requester_id"] == API_AGENT


@pytest.mark.parametrize("fault", ["500-after", "cut-after"])
def test_an_answer_that_was_lost_makes_no_second_ticket(server: Server, desk: ZendeskDesk, fault: str) -> None:
    server.faults = ["fine", "fine", fault]
    with pytest.raises(DeliveryFailed):
        made(desk)
    assert made(desk, contact=Contact(ANA)) == str(only(server.account)["id"])


def test_nor_does_a_list_that_lags_behind(server: Server, desk: ZendeskDesk, account: Account) -> None:
    account.lagging = 2
    first = made(desk)
    with pytest.raises(DeliveryFailed, match="earlier attempt"):
        made(desk, contact=Contact(ANA))
    assert made(desk, contact=Contact(ANA)) == first == str(only(account)["id"])


def test_a_learners_words_are_public_and_the_bots_are_not(desk: ZendeskDesk, account: Account) -> None:
    remote_id = made(desk, contact=Contact(ANA))
    desk.update(adding(message("m3", "c1", 3, text="Any news?"), contact=Contact(ANA)), remote_id)
    desk.update(adding(message("m4", "c1", 4, role="bot", text="Not yet."), contact=Contact(ANA)), remote_id)
    desk.update(
        adding(message("m5", "c1", 5, role="agent", author="Mia", text="Hello"), contact=Contact(ANA)), remote_id
    )
    _, news, bot, agent = account.comments(int(remote_id))
    assert (news["body"], news["public"]) == ("Any news?", True)
    assert account.users[news["author_id"]]["email"] == ANA
    assert (bot["body"], bot["public"]) == ("2026-03-02 12:00 UTC, Assistant (automated):\nNot yet.", False)
    assert (agent["body"], agent["public"]) == ("2026-03-02 12:00 UTC, Mia (agent):\nHello", False)


def test_where_the_requester_is_somebody_else_all_is_for_agents(server: Server, account: Account) -> None:
    desk = make_desk(server, requester="nobody@desk.example")
    remote_id = made(desk)
    desk.update(adding(message("m3", "c1", 3, text="Any news?")), remote_id)
    desk.update(adding(message("m4", "c1", 4, text="Hello?"), contact=Contact(ANA)), remote_id)
    assert only(account)["requester_id"] == REQUESTS_BY
    assert [comment["public"] for comment in account.comments(int(remote_id))] == [False, False, False]


@pytest.mark.parametrize("fault", ["500-after", "cut-after"])
def test_a_turn_whose_answer_was_lost_is_told_once(server: Server, desk: ZendeskDesk, fault: str) -> None:
    remote_id = made(desk)
    turn = message("m3", "c1", 3, text="Any news?")
    for number in range(4, 8):
        desk.update(adding(message(f"m{number}", "c1", number)), remote_id)
    server.faults = [fault]
    with pytest.raises(DeliveryFailed):
        desk.update(adding(turn), remote_id)
    desk.update(adding(turn, attempts=2), remote_id)
    bodies = [comment["body"] for comment in server.account.comments(int(remote_id))]
    assert sum("Any news?" in body for body in bodies) == 1


def test_contact_makes_the_learner_the_requester_and_keeps_a_known_name(desk: ZendeskDesk, account: Account) -> None:
    account.user_with(ANA)["name"] = "Ana Ruiz"
    remote_id = made(desk)
    contact = Contact(ANA, "+34 600")
    row = replace(contact_added(TICKET, "zendesk", NOON), attempts=1)
    desk.update(Delivery(row, replace(TICKET, contact=contact), ()), remote_id)
    assert account.users[only(account)["requester_id"]]["name"] == "Ana Ruiz"
    told = account.comments(int(remote_id))[-1]
    assert (told["public"], told["body"]) == (False, f"The learner can be reached now:\nE-mail: {ANA}\nPhone: +34 600")


def test_contact_that_zendesk_does_not_take_is_still_told(desk: ZendeskDesk, account: Account) -> None:
    remote_id = made(desk)
    row = replace(contact_added(TICKET, "zendesk", NOON), attempts=1)
    desk.update(Delivery(row, replace(TICKET, contact=Contact("a@b")), ()), remote_id)
    assert "E-mail: a@b" in account.comments(int(remote_id))[-1]["body"]


def test_changes_of_the_ticket(server: Server, account: Account) -> None:
    desk = make_desk(server, groups={"Billing": 77})
    remote_id = made(desk)
    desk.update(changing("priority", "Low", priority=Priority.LOW), remote_id)
    desk.update(changing("department", "Billing"), remote_id)
    desk.update(changing("department", "Technical", department=Department.TECHNICAL), remote_id)
    desk.update(changing("assignee", "kim"), remote_id)
    desk.update(changing("status", "Closed", status=Status.CLOSED), remote_id)
    found = only(account)
    assert (found["priority"], found["group_id"], found["status"]) == ("low", 77, "solved")
    assert found["assignee_id"] == API_AGENT, "nothing is solved by nobody"
    notes = [comment["body"] for comment in account.comments(int(remote_id))[1:]]
    assert notes == ["department: Technical (by lee)", "assignee: kim (by lee)"]
    account.update(int(remote_id), {"status": "closed"}, by=KIM)
    desk.update(changing("status", "Open"), remote_id)
    assert found["status"] == "closed"


@pytest.mark.parametrize(
    ("fault", "words", "retry_after"),
    [
        ("403", "refused the e-mail address or API token", None),
        ("409", "at the same moment", None),
        ("429", "429", timedelta(seconds=7)),
        ("ticket-limit", "too many updates of this ticket", None),
        ("500", "500", None),
        ("503", "503", timedelta(seconds=7)),
        ("html", "without the JSON", None),
        ("cut", "connection broke", None),
    ],
)
def test_what_may_work_later(
    server: Server, desk: ZendeskDesk, fault: str, words: str, retry_after: timedelta | None
) -> None:
    remote_id = made(desk)
    server.faults = [fault]
    with pytest.raises(DeliveryFailed, match=words) as failed:
        desk.update(adding(message("m3", "c1", 3)), remote_id)
    if retry_after is not None or fault == "ticket-limit":
        assert failed.value.retry_after == retry_after
    assert TOKEN not in str(failed.value)


def test_a_wrong_token_or_address_is_the_operators_to_mend(server: Server) -> None:
    with pytest.raises(DeliveryFailed, match=r"e-mail address or API token of the settings \(401\)"):
        make_desk(server, token=SecretStr("wrong")).create(making())
    with pytest.raises(BadInput, match=r"setting 'desks.support.url'"):
        make_desk(server, url="zendesk.example")


def test_what_changes_nothing_by_trying_again(server: Server, desk: ZendeskDesk, account: Account) -> None:
    with pytest.raises(DeliveryRefused, match=r"refused what was sent \(422\): group$"):
        made(make_desk(server, groups={"Billing": 5}), contact=Contact(ANA))
    assert account.tickets == {}
    remote_id = made(desk)
    account.tickets[int(remote_id)]["status"] = "closed"
    with pytest.raises(DeliveryRefused, match=r"\(422\): status$"):
        desk.update(adding(message("m3", "c1", 3)), remote_id)
    account.delete(int(remote_id))
    with pytest.raises(DeliveryRefused, match="no such ticket"):
        desk.update(adding(message("m3", "c1", 3)), remote_id)


def test_a_long_chat_is_cut_in_the_comment_and_whole_in_the_file(desk: ZendeskDesk, account: Account) -> None:
    turns = tuple(message(f"m{number}", "c1", number, text="word " * 790) for number in range(1, 41))
    desk.create(replace(making(), turns=turns))
    (comment,) = account.comments(only(account)["id"])
    assert len(comment["body"].encode()) < 64_000
    assert comment["body"].endswith("… (cut here)")
    assert len(comment["attachments"][0]["content"]["turns"]) == 40


def test_a_delivery_ends_in_time(server: Server) -> None:
    assert make_desk(server, timeout="2s").longest == timedelta(seconds=12)
