"""`firstline settings`: every setting with its default and its meaning, as the reference in docs/ has it."""

from collections.abc import Iterator
from typing import Any, get_args

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bot.desk_settings import EmailDesk, WebhookDesk, ZendeskDesk
from bot.settings import PREFIX, Limits, Settings, Site
from bot.units import Rate

app = typer.Typer()
_PERIOD = {1: "second", 60: "minute", 3600: "hour", 86400: "day"}
_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
INTRODUCTION = """# Settings

Environment variables come first, then `firstline.toml` in the current folder (or the file that `FIRSTLINE_SETTINGS`
names), then the default. A name that does not exist, a unit that is none or a file that is missing stops the start
with one sentence. In the environment, parts of a group are joined by two underscores: `FIRSTLINE_LIMITS__BODY=32kB`.
"""
EXAMPLE = """
## A site in `firstline.toml`

```toml
target_error_rate = 0.05

[sites.campus]
name = "Campus"
origins = ["https://learn.example.edu"]
locales = ["en", "es"]
```

The key with which the host signs identity tokens belongs in the environment:
`FIRSTLINE_SITES__CAMPUS__IDENTITY_KEY=…`.
"""


@app.command("settings")
def show() -> None:
    """Print the settings reference (docs/settings.md)."""
    print(reference(), end="")


def reference() -> str:
    """The whole page as Markdown."""
    parts = [INTRODUCTION, *_table(Settings, PREFIX, skip={"limits", "sites"})]
    parts += ["", "## Limits", "", *_table(Limits, f"{PREFIX}LIMITS__")]
    parts += ["", "## Each site (`[sites.NAME]`)", "", *_table(Site, "")]
    for kind in (WebhookDesk, ZendeskDesk, EmailDesk):
        name = get_args(kind.model_fields["kind"].annotation)[0]
        parts += ["", f"## Each desk of the kind `{name}` (`[desks.NAME]`)", "", *_table(kind, "", skip={"kind"})]
    return "\n".join(parts) + "\n" + EXAMPLE


def _table(model: type[BaseModel], prefix: str, skip: frozenset[str] | set[str] = frozenset()) -> Iterator[str]:
    yield "| setting | default | meaning |"
    yield "|---|---|---|"
    for name, field in model.model_fields.items():
        if name not in skip:
            shown = f"{prefix}{name.upper()}" if prefix else name
            yield f"| `{shown}` | {_default(name, field)} | {field.description} |"


def _default(name: str, field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value: Any = field.get_default(call_default_factory=True)
    if name in ("intents", "replies"):
        return "the file in `bot/`"
    if isinstance(value, Rate):
        return f"`{value.count}/{_PERIOD[value.seconds]}`"
    if hasattr(value, "total_seconds"):
        seconds = int(value.total_seconds())
        size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
        return f"`{seconds // size}{unit}`"
    if hasattr(value, "get_secret_value"):
        value = value.get_secret_value()
    return f"`{value}`" if value not in ("", None, (), {}) else "empty"
