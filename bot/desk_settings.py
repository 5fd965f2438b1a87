"""Settings of the desks that tickets are delivered to. Secrets belong in the environment."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator, model_validator

from bot.models import Department
from bot.units import duration, size

LOCAL = ("localhost", "127.0.0.1", "::1")
SHORTEST_KEY = 16
"""Characters of a signing key."""
Duration = Annotated[timedelta, BeforeValidator(duration)]
Size = Annotated[int, BeforeValidator(size)]
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


Security = Literal["starttls", "tls", "none"]


class EmailDesk(_Desk):
    """A team's address: tickets go there as mail, answers are read from a mailbox."""

    kind: Literal["email"]
    to: str = Field(description="Address that tickets are sent to.")
    sender: str = Field(description="Address that they are sent from, and whose mailbox is read.")
    name: str = Field("Support", description="Name beside that address.")
    secret: SecretStr = Field(description="Signs the reply addresses of tickets; changing it ends those in use.")
    plus: bool = Field(
        True, description="Whether mail to name+anything@ reaches name@. Else threads alone tell the ticket."
    )
    agents: tuple[str, ...] = Field(
        (), description="Who answers as an agent: addresses, or @domains. Empty: everybody of the domain of 'to'."
    )
    smtp_host: str = Field(description="The server that takes outgoing mail.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port.")
    smtp_security: Security = Field("starttls", description="starttls, tls, or none (only within one machine).")
    smtp_user: str = Field("", description="User there. Empty: none.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password of that user.")
    imap_host: str = Field("", description="The server of the sender's mailbox. Empty: answers are not read.")
    imap_port: int = Field(993, ge=1, le=65535, description="Its port.")
    imap_security: Security = Field("tls", description="tls, starttls, or none (only within one machine).")
    imap_user: str = Field("", description="User there.")
    imap_password: SecretStr = Field(SecretStr(""), description="Password of that user.")
    imap_folder: str = Field("INBOX", description="Folder that is read.")
    imap_every: Duration = Field(timedelta(minutes=1), description="How often it is read (s, m); 0s for never.")
    ca: Path | None = Field(
        None, description="File of the authority that both servers are trusted by. Empty: the system's."
    )
    timeout: Duration = Field(timedelta(seconds=10), description="Longest wait for one answer of a server (s, m).")
    largest: Size = Field(10_000_000, description="Largest mail that is read (B, kB or MB).")
    hourly: int = Field(30, ge=1, le=1000, description="Most mails an hour that are taken from one address.")

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> "EmailDesk":
        for way, host, password in (
            (self.smtp_security, self.smtp_host, self.smtp_password),
            (self.imap_security, self.imap_host, self.imap_password),
        ):
            if way == "none" and password.get_secret_value() and host not in LOCAL:
                raise ValueError(f"no password goes to {host} without starttls or tls")
        return self

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, secret: SecretStr) -> SecretStr:
        if len(secret.get_secret_value()) < SHORTEST_KEY:
            raise ValueError(f"the secret has at least {SHORTEST_KEY} characters")
        return secret

    @field_validator("to", "sender")
    @classmethod
    def _address(cls, address: str) -> str:
        local, _, domain = address.partition("@")
        if not local or not domain or not address.isascii() or re.search(r"[\s<>,;@]", local + domain):
            raise ValueError("that is no address like support@learn.example")
        return address


DeskSettings = Annotated[WebhookDesk | ZendeskDesk | EmailDesk, Field(discriminator="kind")]
