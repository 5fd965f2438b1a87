"""Settings: from the environment and firstline.toml; a mistake is one sentence."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.errors import BadInput
from bot.settings import Limits, Settings, Site, load_settings
from bot.units import Rate
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to start from, and no setting in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("SETTINGS", *map(str.upper, Settings.model_fields)):
        monkeypatch.delenv(f"FIRSTLINE_{name}", raising=False)
    return tmp_path


def test_the_defaults_need_nothing(bare: Path) -> None:
    settings = load_settings()
    assert settings.database_url == f"sqlite:///{bare}/var/data/firstline.db"
    assert settings.retention == timedelta(days=365)
    assert settings.limits.conversation == Rate(20, 60)


def test_the_environment_wins_over_the_file_and_a_keyword_over_both(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bare / "firstline.toml").write_text('data = "a"\nthreads = 3\n[limits]\nbody = "2MB"\n[sites.demo]\nname = "D"\n')
    monkeypatch.setenv("FIRSTLINE_DATA", "b")
    monkeypatch.setenv("FIRSTLINE_LIMITS__SITE", "5/second")
    settings = load_settings()
    assert (settings.data, settings.threads, settings.limits.body) == (Path("b"), 3, 2_000_000)
    assert settings.limits.site == Rate(5, 1)
    assert settings.sites["demo"].name == "D"
    assert load_settings(data=Path("c"), threads=None).data == Path("c")
    assert load_settings(data=Path("c"), threads=None).threads == 3


def test_another_settings_file_can_be_named(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / "other.toml").write_text("threads = 5\n")
    monkeypatch.setenv("FIRSTLINE_SETTINGS", str(bare / "other.toml"))
    assert load_settings().threads == 5


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FIRSTLINE_RETENTON", "30d", "there is no setting 'FIRSTLINE_RETENTON'; see docs/settings.md"),
        ("FIRSTLINE_LIMITS__BODIES", "1kB", "there is no setting 'limits.bodies'; see docs/settings.md"),
        ("FIRSTLINE_RETENTION", "30 days", "setting 'retention': '30 days' is not a duration; write it like"),
        ("FIRSTLINE_LIMITS__BODY", "1 gigabyte", "setting 'limits.body': '1 gigabyte' is not a size"),
        ("FIRSTLINE_LIMITS__ADDRESS", "often", "setting 'limits.address': 'often' is not a rate"),
        ("FIRSTLINE_THREADS", "0", "setting 'threads': input should be greater than or equal to 1"),
        ("FIRSTLINE_TARGET_ERROR_RATE", "1.5", "setting 'target_error_rate': input should be less than 1"),
        ("FIRSTLINE_METRICS_PORT", "http", "setting 'metrics_port': input should be a valid integer"),
        ("FIRSTLINE_PUBLIC_URL", "help.example.edu", "setting 'public_url': that is no address like https://help"),
        ("FIRSTLINE_PUBLIC_URL", "https://a.example/?q=1", "setting 'public_url': that is no address like"),
        ("FIRSTLINE_SITES", "{nonsense", "the settings cannot be read"),
        ("FIRSTLINE_SETTINGS", "nowhere.toml", "the settings file nowhere.toml does not exist"),
        ("FIRSTLINE_INTENTS", "nowhere.yaml", "setting 'intents': the file nowhere.yaml does not exist"),
        ("FIRSTLINE_REPLIES", "nowhere.yaml", "setting 'replies': the file nowhere.yaml does not exist"),
    ],
)
def test_a_wrong_variable_stops_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadInput) as refused:
        load_settings()
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("treads = 3", "there is no setting 'treads'"),
        ("[sites.demo]\norigin = []", "there is no setting 'sites.demo.origin'"),
        ("retention = 30", "setting 'retention': '30' is not a duration"),
        ("threads = ", "the settings cannot be read"),
    ],
)
def test_a_wrong_entry_of_the_file_stops_the_start(bare: Path, content: str, said: str) -> None:
    (bare / "firstline.toml").write_text(content)
    with pytest.raises(BadInput, match=re.escape(said)):
        load_settings()


def test_keys_do_not_show_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTLINE_GENERATOR_KEY", "sk-very-secret")
    assert "sk-very-secret" not in repr(load_settings())


@pytest.mark.parametrize("model", [Settings, Limits, Site])
def test_every_setting_says_what_it_is(model: type[BaseModel]) -> None:
    described = {name for name, field in model.model_fields.items() if field.description}
    assert described >= set(model.model_fields) - {"limits"}


def test_every_setting_is_documented() -> None:
    document = ROOT / "docs" / "settings.md"
    if not document.is_file():
        pytest.skip("docs/settings.md is not written yet")
    text = document.read_text(encoding="utf-8")
    names = [*(Settings.model_fields.keys() - {"limits", "sites"}), *Limits.model_fields, *Site.model_fields]
    assert [name for name in names if f"`{name}`" not in text and f"{name.upper()}`" not in text] == []
