"""Nothing reaches for another machine: no model, no telemetry, no rank file. test_killed.py watches the server."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.commands import GUARD, run_alone


@pytest.fixture
def watch(tmp_path: Path) -> dict[str, str]:
    """The environment of a process whose tries are written to a file."""
    tried = tmp_path / "tried"
    tried.touch()
    return {"PYTHONPATH": str(GUARD), "GUARD_LOG": str(tried)}


def tried(watch: dict[str, str]) -> str:
    return Path(watch["GUARD_LOG"]).read_text()


def test_the_guard_sees_who_reaches_out(watch: dict[str, str]) -> None:
    code = "import urllib.request as r; r.urlopen('http://firstline.invalid/', timeout=1)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | watch, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert tried(watch) == "firstline.invalid\n"


def test_publishing_and_asking_stay_on_this_machine(watch: dict[str, str], kb: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    indexed = run_alone("index", kb / "es", "--data", data, "--json", cwd=tmp_path, env=watch)
    assert indexed.code == 0, indexed.err
    assert indexed.err == ""
    assert indexed.json["added"] == 4
    asked = run_alone("ask", "--json", "--data", data, "¿Cómo pido un reembolso?", cwd=tmp_path, env=watch)
    assert asked.code == 0, asked.err
    assert json.loads(asked.out)["index_version"] == 1
    assert tried(watch) == ""
