"""Every mistake in an article is named by file, line and sentence; the others are read."""

import json
from pathlib import Path

import pytest

from bot.errors import BadInput
from bot.models import Audience
from ingestion.corpus import Corpus, Problem, read_corpus

HEAD = "---\nid: refunds\ntitle: Refunds\nlocale: en\n---\n"
GOOD = f"{HEAD}Some words.\n"


def problem(folder: Path, content: str | bytes, name: str = "refunds.md") -> tuple[str, str]:
    """Line and sentence of the one problem that this file makes."""
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    corpus = read_corpus([file if name.endswith(".jsonl") else folder])
    assert corpus.articles == ()
    ((place, sentence),) = [(each.place, each.sentence) for each in corpus.problems]
    assert place.startswith(f"{file}:")
    assert "\n" not in sentence
    return place.removeprefix(f"{file}:"), sentence


def test_a_whole_article_is_read(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    head = "id: a-1\ntitle: 'A: title'\nlocale: es\ncollection: pay\naudience: partner\nupdated: 2026-05-21\n"
    (tmp_path / "deep" / "er" / "a.md").write_text(
        f"\ufeff---\r\n{head}keywords: [money back, 14]\nurl: https://h.example/a\n--- \n# One\n\nWords.",
        encoding="utf-8",
    )
    (tmp_path / "README.md").write_text("not an article")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.md").write_text("not an article")
    (tmp_path / "folder.md").mkdir()
    corpus = read_corpus([tmp_path])
    assert corpus.problems == ()
    (article,) = corpus.articles
    assert (article.id, article.title, article.key) == ("a-1", "A: title", "es/a-1")
    assert (article.audience, article.collection, article.updated) == (Audience.PARTNER, "pay", "2026-05-21")
    assert (article.keywords, article.address) == (("money back", "14"), "https://h.example/a")
    assert article.text == "One\n\nWords."


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("Some words.\n", "1", "there is no front matter"),
        ("", "1", "there is no front matter"),
        ("---\nid: a\ntitle: A\n", "1", "the front matter is not closed"),
        (GOOD.replace("title: Refunds\n", ""), "1", "the front matter lacks 'title'"),
        (GOOD.replace("title: Refunds", "title: ''"), "1", "lacks 'title'"),
        (GOOD.replace("id: refunds\n", ""), "1", "lacks 'id'"),
        (GOOD.replace("locale: en\n", ""), "1", "lacks 'locale'"),
        ("---\n---\nText", "2", "not a list of 'name: value' lines"),
        ("---\n- a\n- b\n---\nText", "2", "not a list of 'name: value' lines"),
        (GOOD.replace("title: Refunds", "title: Refunds: how"), "3", "not valid YAML"),
        (GOOD.replace("title: Refunds", "title: 'Refunds"), "3", "not valid YAML"),
        (GOOD.replace("locale: en", "locale: en\nkeywords: [a, b"), "6", "not valid YAML"),
        (GOOD.replace("title: Refunds", "\ttitle: Refunds"), "3", "not valid YAML"),
        (GOOD.replace("Refunds", "Ref\x00unds"), "3", "not valid YAML"),
        (GOOD.replace("locale: en", "locale: en\nupdated: 2026-13-45"), "2", "holds a value that cannot be"),
        (GOOD.replace("locale: en", f"locale: en\nkeywords: {'[' * 5000}"), "2", "holds a value that cannot be"),
        (GOOD.replace("locale: en", "locale: en\naudience: everyone"), "1", "'everyone' does not exist; use one of"),
        (GOOD.replace("locale: en", "locale: en\ncolection: pay"), "1", "unknown entry 'colection'; known are"),
        (GOOD.replace("locale: en", "locale: en\nkeywords: money"), "1", "'keywords' must be a list"),
        (GOOD.replace("id: refunds", "id: re funds/1"), "1", "the id 're funds/1' is not usable"),
        (GOOD.replace("Refunds", "R" * 301), "1", "'title' must be one line of at most 300"),
        (HEAD, "5", "no text below"),
        (f"{HEAD}# Only a heading\n", "5", "no text below"),
        (f"{HEAD}{'x' * 5_000_000}", "1", "5,000,046 bytes, more than the 1,000,000"),
        (f"{HEAD}One.\n\nReembolso de un curso: señal".encode("latin-1"), "8", "is not UTF-8; save the file as UTF-8"),
        (GOOD.encode("utf-16"), "1", "byte 0 is not UTF-8"),
    ],
)
def test_what_is_wrong_with_a_markdown_file(tmp_path: Path, content: str | bytes, line: str, said: str) -> None:
    place, sentence = problem(tmp_path, content)
    assert said in sentence
    assert place == line


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere")
    (wrong,) = read_corpus([tmp_path]).problems
    assert str(wrong) == f"{tmp_path}/gone.md:1: the file cannot be read: No such file or directory"


def test_a_second_article_of_one_id_is_named_with_the_first(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GOOD)
    (tmp_path / "b.md").write_text(GOOD.replace("Some", "Other"))
    (tmp_path / "c.md").write_text(GOOD.replace("locale: en", "locale: es"))
    corpus = read_corpus([tmp_path])
    assert [each.key for each in corpus.articles] == ["en/refunds", "es/refunds"]
    (wrong,) = corpus.problems
    assert str(wrong) == f"{tmp_path}/b.md:1: the id 'refunds' (en) is already used in {tmp_path}/a.md:1"


def row(**changed: object) -> str:
    return json.dumps({"id": "a", "title": "A", "text": "Some words.", **changed})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{'id': 1}", "not valid JSON: Expecting property name enclosed in double quotes at column 2"),
        ('{"id": "a", "title"', "not valid JSON"),
        ("[1, 2]", "not a JSON object"),
        ('{"title": "A", "text": "x"}', "the row lacks 'id'"),
        ('{"id": "a", "text": "x"}', "the row lacks 'title'"),
        ('{"id": "a", "title": "A"}', "the row lacks 'text'"),
        (row(id=7), "'id' is not text"),
        (row(id="  "), "'id' is empty"),
        (row(id="x" * 501), "'id' has more than 500"),
        (row(title=None), "'title' is not text"),
        (row(text=" \n "), "'text' is empty"),
        (row(audience="all"), "the audience 'all' does not exist; use one of learner, partner, internal"),
        (row(audience=["learner"]), "does not exist"),
        (row(text="half \ud83d"), "'text' holds half a character"),
        (row(url="https://x/\ud83d"), "'url' holds half a character"),
        (row().encode() + b"\xff", "is not UTF-8"),
        (row(text="x" * 5_000_000), "5,000,038 bytes, more than the 1,000,000"),
        ("[" * 100_000, "nesting too deep"),
        ('{"id": ' + "9" * 5000 + "}", "a number is too long"),
    ],
)
def test_what_is_wrong_with_a_line_of_json(tmp_path: Path, content: str | bytes, said: str) -> None:
    raw = content.encode() if isinstance(content, str) else content
    place, sentence = problem(tmp_path, b"\n\n" + raw + b"\n", "corpus.jsonl")
    assert said in sentence
    assert place == "3"


def test_a_corpus_file_is_read_with_its_fields(tmp_path: Path) -> None:
    rows = [
        row(id="x/1", title="", lang="es", audience="internal", url="https://x.example", more=1, section="pay"),
        row(id="x 2"),
    ]
    (tmp_path / "corpus.jsonl").write_text("\ufeff" + "\n".join(rows), encoding="utf-8")
    corpus: Corpus = read_corpus([tmp_path / "corpus.jsonl"])
    first, second = corpus.articles
    assert corpus.problems == ()
    assert (first.key, first.title, first.audience) == ("es/x/1", "", Audience.INTERNAL)
    assert (first.collection, first.address) == ("pay", "https://x.example")
    assert (second.locale, second.audience, second.address) == ("en", Audience.LEARNER, "/help/en/x%202")


def test_several_sources_are_one_corpus(tmp_path: Path) -> None:
    (tmp_path / "md").mkdir()
    (tmp_path / "md" / "a.md").write_text(GOOD)
    (tmp_path / "c.jsonl").write_text(f"{row(id='refunds')}\n{row(id='b')}\nnonsense")
    corpus = read_corpus([tmp_path / "md", tmp_path / "c.jsonl"])
    assert [each.id for each in corpus.articles] == ["refunds", "b"]
    assert [each.place for each in corpus.problems] == [f"{tmp_path}/c.jsonl:1", f"{tmp_path}/c.jsonl:3"]


def test_a_source_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x")
    with pytest.raises(BadInput, match="no such file or folder"):
        read_corpus([tmp_path / "nowhere"])
    with pytest.raises(BadInput, match=r"not a folder and not a \.jsonl file"):
        read_corpus([tmp_path / "a.csv"])


@pytest.mark.parametrize(
    ("name", "content", "named"),
    [
        ("a.md", GOOD.replace("title: Refunds\n", ""), ("refunds", "en")),
        ("a.md", "---\nid: 'refunds'\nlocale: es\ntitle: [\n---\nid: other\n", ("refunds", "es")),
        ("a.md", GOOD.encode() + b"\xff", ("refunds", "en")),
        ("refunds.md", "no front matter", ("refunds", "")),
        ("a.jsonl", '{"id": "refunds", "lang": "es", "title": ""}', ("refunds", "es")),
        ("a.jsonl", '{"id": "refunds", "text": "cut of', ("refunds", "")),
        ("a.jsonl", "{", ("", "")),
    ],
)
def test_a_broken_article_is_named_as_far_as_its_rest_tells(
    tmp_path: Path, name: str, content: str | bytes, named: tuple[str, str]
) -> None:
    file = tmp_path / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    (found,) = read_corpus([file if name.endswith(".jsonl") else tmp_path]).problems
    assert (found.id, found.locale) == named


def test_which_articles_a_problem_concerns() -> None:
    assert Problem("a.md:1", "broken", "a/b", "en").concerns("en/a/b")
    assert not Problem("a.md:1", "broken", "a", "en").concerns("es/a")
    assert Problem("a.md:1", "broken", "a").concerns("es/a")
    assert not Problem("a.md:1", "broken").concerns("en/a")
