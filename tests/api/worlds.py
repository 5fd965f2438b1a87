"""The settings of the tests: sites, keys and limits that are out of the way unless a test sets them."""

from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.settings import Limits, Settings, Site, load_settings
from bot.units import Rate

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "var" / "models"
PAGE = "https://learn.example"
OTHER_PAGE = "https://other.example"
KEY = "a key that only the host of the page and Firstline know"
OTHER_KEY = "a key that only the host of the other page and Firstline know"
PLENTY = Rate(1_000_000, 60)
KB_PARTS = (
    "en/refunds",
    "en/certificates",
    "en/internal/internal-late-refunds.md",
    "en/internal/internal-goodwill-credits.md",
    "en/partners/partner-payouts.md",
    "en/partners/partner-upload-video.md",
    "en/sign-in/reset-password.md",
    "en/sign-in/cannot-sign-in.md",
    "en/account/change-email.md",
    "es/refunds",
    "zh/refunds",
)
SITES = {
    "demo": Site(
        origins=(PAGE,),
        identity_key=SecretStr(KEY),
        suggestions={"en": ("How do I get a refund?",), "es": ("¿Cómo pido un reembolso?",)},
    ),
    "other": Site(name="Other", origins=(OTHER_PAGE,), identity_key=SecretStr(OTHER_KEY), locales=("es", "en")),
    "closed": Site(name="Closed"),
}
"""`closed` lets nobody in, and has no key."""


def limits(**changes: Any) -> Limits:
    rates = dict.fromkeys(("address", "conversation", "site", "handoffs", "logins"), PLENTY)
    return Limits(**(rates | changes))


def make_settings(data: Path, **changes: Any) -> Settings:
    given: dict[str, Any] = {"models": MODELS, "metrics_port": 0, "limits": limits(), "sites": SITES, "poll": "1s"}
    return load_settings(data=data, **(given | changes))
