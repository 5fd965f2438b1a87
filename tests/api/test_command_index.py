"""`firstline index`, `firstline versions` and `firstline lint`, as the content team types them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api import wiring
from storage.engine import open_engine
from storage.publications import SqlPublications
from tests.api.commands import Result
from tests.api.worlds import ROOT, make_settings

Run = Callable[..., Result]
COUNTS = ["added", "changed", "removed", "unchanged", "skipped", "embeddings", "version", "published"]


@pytest.fixture
def articles(kb: Path, tmp_path: Path) -> Path:
    """Four articles, in a folder that may be changed."""
    return Path(shutil.copytree(kb / "es", tmp_path / "es"))


@pytest.fixture
def index(firstline: Run, articles: Path, tmp_path: Path) -> Run:
    """`firstline index` of these articles into this data folder, with more options."""
    return lambda *options: firstline("index", articles, "--data", tmp_path / "d", *options)


def change(articles: Path) -> None:
    file = articles / "refunds" / "refund-status.md"
    file.write_text(file.read_text() + "\nUna frase nueva.\n")


def test_it_says_what_it_did(index: Run, articles: Path) -> None:
    first = index()
    assert first.code == 0
    assert first.err == ""
    assert first.out.startswith("4 added, 0 changed, 0 removed, 0 unchanged, ")
    assert first.out.endswith(" embeddings computed; version 1\n")
    again = "0 added, 0 changed, 0 removed, 4 unchanged, 0 embeddings computed; version 1 stays, nothing changed\n"
    assert index().out == again
    change(articles)
    summary = index("--json").json
    assert list(summary) == COUNTS
    assert (summary["changed"], summary["unchanged"], summary["version"], summary["published"]) == (1, 3, 2, True)
    assert 1 <= summary["embeddings"] <= 3


def test_a_dry_run_publishes_nothing(index: Run, articles: Path) -> None:
    assert "dry run, nothing was published (nothing is live yet)" in index("--dry-run").out
    index()
    change(articles)
    told = index("--dry-run")
    assert told.out.startswith("0 added, 1 changed, ")
    assert "nothing was published (version 1)" in told.out
    assert index("--dry-run", "--json").json["published"] is False


def test_a_broken_article_is_named_and_nothing_is_published(index: Run, articles: Path) -> None:
    (articles / "refunds" / "refund-status.md").write_text("---\nid: refund-status\nlocale: es\n---\nSin título.\n")
    refused = index()
    assert refused.code == 2
    assert refused.out == ""
    assert "refund-status.md" in refused.err
    assert "title" in refused.err
    assert "Traceback" not in refused.err
    skipping = index("--skip-invalid")
    assert skipping.code == 0
    assert "3 added" in skipping.out
    assert "1 skipped" in skipping.out
    assert skipping.err.startswith("left out: ")


def test_it_does_not_wipe(index: Run, articles: Path) -> None:
    index()
    (articles / "refunds" / "refund-status.md").unlink()
    index().assert_refused("--allow-removals", "1 of 4")
    assert index("--allow-removals", "--json").json["removed"] == 1


def test_sources_must_be_there(firstline: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    for source, words in (("nowhere", "no such file"), ("notes.txt", "jsonl"), ("empty", "no article")):
        firstline("index", tmp_path / source, "--data", tmp_path / "d").assert_refused(words)


def test_a_gate_that_says_no_is_exit_3(index: Run, monkeypatch: pytest.MonkeyPatch, articles: Path) -> None:
    index()
    change(articles)
    make = wiring.make_publisher

    class No:
        def check(self, draft: Any) -> list[str]:
            return ["answers got worse: 0.91 -> 0.72"]

    class Gated:
        def __init__(self, *parts: Any) -> None:
            self.unchanged = make(*parts).unchanged
            self.publish = lambda *given, **named: make(*parts).publish(*given, **named | {"gates": [No()]})

    monkeypatch.setattr(wiring, "make_publisher", Gated)
    refused = index()
    assert refused.code == 3
    assert refused.out == ""
    assert "answers got worse" in refused.err
    monkeypatch.undo()


def test_one_publish_at_a_time(index: Run, tmp_path: Path, articles: Path) -> None:
    index()
    change(articles)
    engine = open_engine(make_settings(tmp_path / "d").database_url)
    with SqlPublications(engine).publishing():
        index().assert_refused("publish", code=1)
    engine.dispose()
    assert index().code == 0


class TestVersions:
    @pytest.fixture
    def versions(self, firstline: Run, index: Run, articles: Path, tmp_path: Path) -> Run:
        """`firstline versions`, after three were published."""
        for _ in range(3):
            assert index().code == 0
            change(articles)
        return lambda *words: firstline("versions", *words, "--data", tmp_path / "d")

    def test_list_newest_first(self, versions: Run) -> None:
        lines = versions("list").lines
        assert [line.split()[0] for line in lines] == ["3", "2", "1"]
        assert "live" in lines[0]
        assert not [line for line in lines[1:] if "live" in line]

    def test_back_and_forth(self, versions: Run) -> None:
        assert versions("rollback").out == "version 2 is live\n"
        assert versions("rollback").out == "version 1 is live\n"
        versions("rollback").assert_refused("no earlier version")
        assert versions("rollback", 3).out == "version 3 is live\n"
        for unknown in (0, 9):
            versions("rollback", unknown).assert_refused("not kept", "3, 2, 1")

    def test_prune(self, versions: Run, tmp_path: Path) -> None:
        assert versions("prune").out == "removed 2, 1\n"
        assert versions("prune").out == "nothing to remove\n"
        assert [path.name for path in (tmp_path / "d" / "versions").iterdir()] == ["3"]


def test_lint_of_the_sample_help_center(firstline: Run) -> None:
    linted = firstline("lint", ROOT / "kb_articles")
    assert linted.code == 0, linted.out
    assert linted.err == ""


def test_lint_lists_what_is_wrong(firstline: Run, tmp_path: Path) -> None:
    folder = tmp_path / "kb"
    shutil.copytree(ROOT / "kb_articles", folder)
    file = folder / "en" / "refunds" / "refund-status.md"
    file.write_text(file.read_text().replace("10 working days", "19 working days"))
    linted = firstline("lint", folder)
    assert linted.code == 2
    assert "refund-status.md" in linted.out
    assert linted.err.startswith("firstline: ")
    firstline("lint", tmp_path / "nowhere").assert_refused("no such folder")
