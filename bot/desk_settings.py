"""Settings of the desks that tickets are delivered to. Secrets belong in the environment."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


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
