"""The widget's files, without a browser."""

import gzip
import re
from pathlib import Path
from typing import Any

WIDGET = Path(__file__).parents[2] / "api" / "widget"
FORBIDDEN: tuple[str, ...] = (
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "DOMParser",
    "eval(",
    "new Function",
    "cookie =",
)
FORBIDDEN += ("import(", "cssText", 'setAttribute("style', "createContextualFragment", "http://www.googleapis")


def test_it_is_small(widget_source: str) -> None:
    assert len(gzip.compress(widget_source.encode(), 6)) < 30_000


def test_it_parses_no_markup_and_evaluates_no_code(widget_source: str) -> None:
    assert [word for word in FORBIDDEN if word in widget_source] == []


def test_the_line_that_the_server_fills_in_is_there_once() -> None:
    lines = (WIDGET / "widget.js").read_text("utf-8").splitlines()
    assert lines.count("const STRINGS = {}; // filled in by the server") == 1


def test_the_languages_have_the_same_keys_and_the_same_slots(strings: Any) -> None:
    slots = {
        name: {key: sorted(re.findall(r"\{(\w+)\}", text)) for key, text in said.items()}
        for name, said in strings.items()
    }
    assert slots["en"] == slots["es"] == slots["zh"]
    assert all(text.strip() == text != "" for said in strings.values() for text in said.values())


def test_every_string_is_used_and_every_used_string_exists(strings: Any) -> None:
    source = (WIDGET / "widget.js").read_text("utf-8")
    asked = set(re.findall(r"\bt\(\"(\w+)\"", source))
    assert asked <= set(strings["en"])
    assert [key for key in strings["en"] if f'"{key}"' not in source and f" {key}:" not in source] == []
