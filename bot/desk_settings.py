"""Settings of the desks that tickets are delivered to. Secrets belong in the environment."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator

from bot.units import duration

SHORTEST_KEY = 16
"""Characters of a signing key."""


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
    timeout: Annotated[timedelta, BeforeValidator(duration)] = Field(
        timedelta(seconds=10), description="Longest time that a delivery may take (s, m)."
    )

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


class EmailDesk(_Desk):
    """A mailbox."""

    kind: Literal["email"]
    to: str = Field(description="Address that tickets are sent to.")
    sender: str = Field(description="Address that tickets are sent from.")
    smtp_host: str = Field(description="The server that takes outgoing mail.")


DeskSettings = Annotated[WebhookDesk | ZendeskDesk | EmailDesk, Field(discriminator="kind")]
