"""docs/evals.md: every command that it shows exists, with every option that it names."""

import re
import shlex

import pytest
import typer

from api.cli import app
from tests.api.worlds import ROOT

LINES = re.findall(
    r"^ {4}(?:\$ |FIRSTLINE_\w+=\S+ )?(firstline [^\n#|]*)", (ROOT / "docs" / "evals.md").read_text(), re.MULTILINE
)


@pytest.mark.parametrize("line", [line for line in LINES if not line.startswith("firstline: ")])
def test_a_command_that_is_shown_exists(line: str) -> None:
    words = shlex.split(line.split(" > ", maxsplit=1)[0])[1:]
    command: object = typer.main.get_command(app)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    options = {option for parameter in command.params for option in parameter.opts}  # type: ignore[attr-defined]
    assert {word for word in words if word.startswith("--")} <= options


def test_it_shows_what_it_must() -> None:
    shown = " ".join(LINES)
    for subject in (
        "eval run",
        "eval lint",
        "eval compare",
        "eval gate",
        "eval baseline",
        "cases-from",
        "index",
        "--dataset",
    ):
        assert subject in shown
