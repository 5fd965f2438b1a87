"""`firstline eval retrieval` on a data set of three articles, with the real models."""

import json
from pathlib import Path

import pytest

from api import wiring
from api.cli import main
from api.wiring import Encoders
from tests.api.worlds import MODELS, ROOT

ARTICLES = {
    "refund": ("Refunds", "Ask for your money back within 14 days of buying a course."),
    "password": ("Password", "Choose a new password on the sign-in page when you forgot the old one."),
    "certificate": ("Certificates", "A certificate is issued when you pass every graded assignment."),
}
QUESTIONS = {
    "q1": ("how do I get my money back", "refund"),
    "q2": ("I forgot my password", "password"),
    "q3": ("when is my certificate issued", "certificate"),
    "q4": ("what is the weather like", None),
}


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    folder.mkdir()
    corpus = [{"id": key, "title": title, "text": text} for key, (title, text) in ARTICLES.items()]
    queries = [{"id": key, "text": text} for key, (text, _) in QUESTIONS.items()]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    right = "".join(f"{key}\t{article}\t1\n" for key, (_, article) in QUESTIONS.items() if article)
    (folder / "qrels.tsv").write_text("query_id\tdoc_id\trel\n" + right)
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, encoders: Encoders, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(wiring, "make_encoders", lambda _: encoders)
    monkeypatch.setenv("FIRSTLINE_MODELS", str(MODELS))
    monkeypatch.setenv("FIRSTLINE_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(ROOT)

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["firstline", "eval", "retrieval", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        return int(left.value.code or 0), *capsys.readouterr()

    return run


def test_the_ways_of_searching_stand_beside_each_other(asked, dataset: Path) -> None:
    code, out, _ = asked(dataset)
    assert code == 0
    assert [line.split()[:2] for line in out.splitlines()] == [["tiny", "n="]] * 3
    assert "Firstline       1.000 / 1.000 / 1.000" in out


def test_the_ablation_names_what_each_part_is_worth(asked, dataset: Path) -> None:
    code, out, _ = asked("--ablation", dataset)
    assert code == 0
    assert "n=   3 without label               hit@1/3/5" in out
    assert "n=   3 Firstline                   hit@1/3/5 1.000 / 1.000 / 1.000" in out
    assert "Firstline - plain mix" in out


def test_nothing_named_is_refused_in_a_sentence(asked) -> None:
    code, out, err = asked()
    assert (code, out) == (2, "")
    assert err == "firstline: nothing to search; name folders of data sets, or use --golden\n"
