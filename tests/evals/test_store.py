"""`evals.store`: what is kept of a run comes back the same."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import BadInput, NotFound
from evals.store import load, newest, run_row, save, stored
from tests.evals.making import made_run, result

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
