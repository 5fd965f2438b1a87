"""The linter of facts: what an article says that is not so is found, in each language."""

from pathlib import Path

import pytest

from bot.errors import BadInput
from ingestion.facts import Facts, read_facts
from ingestion.lint import lint
from tests.conftest import ROOT

FACTS = """
facts:
  price: {value: 59, unit: usd}
  period: {value: 14, unit: day}
  share: {value: 20, unit: percent}
  catalog: {value: 1400, unit: course}
  release: {value: 16, unit: ios}
names:
  - {en: Purchases, es: Compras, zh: 购买记录}
"""
TRUE = {
    "en": "Return a $59 course within 14 days, up to 20% done, one of 1,400 courses. See **Purchases**.",
    "es": "Devuelve un curso de 59 USD en 14 días, hasta el 20 %, uno de 1.400 cursos. Mira **Compras**.",
    "zh": "14 天内可退 59 美元的课程，进度不超过 20%，共 1400 门。见**购买记录**。",
}
STATED = ["price", "period", "share", "catalog"]


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    (tmp_path / "facts.yaml").write_text(FACTS)
    return read_facts(tmp_path / "facts.yaml")


def problems(facts: Facts, locale: str, body: str, stated: list[str] = STATED) -> list[str]:
    return list(facts.problems({"locale": locale, "facts": stated}, body))


@pytest.mark.parametrize("locale", TRUE)
def test_what_is_true_is_left_alone(facts: Facts, locale: str) -> None:
    assert problems(facts, locale, TRUE[locale]) == []


@pytest.mark.parametrize(
    ("locale", "said", "instead", "fact", "quantity"),
    [
        ("en", "$59", "$49", "price", "$49"),
        ("en", "$59", "$590", "price", "$590"),
        ("en", "14 days", "14 weeks", "period", "14 weeks"),
        ("en", "14 days", "114 days", "period", "114 days"),
        ("en", "20%", "25%", "share", "25%"),
        ("en", "1,400 courses", "400 courses", "catalog", "400 courses"),
        ("es", "59 USD", "49 USD", "price", "49 USD"),
        ("es", "14 días", "14 horas", "period", "14 horas"),
        ("es", "1.400 cursos", "1.500 cursos", "catalog", "1.500 cursos"),
        ("zh", "59 美元", "49 美元", "price", "49 美元"),
        ("zh", "14 天", "14 小时", "period", "14 小时"),
        ("zh", "20%", "30%", "share", "30%"),
    ],
)
def test_a_changed_quantity_is_found(
    facts: Facts, locale: str, said: str, instead: str, fact: str, quantity: str
) -> None:
    found = problems(facts, locale, TRUE[locale].replace(said, instead))
    assert any(f"lists the fact '{fact}' but nowhere says" in each for each in found)
    assert any(f"says '{quantity}'" in each for each in found)


@pytest.mark.parametrize("locale", TRUE)
def test_a_fact_that_is_listed_and_not_stated_is_found(facts: Facts, locale: str) -> None:
    (found,) = problems(facts, locale, "Words alone.", ["period"])
    assert found == "lists the fact 'period' but nowhere says 14 day"


@pytest.mark.parametrize("locale", TRUE)
def test_a_quantity_that_is_not_listed_is_found(facts: Facts, locale: str) -> None:
    found = problems(facts, locale, TRUE[locale], ["price", "share", "catalog"])
    assert len(found) == 1
    assert "none of the facts that it lists" in found[0]


@pytest.mark.parametrize(("locale", "name"), [("en", "Compras"), ("es", "Purchases"), ("zh", "订单")])
def test_a_bold_name_must_be_one_of_the_language(facts: Facts, locale: str, name: str) -> None:
    (found,) = problems(facts, locale, f"See **{name}**.", [])
    assert found == f"has '{name}' in bold, which is no name of facts.yaml in '{locale}'"


def test_an_unknown_fact_and_a_bare_number(facts: Facts) -> None:
    assert problems(facts, "en", "Text.", ["prise"]) == ["lists the fact 'prise', which facts.yaml does not have"]
    assert problems(facts, "en", "You need iOS 16.", ["release"]) == []
    assert problems(facts, "en", "You need iOS 160.", ["release"]) != []


def test_numbers_of_steps_are_no_quantities(facts: Facts) -> None:
    assert problems(facts, "en", "14. Days off are fine.\n15) Hours too.", []) == []


@pytest.mark.parametrize("content", ["", "facts: [a]\nnames: []", "facts: {a: {unit: day}}\nnames: []", "[", "a: \xff"])
def test_a_broken_facts_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "facts.yaml").write_bytes(content.encode("latin-1"))
    with pytest.raises(BadInput, match=r"facts\.yaml: the facts cannot be read"):
        read_facts(tmp_path / "facts.yaml")


def test_every_name_of_the_sample_stands_in_three_languages() -> None:
    names = read_facts(ROOT / "kb_articles" / "facts.yaml").names
    assert set(names) == {"en", "es", "zh"}
    assert len(names["en"]) >= 40


def write(folder: Path, name: str, head: str, body: str) -> None:
    (folder / f"{name}.md").write_text(f"---\nid: {name.split('-', maxsplit=1)[0]}\ntitle: T\n{head}\n---\n{body}\n")


def linted(folder: Path) -> list[str]:
    return [str(problem).removeprefix(f"{folder}/") for problem in lint(folder)]


def test_a_folder_is_linted_without_facts_too(tmp_path: Path) -> None:
    write(tmp_path, "a", "locale: en", "It costs **nothing** for 99 days.")
    assert linted(tmp_path) == []
    (tmp_path / "facts.yaml").write_text(FACTS)
    assert len(linted(tmp_path)) == 2


def test_links_must_lead_somewhere_the_reader_may_go(tmp_path: Path) -> None:
    write(tmp_path, "a", "locale: en", "[b](b) [c](c) [d](nowhere) [e](https://e.example) [t](lost 'A title')")
    write(tmp_path, "b", "locale: en\naudience: internal", "[a](a)")
    write(tmp_path, "c", "locale: en", "Text.")
    assert linted(tmp_path) == [
        "a.md: links to 'b', which its readers may not see",
        "a.md: links to 'nowhere', which is no article",
        "a.md: links to 'lost', which is no article",
    ]


def test_a_translation_must_match_its_original(tmp_path: Path) -> None:
    write(tmp_path, "a-en", "locale: en\ncollection: pay\nfacts: [price, period]", "Text.")
    write(tmp_path, "a-es", "locale: es\ncollection: pay\nfacts: [period, price]", "Texto.")
    write(tmp_path, "a-zh", "locale: zh\ncollection: refunds\naudience: partner\nfacts: [price, period]", "文字。")
    write(tmp_path, "z-es", "locale: es", "Texto.")
    assert linted(tmp_path) == [
        "a-zh.md: has another 'collection' than its English original",
        "a-zh.md: has another 'audience' than its English original",
        "z-es.md: is a translation without an English original",
    ]


def test_unreadable_articles_are_listed_beside_the_rest(tmp_path: Path) -> None:
    write(tmp_path, "a", "locale: en", "[x](lost)")
    write(tmp_path, "b", "locale: en\naudience: all", "Text.")
    (tmp_path / "c.md").write_text("---\nid: c\ntitle: C\nlocale: en\n--- \nText with\n---\na line.\n")
    assert linted(tmp_path) == [
        "b.md:1: the audience 'all' does not exist; use one of learner, partner, internal",
        "a.md: links to 'lost', which is no article",
    ]
