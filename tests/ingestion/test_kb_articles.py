"""The sample help center: its size, its form, and that it keeps to its facts."""

from collections import Counter

from bot.models import Audience
from bot.pieces import length
from ingestion.corpus import Corpus
from ingestion.lint import lint
from tests.conftest import ROOT

FOLDER = ROOT / "kb_articles"


def test_it_lints_clean() -> None:
    assert [str(problem) for problem in lint(FOLDER)] == []


def test_it_is_large_enough(kb: Corpus) -> None:
    english = [each for each in kb.articles if each.locale == "en"]
    assert kb.problems == ()
    assert len(english) >= 120
    assert len({each.collection for each in english}) >= 15
    assert Counter(each.locale for each in kb.articles if each.locale != "en") == {"es": 40, "zh": 40}
    assert {each.audience for each in english} == set(Audience)


def test_its_articles_are_as_long_as_real_ones(kb: Corpus) -> None:
    lengths = {each.key: length(each.text) for each in kb.articles if each.locale == "en"}
    assert {key: count for key, count in lengths.items() if not 150 <= count <= 600} == {}


def test_the_same_articles_are_translated_into_both_languages(kb: Corpus) -> None:
    by_locale = {locale: {each.id for each in kb.articles if each.locale == locale} for locale in ("en", "es", "zh")}
    assert by_locale["es"] == by_locale["zh"] <= by_locale["en"]


def test_a_file_stands_where_its_front_matter_says(kb: Corpus) -> None:
    for each in kb.articles:
        assert (FOLDER / each.locale / each.collection / f"{each.id}.md").is_file()


def test_it_has_what_real_articles_have(kb: Corpus) -> None:
    kinds = Counter(block.kind for each in kb.articles for section in each.sections for block in section.blocks)
    assert kinds["table"] >= 20
    assert kinds["list"] >= 200
    links = [block for each in kb.articles for s in each.sections for block in s.blocks if "](" in block.markdown]
    assert len(links) >= 100


def test_near_twins_are_there_on_purpose(kb: Corpus) -> None:
    ids = {each.id for each in kb.articles}
    assert {each for each in ids if each.startswith("refund")} >= {"refund-course"}
    assert len([each for each in ids if "refund" in each]) >= 5
