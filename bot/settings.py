"""Every setting, with its unit: environment variables `FIRSTLINE_*` first, then `firstline.toml`, then the default."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot import units
from bot.desk_settings import DeskSettings
from bot.errors import BadInput

Duration = Annotated[timedelta, BeforeValidator(units.duration)]
Size = Annotated[int, BeforeValidator(units.size)]
Rate = Annotated[units.Rate, NoDecode, BeforeValidator(units.rate)]
PREFIX = "FIRSTLINE_"
SHORTEST_KEY = 32
"""Bytes of an identity key (RFC 7518, 3.2: no shorter than the hash)."""
_PACKAGE = Path(__file__).parent


class Site(BaseModel):
    """A page or platform that embeds the widget."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field("Quillmere", description="What learners know the platform as; the widget's heading.")
    origins: tuple[str, ...] = Field(
        (), description="Origins that may embed the widget, like https://learn.example. Empty: nobody."
    )
    locales: tuple[str, ...] = Field(("en", "es", "zh"), description="Languages the widget offers, the default first.")
    collections: tuple[str, ...] = Field((), description="Collections that are searched. Empty: all of them.")
    identity_key: SecretStr | None = Field(
        None, description="Secret (32 bytes or more) with which the host signs identity tokens (HS256)."
    )

    @field_validator("identity_key")
    @classmethod
    def _long_enough(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(key.get_secret_value().encode()) < SHORTEST_KEY:
            raise ValueError(f"the key is too short; use at least {SHORTEST_KEY} bytes")
        return key

    connector: str = Field("desk", description="Where tickets go: desk (the built-in one) or a name under 'desks'.")
    mailer: str = Field(
        "", description="E-mail desk that sends agents' replies to the learner's address too. Empty: none."
    )
    suggestions: dict[str, tuple[str, ...]] = Field({}, description="Questions offered at the start, by locale.")


class Limits(BaseModel):
    """How much one visitor, one chat and one site may ask."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    address: Rate = Field(units.Rate(60, 60), description="Messages and new conversations per network address.")
    conversation: Rate = Field(units.Rate(20, 60), description="Messages per conversation.")
    site: Rate = Field(units.Rate(1200, 60), description="Messages per site.")
    handoffs: Rate = Field(units.Rate(20, 3600), description="Handoff requests per network address.")
    logins: Rate = Field(units.Rate(10, 60), description="Sign-in attempts per network address.")
    body: Size = Field(64_000, description="Largest request body (B, kB or MB).")
    messages: int = Field(400, ge=1, description="Most messages of one conversation.")


class Settings(BaseSettings):
    """What an operator may set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, arbitrary_types_allowed=True
    )

    data: Path = Field(Path("var/data"), description="Folder of the database and the index versions.")
    models: Path = Field(Path("var/models"), description="Folder of the prepared models.")
    database: str = Field("", description="Database URL (postgresql+psycopg://user@host/name). Empty: SQLite.")
    intents: Path = Field(_PACKAGE / "intents.yaml", description="The intent file.")
    replies: Path = Field(_PACKAGE / "replies.yaml", description="The bot's own words.")
    embedder: str = Field(
        "default",
        description="default; onnx:FOLDER, made by 'firstline models export'; openai:MODEL, on the server of "
        "embedder_url (texts leave the machine); or sentence-transformers:NAME (a local folder or a hub name; needs "
        "the extra).",
    )
    embedder_url: str = Field("", description="Base URL of an OpenAI-compatible server, for openai:MODEL.")
    embedder_key: SecretStr = Field(SecretStr("none"), description="Key of that server.")
    reranker: str = Field(
        "", description="sentence-transformers:NAME, a cross-encoder that reorders the ten best. Empty: none."
    )
    threads: int = Field(1, ge=1, le=64, description="Threads of the embedding model.")
    target_error_rate: float = Field(0.15, gt=0, lt=1, description="Acceptable share of wrong answers among answers.")
    generator_url: str = Field("", description="Base URL of an OpenAI-compatible server. Empty: extractive answers.")
    generator_model: str = Field("", description="Name of the model on that server.")
    generator_key: SecretStr = Field(SecretStr("none"), description="Key of that server.")
    generator_timeout: Duration = Field(timedelta(seconds=20), description="Longest wait for a model (s, m, h, d).")
    answer_cache: int = Field(
        1000, ge=0, description="Answers kept in memory for questions asked again word for word. 0: none."
    )
    keep_versions: int = Field(3, ge=1, description="Index versions kept on disk, the live one included.")
    poll: Duration = Field(timedelta(seconds=1), description="How often a server looks for a new index version.")
    retention: Duration = Field(timedelta(days=365), description="How long conversations are kept (s, m, h, d).")
    idle: Duration = Field(timedelta(minutes=30), description="Silence after which a conversation counts as ended.")
    takeover: Duration = Field(
        timedelta(hours=12),
        description="Silence of an agent in a chat after which the assistant answers again (s, m, h, d).",
    )
    takeover_elsewhere: Duration = Field(
        timedelta(hours=72),
        description="The same where the agent answers at another desk (Zendesk, e-mail), unless the ticket is closed "
        "before.",
    )
    worker: bool = Field(True, description="Deliver tickets inside 'serve'; false where 'firstline worker' does it.")
    retry_longest: Duration = Field(timedelta(minutes=10), description="Longest wait between two tries of a delivery.")
    give_up: Duration = Field(
        timedelta(days=1), description="Age from which a delivery that keeps failing (20 times or more) is given up."
    )
    public_url: str = Field(
        "",
        description="Address under which learners reach this service, like https://help.example.edu. It is put before "
        "the help pages' paths in tickets, mails and webhooks. Empty: they stay paths.",
    )
    trusted_proxies: tuple[str, ...] = Field(
        (), description="Addresses of reverse proxies whose X-Forwarded-For is believed."
    )
    metrics_port: int = Field(9464, ge=0, le=65535, description="Port of /metrics on 127.0.0.1. 0: no metrics.")
    secure_cookies: bool = Field(False, description="Send the agents' cookie over HTTPS alone; set it in production.")
    limits: Limits = Limits()
    sites: dict[str, Site] = Field(default_factory=dict, description="Sites by name.")
    desks: dict[str, DeskSettings] = Field(
        default_factory=dict, description="Desks that tickets are delivered to, by name; see docs/delivery.md."
    )

    @field_validator("public_url")
    @classmethod
    def _reachable(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("that is no address like https://help.example.edu")
        return url.rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, _settings_file())

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{(self.data / 'firstline.db').resolve()}"


def _settings_file() -> Path | None:
    """`firstline.toml` in the current folder where there is one, or the file that FIRSTLINE_SETTINGS names."""
    named = os.environ.get(f"{PREFIX}SETTINGS")
    if named and not Path(named).is_file():
        raise BadInput(f"the settings file {named} does not exist; correct FIRSTLINE_SETTINGS or unset it")
    file = Path(named or "firstline.toml")
    return file if file.is_file() else None


def load_settings(**overrides: Any) -> Settings:
    """Read and check all settings; raises BadInput with one sentence a wrong one."""
    _refuse_unknown_variables()
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise BadInput(_sentence(error)) from error
    except ValueError as error:
        raise BadInput(f"the settings cannot be read: {error}") from error
    for name in ("intents", "replies"):
        if not (file := getattr(settings, name)).is_file():
            raise BadInput(f"setting '{name}': the file {file} does not exist")
    return settings


def _refuse_unknown_variables() -> None:
    known = {"SETTINGS", *(name.upper() for name in Settings.model_fields)}
    for variable in os.environ:
        name = variable.removeprefix(PREFIX)
        if variable.startswith(PREFIX) and name.split("__")[0] not in known:
            raise BadInput(f"there is no setting '{variable}'; see docs/settings.md for those there are")


def _sentence(error: ValidationError) -> str:
    sentences = []
    for problem in error.errors():
        name = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            sentences.append(f"there is no setting '{name}'; see docs/settings.md for those there are")
        else:
            reason = problem["msg"].removeprefix("Value error, ")
            sentences.append(f"setting '{name}': {reason[:1].lower()}{reason[1:]}")
    return "; ".join(sentences)
