"""README's commands work as they stand there, and every setting is in the reference."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent


def commands() -> list[tuple[str, str]]:
    """(command, what README says it prints), in their order."""
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    found: list[tuple[str, str]] = []
    for line in "".join(blocks).splitlines():
        if line.startswith("$ "):
            found.append((line[2:], ""))
        else:
            command, shown = found[-1]
            found[-1] = (command, f"{shown}{line}\n")
    return found


def test_the_make_targets_exist() -> None:
    targets = [command.split()[1] for command, _ in commands() if command.startswith("make ")]
    assert targets == ["serve", "test"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"\n{target}:" in makefile for target in targets)


def test_make_alone_lists_the_targets() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("setup", "serve", "test", "check"):
        assert f"make {target} " in listed


def test_the_commands_print_what_readme_says(tmp_path: Path) -> None:
    environment = os.environ | {"FIRSTLINE_DATA": str(tmp_path)}
    asked = [pair for pair in commands() if pair[0].startswith("firstline ")]
    assert len(asked) >= 6
    for command, shown in asked:
        words = [str(BIN / "firstline"), *shlex.split(command)[1:]]
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stderr)
        assert done.stdout
        if shown:
            assert done.stdout == shown, command


def test_the_settings_reference_is_what_the_command_prints() -> None:
    from api.commands.settings import reference

    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert page == reference(), "renew it: firstline settings > docs/settings.md"


@pytest.mark.parametrize(
    "page", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/evals.md", "docs/delivery.md"]
)
def test_links_between_the_pages_lead_somewhere(page: str) -> None:
    file = ROOT / page
    for target in re.findall(r"\]\(([^)#]+)\)", file.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (file.parent / target).exists(), target
