"""What comes in and goes out over HTTP, with examples for the API documentation."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.screening import MAX_CHARACTERS


class Incoming(BaseModel):
    """Requests know their fields; an unknown one is a mistake worth saying."""

    model_config = ConfigDict(extra="forbid")


class NewConversation(Incoming):
    site: Annotated[str, Field(max_length=64, examples=["demo"])]
    locale: Annotated[str, Field(max_length=35, examples=["en"])] = "en"
    identity_token: Annotated[str | None, Field(max_length=4096, description="JWT signed by the site's host")] = None


class ConversationOpened(BaseModel):
    conversation_id: str
    token: str = Field(description="Bearer token of this conversation; it is told only here.")
    locale: str
    email: str | None = Field(description="E-mail address to prefill, where the host signed one.")


class NewMessage(Incoming):
    text: Annotated[str, Field(min_length=1, max_length=MAX_CHARACTERS, examples=["How do I get a refund?"])]
    client_message_id: Annotated[str, Field(min_length=1, max_length=64, examples=["6f1c"])]


class HandoffRequest(Incoming):
    email: Annotated[str | None, Field(max_length=254, examples=["ana@example.org"])] = None
    phone: Annotated[str | None, Field(max_length=40)] = None
    call_at: Annotated[str | None, Field(max_length=100, description="When to call, in the learner's words")] = None
    note: Annotated[str | None, Field(max_length=2000)] = None
    client_request_id: Annotated[str, Field(min_length=1, max_length=64, examples=["b2"])]


class HandoffMade(BaseModel):
    ticket_number: str = Field(examples=["FL-1042"])


class Feedback(Incoming):
    message_id: Annotated[str, Field(max_length=64)]
    helpful: bool
    comment: Annotated[str | None, Field(max_length=2000)] = None


class TurnOut(BaseModel):
    id: str
    role: Literal["learner", "bot", "agent", "system"]
    text: str
    created_at: str
    client_message_id: str | None
    outcome: dict[str, Any] | None
    helpful: bool | None
    author: str | None = Field(None, description="Of an agent's turn: the name that the learner knows them by.")


class Person(BaseModel):
    name: str | None = Field(description="What the agent who has joined is called; null: somebody from the team.")


class TicketMark(BaseModel):
    number: str
    status: str


class Transcript(BaseModel):
    conversation_id: str
    site: str
    locale: str
    email: str | None
    turns: list[TurnOut]
    ticket: TicketMark | None
    person: Person | None = Field(None, description="Who has joined the chat; null: the bot answers.")


class ChatState(BaseModel):
    """What a `state` event says."""

    person: Person | None
    ticket: TicketMark | None = Field(description="The newest one, closed or not.")


class SiteOut(BaseModel):
    site: str
    name: str
    locales: list[str]
    locale: str
    suggestions: list[str]


class SearchResult(BaseModel):
    article_id: str
    title: str
    url: str
    locale: str
    snippet: str


class SearchResults(BaseModel):
    results: list[SearchResult]


class ErrorDetail(BaseModel):
    code: str
    message: str


class ErrorOut(BaseModel):
    error: ErrorDetail


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route may answer with, for the API documentation."""
    return {status: {"model": ErrorOut} for status in statuses}


def errors_before_a_stream(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The same, which is JSON where the rest of the route is a stream."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{ErrorOut.__name__}"}}}
    return {status: {"content": content} for status in statuses}


class Claim(BaseModel):
    text: str
    message_id: str
    quote: str


class ChangeOut(BaseModel):
    at: str
    actor: str
    field: str
    before: str | None
    after: str | None


class TicketOut(BaseModel):
    number: str
    external_id: str
    conversation_id: str
    site: str
    reason: str
    category: str
    department: str
    priority: str
    status: str
    language: str
    identity: str
    subject: str | None
    index_version: int | None
    created_at: str
    updated_at: str
    email: str | None
    phone: str | None
    call_at: str | None
    note: str | None
    summary: list[Claim]
    articles_shown: list[str]
    history: list[ChangeOut]


class TicketWithTranscript(TicketOut):
    transcript: list[TurnOut]


class TicketList(BaseModel):
    tickets: list[TicketOut]
    next_before: int | None = Field(description="Pass as `before` for the next page; null at the end.")


class StatusChange(Incoming):
    status: Literal["Open", "In progress", "Closed"]
