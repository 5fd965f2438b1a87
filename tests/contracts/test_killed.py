"""Killed at any moment: no acknowledged turn and no ticket is lost or double, and asking again finishes the job."""

import random
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from helpdesk.conversations import Chat
from helpdesk.desk import parse_number
from helpdesk.models import Conversation, Message
from storage.store import SqlStore
from tests.helpdesk.scripted import Script

ROOT = Path(__file__).parents[2]
ROUNDS = 6
ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


def run_and_kill(url: str, name: str, seconds: float) -> list[list[str]]:
    """What the process said until it was killed, `seconds` after its first word."""
    command = [sys.executable, "-m", "tests.contracts.sender", url, name]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(seconds)
        process.kill()
        lines = [first, *process.stdout]
    # The last line may have been cut off by the kill.
    return [line.split() for line in lines if line.endswith("\n")]


def everything(store: SqlStore) -> tuple[list[Conversation], list[Message]]:
    with store.read() as work:
        conversations = list(work.conversations.started_between(*ALWAYS))
        return conversations, [message for each in conversations for message in work.messages.of(each.id)]


def test_a_killed_process_loses_and_doubles_nothing(store: SqlStore, url: str) -> None:
    rolls = random.Random(7)
    said = [line for n in range(ROUNDS) for line in run_and_kill(url, f"p{n}", rolls.uniform(0.01, 0.3))]
    conversations, messages = everything(store)
    learner = Counter(message.client_message_id for message in messages if message.role == "learner")
    replied = {message.reply_to for message in messages if message.role == "bot"}
    by_key = {message.client_message_id: message for message in messages if message.client_message_id}

    assert len(said) > 2 * ROUNDS
    assert set(learner.values()) == {1}
    for word, key, *ticket in said:
        assert key in by_key, f"{word} {key} was acknowledged and is lost"
        if word == "replied":
            assert [str(ticket_of(store, by_key[key]))] == ticket
        if word == "contact":
            assert contact_of(store, ticket[0]) == "a@example.org"

    assert_tickets_match(store, messages)
    open_ones = [message for message in messages if message.role == "learner" and message.id not in replied]
    resend(store, conversations, open_ones)
    _, messages = everything(store)
    answers = Counter(message.reply_to for message in messages if message.role == "bot")
    assert set(answers.values()) == {1}
    assert set(answers) == {message.id for message in messages if message.role == "learner"}
    assert_tickets_match(store, messages)


def resend(store: SqlStore, conversations: list[Conversation], messages: list[Message]) -> None:
    chat = Chat(store, Script())
    by_id = {conversation.id: conversation for conversation in conversations}
    for message in messages:
        assert message.client_message_id
        chat.send(by_id[message.conversation_id], message.text, message.client_message_id)


def ticket_of(store: SqlStore, message: Message) -> str | None:
    with store.read() as work:
        reply = work.messages.reply_to(message.id)
    assert reply is not None
    assert reply.outcome is not None
    label: str | None = reply.outcome["ticket_number"]
    return label


def contact_of(store: SqlStore, label: str) -> str | None:
    with store.read() as work:
        ticket = work.tickets.get(parse_number(label))
    assert ticket is not None
    return ticket.contact.email


def assert_tickets_match(store: SqlStore, messages: list[Message]) -> None:
    """Every number that was told is a ticket, every ticket has its delivery, no conversation has two."""
    told = {m.conversation_id: m.outcome["ticket_number"] for m in messages if m.outcome and m.outcome["ticket_number"]}
    with store.read() as work:
        tickets = work.tickets.page(limit=100_000).tickets
        created = [row.ticket_number for row in work.outbox.pending() if row.kind == "ticket_created"]
        added = [row.ticket_number for row in work.outbox.pending() if row.kind == "contact_added"]
    assert {ticket.conversation_id: ticket.label for ticket in tickets} == told
    assert len(tickets) == len(told)
    assert sorted(created) == sorted(ticket.number for ticket in tickets)
    assert sorted(added) == sorted(ticket.number for ticket in tickets if ticket.contact.email)
