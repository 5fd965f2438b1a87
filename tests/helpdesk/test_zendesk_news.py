"""What agents do in Zendesk reaches the learner once, and nothing else does."""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.desk_settings import ZendeskDesk as ZendeskSettings
from bot.errors import BadInput
from helpdesk.connectors import zendesk
from helpdesk.connectors.zendesk_news import ZendeskNews, ticket_id
from helpdesk.conversations import Chat
from helpdesk.courier import Courier
from helpdesk.delivery import DeliveryFailed
from helpdesk.desk import Desk
from helpdesk.models import Change, Contact, Conversation, Delivered, Reply, Status
from helpdesk.rounds import Rounds
from storage.store import SqlStore
from tests.helpdesk.scripted import NOON, Clock
from tests.helpdesk.zendesk_account import KIM, LEE, Account
from tests.helpdesk.zendesk_server import EMAIL, TOKEN, Server

ANA = "ana@example.org"


@pytest.fixture
def server(clock: Clock) -> Iterator[Server]:
    with Server(Account(now=clock())) as running:
        yield running


@pytest.fixture
def account(server: Server) -> Account:
    return server.account


@pytest.fixture
def zendesk_desk(server: Server) -> zendesk.ZendeskDesk:
    settings = ZendeskSettings(kind="zendesk", url=server.url, email=EMAIL, token=SecretStr(TOKEN))
    return zendesk.make("zendesk", settings)


@pytest.fixture
def news(zendesk_desk: zendesk.ZendeskDesk, store: SqlStore, clock: Clock) -> ZendeskNews:
    secrets = ["the new secret", "the old secret"]
    return ZendeskNews("zendesk", zendesk_desk, store, secrets, timedelta(minutes=5), clock=clock)


@pytest.fixture
def courier(zendesk_desk: zendesk.ZendeskDesk, store: SqlStore, clock: Clock) -> Courier:
    return Courier(store, {"zendesk": zendesk_desk}, clock=clock)


@pytest.fixture
def conversation(chat: Chat, courier: Courier, clock: Clock) -> Conversation:
    """With a ticket that Zendesk has: the account's first number is 1002."""
    conversation, _ = chat.start("demo", "en")
    chat.send(conversation, "how do refunds work?", "k1")
    chat.request_person(conversation, Contact(ANA), "r1")
    deliver(courier)
    clock.advance(hours=1)
    return conversation


def deliver(courier: Courier) -> None:
    while (claimed := courier.claim("zendesk")) is not None:
        assert courier.deliver(claimed).result == "delivered"


@pytest.fixture
def there(conversation: Conversation, account: Account) -> int:
    (number,) = account.tickets
    return number


def said(chat: Chat, conversation: Conversation) -> list[tuple[str | None, str]]:
    return [(turn.author, turn.text) for turn in chat.transcript(conversation) if turn.role == "agent"]


def comment(body: str, public: bool = True, **fields: Any) -> dict[str, Any]:
    return {"comment": {"body": body, "public": public, **fields}}


def test_public_words_of_agents_arrive_once(
    chat: Chat, desk: Desk, news: ZendeskNews, account: Account, conversation: Conversation, there: int
) -> None:
    account.update(there, comment("We paid it back."), by=KIM)
    account.update(there, comment("between us", public=False), by=KIM)
    account.update(there, comment("Also the tax."), by=LEE)
    for _ in range(2):
        news.look(str(there))
    assert said(chat, conversation) == [("Kim", "We paid it back."), ("Lee Young", "Also the tax.")]
    ticket = desk.open_case(1001).ticket
    assert ticket.status is Status.IN_PROGRESS
    assert ticket.history[-1] == Change(NOON + timedelta(seconds=2), "Kim", "status", "Open", "In progress")


def test_what_we_told_does_not_come_back(
    chat: Chat, courier: Courier, news: ZendeskNews, account: Account, conversation: Conversation, there: int
) -> None:
    chat.send(conversation, "any news?", "k2")
    deliver(courier)
    bodies = [each["body"] for each in account.comments(there)]
    assert bodies[1] == "any news?"
    assert "Assistant (automated)" in bodies[2]
    news.look(str(there))
    assert said(chat, conversation) == []


def test_nor_do_the_learners_own_mails(
    chat: Chat, news: ZendeskNews, account: Account, conversation: Conversation, there: int
) -> None:
    requester = account.tickets[there]["requester_id"]
    account.update(there, comment("I wrote you a mail"), by=requester)
    account.update(there, comment("on behalf of Ana", author_id=requester), by=KIM)
    news.look(str(there))
    assert said(chat, conversation) == []


def test_solving_with_a_reply_closes_here(
    chat: Chat, desk: Desk, news: ZendeskNews, account: Account, conversation: Conversation, there: int
) -> None:
    account.update(there, comment("Done.") | {"status": "solved", "assignee_email": "kim@desk.example"}, by=KIM)
    news.look(str(there))
    assert said(chat, conversation) == [("Kim", "Done.")]
    assert desk.open_case(1001).ticket.status is Status.CLOSED
    account.update(there, {"status": "pending"}, by=LEE)
    for _ in range(2):
        news.look(str(there))
    ticket = desk.open_case(1001).ticket
    assert [(change.actor, change.after) for change in ticket.history if change.field == "status"] == [
        ("firstline", "Open"),
        ("Kim", "In progress"),
        ("Kim", "Closed"),
        ("Lee Young", "In progress"),
    ]


def test_the_bot_is_silent_from_the_first_reply_until_it_is_solved(
    chat: Chat, courier: Courier, news: ZendeskNews, account: Account, clock: Clock, conversation: Conversation,
    there: int,
) -> None:  # fmt: skip
    account.update(there, comment("between us", public=False), by=KIM)
    news.poll()
    assert isinstance(chat.send(conversation, "any news?", "k2"), Reply), "no learner saw a person yet"
    account.now = clock.advance(minutes=5)
    account.update(there, comment("Which card?"), by=KIM)
    news.poll()
    assert isinstance(chat.send(conversation, "The red one.", "k3"), Delivered)
    deliver(courier)
    assert account.comments(there)[-1]["body"] == "The red one."
    account.now = clock.advance(minutes=5)
    account.update(there, {"status": "solved", "assignee_email": "kim@desk.example"}, by=KIM)
    news.poll()
    assert isinstance(chat.send(conversation, "how do vouchers work?", "k4"), Reply)
    account.now = clock.advance(minutes=5)
    account.update(there, {"status": "open"}, by=KIM)
    for _ in range(2):
        news.look(str(there))
    assert isinstance(chat.send(conversation, "how do courses work?", "k5"), Reply), "reopened, and nobody wrote"


def test_news_older_than_a_change_here_change_nothing(
    desk: Desk, news: ZendeskNews, account: Account, clock: Clock, there: int
) -> None:
    account.update(there, {"status": "open"}, by=KIM)
    desk.change_status(1001, Status.CLOSED, "mia")
    news.look(str(there))
    assert desk.open_case(1001).ticket.status is Status.CLOSED
    account.now = clock.advance(hours=1)
    account.update(there, {"status": "pending"}, by=KIM)
    news.look(str(there))
    assert desk.open_case(1001).ticket.status is Status.IN_PROGRESS


def test_a_ticket_whose_answer_was_lost_is_known_by_our_id(
    chat: Chat, news: ZendeskNews, account: Account, conversation: Conversation, store: SqlStore
) -> None:
    number = account.create({**comment("x", False), "external_id": "firstline-unknown"}, None)["id"]
    with store.read() as work:
        ticket = work.tickets.get(1001)
    assert ticket is not None
    account.tickets[number]["external_id"] = ticket.external_id
    account.update(number, comment("Hello"), by=KIM)
    news.look(str(number))
    assert said(chat, conversation) == []
    news.poll()
    assert said(chat, conversation) == [("Kim", "Hello")]


def test_polling_goes_on_from_where_it_was(
    chat: Chat, server: Server, news: ZendeskNews, account: Account, conversation: Conversation, there: int
) -> None:
    others = [account.create(comment("not ours", False), None)["id"] for _ in range(3)]
    account.update(there, comment("one"), by=KIM)
    news.poll()
    server.requests.clear()
    news.poll()
    assert server.requests == ["GET /api/v2/incremental/tickets/cursor.json"], "nothing is new"
    account.update(there, comment("two"), by=KIM)
    account.update(others[0], comment("not ours"), by=KIM)
    server.faults = ["fine", "503"]
    with pytest.raises(DeliveryFailed):
        news.poll()
    news.poll()
    assert said(chat, conversation) == [("Kim", "one"), ("Kim", "two")]


def test_a_cursor_that_is_refused_and_a_ticket_that_is_gone_stop_nothing(
    chat: Chat, news: ZendeskNews, account: Account, conversation: Conversation, store: SqlStore, there: int
) -> None:
    with store.begin() as work:
        work.cursors.set("zendesk/zendesk", "99999")
    gone = account.create({**comment("x", False), "external_id": "firstline-gone"}, None)["id"]
    account.audits.pop(gone)
    account.update(there, comment("one"), by=KIM)
    news.poll()
    assert said(chat, conversation) == [("Kim", "one")]


def test_one_process_polls_in_each_period(news: ZendeskNews, store: SqlStore, clock: Clock, server: Server) -> None:
    told: list[str] = []
    one, other = (
        Rounds(store, {}, trouble=lambda name, error: told.append(f"{name}: {error}"), clock=clock) for _ in range(2)
    )
    assert one.once("zendesk", news)
    assert not other.once("zendesk", news)
    clock.advance(minutes=5)
    server.faults = ["503"]
    assert other.once("zendesk", news)
    assert told == ["zendesk: it answered 503"]


def test_rounds_run_until_they_are_stopped(
    chat: Chat, news: ZendeskNews, account: Account, conversation: Conversation, store: SqlStore, there: int
) -> None:
    account.update(there, comment("one"), by=KIM)
    polled = []

    class Watched:
        every = timedelta(seconds=1)

        def poll(self) -> None:
            news.poll()
            polled.append(1)
            rounds.stop()

    rounds = Rounds(store, {"zendesk": Watched()}, trouble=lambda *_: None)
    rounds.start()
    for thread in rounds._threads:
        thread.join(30)
    assert polled == [1]
    assert said(chat, conversation) == [("Kim", "one")]


RECORDED = """{"audits": [
  {"author_id": 3, "created_at": "2026-03-02T13:00:00Z", "events": [
     {"attachments": [], "body": "Thanks for your help!", "id": 1564245, "public": true, "type": "Comment"},
     {"body": "Ticket #47 has been updated", "id": 1564246, "subject": "Updated", "type": "Notification"}],
   "id": 35436, "metadata": {"custom": {"time_spent": "3m22s"}, "system": {"ip_address": "184.106.40.75"}},
   "ticket_id": 47, "via": {"channel": "web"}},
  {"author_id": -1, "created_at": "2026-03-02T13:10:00Z", "events": [
     {"field_name": "status", "id": 2127301163, "previous_value": "new", "type": "Change", "value": "solved",
      "via": {"channel": "rule", "source": {"from": {"id": 35079792, "title": "Close"}, "rel": "trigger", "to": {}}}},
     {"field_name": "custom_status_id", "id": 2127301164, "previous_value": 1, "type": "Change", "value": 123}],
   "id": 2127301143, "metadata": {"custom": {}, "system": {}}, "ticket_id": 47, "via": {"channel": "web"}}],
 "count": 2, "next_page": null, "previous_page": null}"""
"""The shape of "List Audits for a Ticket" in the reference, with a comment that has no author of its own, a change that
a trigger made, a custom status, and pages counted the old way."""


def test_the_shapes_of_the_reference(
    chat: Chat, desk: Desk, news: ZendeskNews, account: Account, conversation: Conversation, there: int
) -> None:
    account.audits[there] = json.loads(RECORDED)["audits"]
    news.look(str(there))
    assert said(chat, conversation) == [("Kim", "Thanks for your help!")]
    assert desk.open_case(1001).ticket.history[-1].actor == "zendesk"
    assert desk.open_case(1001).ticket.status is Status.CLOSED


def sign(secret: str, timestamp: str, body: bytes) -> str:
    return b64encode(hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()).decode()


def test_signatures(news: ZendeskNews) -> None:
    body, now = b'{"ticket_id": "1"}', "2026-03-02T12:00:00Z"
    for secret in ("the new secret", "the old secret"):
        assert news.signed(sign(secret, now, body), now, body)
    assert not news.signed(sign("another", now, body), now, body)
    assert not news.signed(sign("the new secret", now, body), now, body + b" ")
    assert not news.signed(sign("the new secret", now, body), "2026-03-02T12:00:01Z", body)
    assert not news.signed("é", now, body)
    for late in ("2026-03-02T11:54:59Z", "2026-03-02T12:05:01Z", "yesterday", ""):
        assert not news.signed(sign("the new secret", late, body), late, body)


@pytest.mark.parametrize(
    "told", [{"ticket_id": "35436"}, {"ticket_id": 35436}, {"type": "x", "detail": {"id": "35436"}}]
)
def test_the_ticket_that_a_webhook_names(told: object) -> None:
    assert ticket_id(told) == "35436"


@pytest.mark.parametrize("told", [None, [], {}, {"ticket_id": "../users"}, {"detail": []}, {"ticket_id": "٣"}])
def test_a_webhook_that_names_none(told: object) -> None:
    with pytest.raises(BadInput, match="names no ticket"):
        ticket_id(told)
