"""Settings of the desks that tickets are delivered to. Secrets belong in the environment."""

from datetime import timedelta
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator

from bot.models import Department
from bot.units import duration

SHORTEST_KEY = 16
"""Characters of a signing key."""
Duration = Annotated[timedelta, BeforeValidator(duration)]
TicketField = Literal[
    "number",
    "conversation_id",
    "site",
    "reason",
    "category",
    "department",
    "priority",
    "language",
    "identity",
    "index_version",
]


class _Desk(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WebhookDesk(_Desk):
    """A URL that gets signed JSON."""

    kind: Literal["webhook"]
    url: str = Field(description="Where the JSON is posted to.")
    keys: tuple[SecretStr, ...] = Field(
        min_length=1,
        description="Signing keys, the newest first; a request is signed with each, so keys can be changed.",
    )
    timeout: Duration = Field(timedelta(seconds=10), description="Longest time that a delivery may take (s, m).")

    @field_validator("keys")
    @classmethod
    def _long_enough(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(key.get_secret_value()) < SHORTEST_KEY for key in keys):
            raise ValueError(f"a signing key has at least {SHORTEST_KEY} characters")
        return keys


class ZendeskDesk(_Desk):
    """A Zendesk Support account."""

    kind: Literal["zendesk"]
    url: str = Field(description="Address of the account, like https://name.zendesk.com.")
    email: str = Field(description="The agent in whose name tickets are made.")
    token: SecretStr = Field(description="API token of that agent.")
    timeout: Duration = Field(timedelta(seconds=10), description="Longest wait for one answer (s, m).")
    requester: str = Field(
        "", description="E-mail of the requester where the learner's is not known. Empty: the agent of the token."
    )
    public: bool = Field(
        False, description="Whether the requester sees the transcript; Zendesk's triggers may mail it to them."
    )
    tags: tuple[str, ...] = Field(("firstline",), description="Tags of every ticket, beside reason and language.")
    groups: dict[Department, int] = Field({}, description="Ids of the groups by department.")
    fields: dict[int, TicketField] = Field(
        {}, description=f"What is put into custom fields, by their id: {', '.join(get_args(TicketField))}."
    )
    webhook_secrets: tuple[SecretStr, ...] = Field(
        (), description="Signing secrets of the webhook that tells of changes; several while one is replaced."
    )
    poll: Duration = Field(
        timedelta(minutes=5), description="How often changes are asked for; at least 1m, or 0s for never."
    )

    @field_validator("poll")
    @classmethod
    def _not_too_often(cls, poll: timedelta) -> timedelta:
        # Zendesk allows ten exports a minute for the whole account; others want some of them.
        if timedelta() < poll < timedelta(minutes=1):
            raise ValueError("ask at most once a minute, like 1m, or never with 0s")
        return poll


class EmailDesk(_Desk):
    """A mailbox."""

    kind: Literal["email"]
    to: str = Field(description="Address that tickets are sent to.")
    sender: str = Field(description="Address that tickets are sent from.")
    smtp_host: str = Field(description="The server that takes outgoing mail.")


DeskSettings = Annotated[WebhookDesk | ZendeskDesk | EmailDesk, Field(discriminator="kind")]
