"""`evals.store`: what is kept of a run comes back the same."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import BadInput, NotFound
from evals.store import forget, load, newest, run_row, save, stored
from tests.evals.making import answered, made_run, outcome, result

RUN = made_run(
    result("en-1", signs={"dense": 0.5}, timings={"all": 3.25}, verbatim=(True, False), tags=("twin",)),
    result("zh-1", language="zh", text="退款“多久”?\u2028", turns=({"role": "bot", "text": "?"},)),
)


def test_there_and_back(tmp_path: Path) -> None:
    file = save(tmp_path, RUN)
    assert file == tmp_path / "evals" / "run-a.json"
    assert load(tmp_path, "run-a") == RUN
    assert load(tmp_path / "elsewhere", str(file)) == RUN
    assert [path.name for path in file.parent.iterdir()] == ["run-a.json"]


def test_a_report_holds_its_run(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"figures": {}, "run": run_row(RUN)}))
    assert load(tmp_path, str(report)) == RUN


def test_newest_first(tmp_path: Path) -> None:
    assert list(stored(tmp_path)) == []
    with pytest.raises(NotFound, match="firstline eval run"):
        newest(tmp_path, "golden")
    other = replace(RUN, id="run-c", created_at="2026-03-04T00:00:00+00:00", dataset="other")
    draft = replace(RUN, id="run-0", created_at="2026-03-05T00:00:00+00:00", settings={"corpus": "draft of version 2"})
    for run in (RUN, draft, replace(RUN, id="run-b", created_at="2026-03-03T00:00:00+00:00"), other):
        save(tmp_path, run)
    assert [run.id for run in stored(tmp_path)] == ["run-0", "run-c", "run-b", "run-a"]
    assert newest(tmp_path, "golden").id == "run-b"


@pytest.mark.parametrize("name", ["nothing", "../run-a", "", "/etc/nothing"])
def test_an_unknown_run(tmp_path: Path, name: str) -> None:
    save(tmp_path, RUN)
    with pytest.raises(NotFound, match="firstline eval list"):
        load(tmp_path, name)


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"run": {}}', '{"run": []}', "1"])
def test_a_file_that_is_no_run(tmp_path: Path, content: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(content)
    with pytest.raises(BadInput, match="not an eval run"):
        load(tmp_path, str(file))


def test_a_deleted_articles_words_leave_the_runs(tmp_path: Path) -> None:
    """Also where it was only found, or suggested, or what a simpler bot would have shown; ids and figures stay."""
    secret = "You have 14 days, said the old page."
    near = outcome("offered", suggestions=[{"article_id": "refund", "title": secret, "url": None}])
    run = made_run(
        result("en-1", got=answered("refund", text=secret), baselines={"opening": secret}),
        result("en-2", got=near, settled_by=(), passages=({"article_id": "refund", "text": secret},)),
        result("en-3", got=answered("other"), settled_by=("other",)),
    )
    file = save(tmp_path, run)
    before = file.read_bytes()
    assert forget(tmp_path, ()) == forget(tmp_path, ["never"]) == 0
    assert file.read_bytes() == before
    assert forget(tmp_path, ["refund"]) == 1
    assert "14 days, said" not in file.read_text()
    kept = load(tmp_path, "run-a")
    assert [each.as_expected for each in kept.results] == [each.as_expected for each in run.results]
    assert [each.retrieved for each in kept.results] == [each.retrieved for each in run.results]
    assert kept.results[2] == run.results[2]
    assert forget(tmp_path, ["refund"]) == 0
