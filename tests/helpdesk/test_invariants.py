"""Whatever a learner and an agent do, in whatever order: one reply a message, one open ticket a chat, nothing promised
that is not stored."""

import shutil
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bot.errors import BadInput, ModelUnavailable
from helpdesk.conversations import Chat
from helpdesk.desk import Desk
from helpdesk.inbound import Inbound
from helpdesk.models import Agent, Contact, Conversation, Delivered, Status
from helpdesk.takeover import Takeover
from storage.engine import open_engine
from storage.store import SqlStore
from tests.helpdesk.scripted import Clock, Script

WORDS = st.sampled_from(["how", "hello", "which", "weather", "thanks", "human", "certificate", "hacked"])
KEYS = st.integers(0, 8).map(lambda number: f"k{number}")
CONTACTS = st.builds(
    Contact,
    email=st.sampled_from([None, "a@example.org", "b@example.org"]),
    note=st.sampled_from([None, "one", "two"]),
)

AGENTS = st.sampled_from([Agent("kim", "agent", "Kim"), Agent("lee", "agent")])


class Support(RuleBasedStateMachine):
    """One conversation, and the agents behind it."""

    migrated: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.migrated, self.folder / "firstline.db")
        self.engine = open_engine(f"sqlite:///{self.folder}/firstline.db")
        self.store, self.script, self.clock = SqlStore(self.engine), Script(), Clock()
        self.chat = Chat(self.store, self.script, clock=self.clock)
        self.desk = Desk(self.store, clock=self.clock)
        self.takeover = Takeover(self.store, clock=self.clock)
        self.inbound = Inbound(self.store, clock=self.clock)
        self.to_people: set[str] = set()
        self.conversation, _ = self.chat.start("demo", "en")
        self.replies: dict[str, str] = {}
        self.requests: dict[str, int] = {}

    @rule(text=WORDS, key=KEYS, fails=st.booleans())
    def send(self, text: str, key: str, fails: bool) -> None:
        self.clock.advance(seconds=50)
        self.script.failures = [ModelUnavailable("away")] if fails else []
        try:
            reply = self.chat.send(self.conversation, text, key)
        except ModelUnavailable:
            assert key not in self.replies
            return
        if isinstance(reply, Delivered):
            assert key not in self.replies
            self.to_people.add(key)
            return
        assert key not in self.to_people
        assert self.replies.setdefault(key, reply.message.id) == reply.message.id

    @rule(contact=CONTACTS, key=KEYS)
    def ask_for_a_person(self, contact: Contact, key: str) -> None:
        number = self.chat.request_person(self.conversation, contact, key).number
        assert self.requests.setdefault(key, number) == number

    @rule(number=st.integers(1001, 1004), status=st.sampled_from(Status))
    def change_status(self, number: int, status: Status) -> None:
        try:
            assert self.desk.change_status(number, status, "kim").status is status
        except BadInput:  # no such ticket, or another one is open
            return

    @rule(number=st.integers(1001, 1003), agent=AGENTS, act=st.sampled_from(["join", "reply", "release"]))
    def take_over(self, number: int, agent: Agent, act: str) -> None:
        try:
            match act:
                case "join":
                    self.takeover.join(number, agent)
                case "reply":
                    self.takeover.reply(number, agent, "hello", str(self.clock.advance(seconds=1)))
                case _:
                    self.takeover.release(number, agent.login)
        except BadInput:  # no such ticket, a closed one, or somebody else is there
            return

    @rule(number=st.integers(1001, 1003), act=st.sampled_from(["reply", "close", "open"]))
    def elsewhere(self, number: int, act: str) -> None:
        key = str(self.clock.advance(seconds=1))
        if act == "reply":
            self.inbound.reply(number, "Max", "hello", key, "zendesk")
        else:
            status = Status.CLOSED if act == "close" else Status.IN_PROGRESS
            self.inbound.status(number, status, "Max", key, "zendesk")

    @invariant()
    def the_bot_is_silent_while_somebody_is_in_the_chat(self) -> None:
        inside = False
        for message in self.chat.transcript(self.conversation):
            if message.role == "system":
                inside = "joined" in message.text or "taken over" in message.text
            assert not (inside and message.role == "bot")
            late = message.external_key is not None and message.external_key.startswith("zendesk/")
            assert inside or message.role != "agent" or late, "on a closed ticket, of another desk"
        current = self.conversation_now()
        assert (current.taken_by is not None) is inside

    def conversation_now(self) -> Conversation:
        with self.store.read() as work:
            found = work.conversations.get(self.conversation.id)
        assert found is not None
        return found

    @invariant()
    def every_message_has_one_place_and_one_reply_at_most(self) -> None:
        transcript = self.chat.transcript(self.conversation)
        assert [message.sequence for message in transcript] == list(range(1, len(transcript) + 1))
        replies = Counter(message.reply_to for message in transcript if message.role == "bot")
        assert set(replies.values()) <= {1}
        assert set(self.replies.values()) <= {message.id for message in transcript}

    @invariant()
    def every_promised_ticket_exists_and_one_is_open_at_most(self) -> None:
        tickets = self.desk.page().tickets
        outcomes = [message.outcome for message in self.chat.transcript(self.conversation) if message.outcome]
        promised = {outcome["ticket_number"] for outcome in outcomes} - {None}
        assert promised <= {ticket.label for ticket in tickets}
        assert all((outcome["handoff"] == "required") == bool(outcome["ticket_number"]) for outcome in outcomes)
        assert sum(ticket.status is not Status.CLOSED for ticket in tickets) <= 1

    @invariant()
    def every_ticket_is_delivered_once_and_knows_its_history(self) -> None:
        tickets = self.desk.page().tickets
        with self.store.read() as work:
            created = [row.ticket_number for row in work.outbox.pending() if row.kind == "ticket_created"]
        assert sorted(created) == sorted(ticket.number for ticket in tickets)
        for ticket in tickets:
            statuses = [change.after for change in ticket.history if change.field == "status"]
            assert statuses[-1] == ticket.status.value

    def teardown(self) -> None:
        self.engine.dispose()
        shutil.rmtree(self.folder)


def test_support_keeps_its_promises(migrated_file: Path) -> None:
    Support.migrated = migrated_file
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    bounds = settings(
        max_examples=6, stateful_step_count=15, deadline=None, suppress_health_check=slow, derandomize=True
    )
    run_state_machine_as_test(Support, settings=bounds)
