"""What a run was made with: settings that change answers, models, the articles, the revision of the code."""

import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.assistant import Assistant
from bot.settings import Settings
from ingestion.corpus import fingerprint

_ANSWERING = ("embedder", "target_error_rate", "generator_url", "generator_model", "threads")


def settings_of(settings: Settings, assistant: Assistant, corpus: Path) -> dict[str, Any]:
    """Everything that an answer depends on, beside the models; no key and no address of a database."""
    return {name: getattr(settings, name) for name in _ANSWERING} | {
        "intents": _digest(settings.intents),
        "replies": _digest(settings.replies),
        "thresholds": asdict(assistant.thresholds),
        "calibrator": asdict(assistant.calibrator),
        "corpus": corpus.name,
        "corpus_fingerprint": fingerprint([corpus])[:16],
    }


def models_of(settings: Settings, assistant: Assistant) -> dict[str, str]:
    generator = f"{settings.generator_model} at {settings.generator_url}" if settings.generator_url else "extractive"
    return {"embedder": assistant.retrieval.embedder.name, "generator": generator}


def git_revision(folder: Path = Path(__file__).parent) -> str:
    """The commit, with `-dirty` where files differ from it; empty outside a repository."""
    git = shutil.which("git")
    if git is None:
        return ""
    asked = [git, "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
    return found.stdout.strip()


def _digest(file: Path) -> str:
    return f"{file.name} {fingerprint([file])[:16]}"
