"""Talking to the service as the widget does."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

from bot.models import Outcome, Question

OUTCOME_KEYS = [
    *("id", "outcome", "text", "confidence", "calibration", "reason", "handoff", "ticket_number", "department"),
    *("priority", "question_language", "language", "index_version", "choices", "suggestions", "citations"),
    "retrieved",
]
"""ARCHITECTURE.md's, in its order."""
ANSWERED = "How do I get a refund for a course?"
FAR_OFF = "What will the weather be like in Lisbon tomorrow?"
PERSON = "I want to talk to a person"


def events(body: str) -> list[tuple[str, dict[str, Any]]]:
    """A server-sent stream's events as (name, data), without comments."""
    found = []
    for block in body.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def outcome_of(body: str) -> dict[str, Any]:
    """The outcome of a stream that went well: deltas, then the one outcome, whose text they join to."""
    told = events(body)
    assert [name for name, _ in told[:-1]] == ["delta"] * (len(told) - 1), body
    name, outcome = told[-1]
    assert name == "outcome", outcome
    assert "".join(data["text"] for _, data in told[:-1]) == outcome["text"]
    return outcome


@dataclass(frozen=True)
class Talk:
    """One conversation, over a TestClient or an httpx client."""

    client: Any
    id: str
    token: str
    email: str | None = None

    @classmethod
    def start(cls, client: Any, site: str = "demo", **fields: Any) -> "Talk":
        answer = client.post("/v1/conversations", json={"site": site, "locale": "en"} | fields)
        assert answer.status_code == 201, answer.text
        told = answer.json()
        return cls(client, told["conversation_id"], told["token"], told["email"])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def post(self, what: str, **fields: Any) -> Any:
        return self.client.post(f"/v1/conversations/{self.id}/{what}", json=fields, headers=self.headers)

    def send(self, text: str, key: str | None = None) -> Any:
        """The response to a message, whatever it is."""
        return self.post("messages", text=text, client_message_id=key or uuid.uuid4().hex)

    def say(self, text: str, key: str | None = None) -> dict[str, Any]:
        """The outcome of a message."""
        answer = self.send(text, key)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/event-stream")
        return outcome_of(answer.text)

    def ask_for_person(self, request: str = "r1", **contact: Any) -> str:
        answer = self.post("handoff", client_request_id=request, **contact)
        assert answer.status_code == 201, answer.text
        number: str = answer.json()["ticket_number"]
        return number

    def read(self) -> dict[str, Any]:
        answer = self.client.get(f"/v1/conversations/{self.id}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        transcript: dict[str, Any] = answer.json()
        return transcript


@dataclass(frozen=True)
class StandIn:
    """An assistant whose parts can be chosen."""

    bot: Any
    shelf: Any
    retrieval: Any

    def answer(self, question: Question) -> Outcome:
        outcome: Outcome = self.bot.answer(question)
        return outcome

    def warm_up(self, library: Any) -> None:
        """Nothing to warm."""
