"""Markdown and plain text become sections of blocks; no word is lost on the way."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models import Section
from ingestion.markdown import markdown_sections, plain_sections


def texts(body: str) -> list[str]:
    return [block.text for section in markdown_sections(body) for block in section.blocks]


def kinds(body: str) -> list[str]:
    return [block.kind for section in markdown_sections(body) for block in section.blocks]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def test_headings_open_sections_and_know_their_way_down() -> None:
    body = "Before.\n\n# One\n\nA.\n\n## Deep\n\nB.\n\n### Deeper *still*\n\nC.\n\n## Up\n\nD.\n\n# Two\n\nE."
    assert [section.headings for section in markdown_sections(body)] == [
        (),
        ("One",),
        ("One", "Deep"),
        ("One", "Deep", "Deeper still"),
        ("One", "Up"),
        ("Two",),
    ]


def test_a_heading_underlined_and_one_that_jumps_levels() -> None:
    body = "Title\n=====\n\nA.\n\n#### Far\n\nB.\n\n## Near\n\nC."
    assert [section.headings for section in markdown_sections(body)] == [
        ("Title",),
        ("Title", "Far"),
        ("Title", "Near"),
    ]


def test_steps_stay_whole_and_keep_their_numbers() -> None:
    body = "Do this:\n\n3. Open **Settings** > **Privacy**.\n4. Select [Delete](delete).\n\n   Then wait.\n5. Done."
    assert kinds(body) == ["paragraph", "list"]
    assert texts(body)[1] == "3. Open Settings > Privacy.\n4. Select Delete.\nThen wait.\n5. Done."


def test_nested_lists_are_indented() -> None:
    body = "- Fruit\n  1. Apple\n  2. Pear\n     - green\n- Bread"
    assert texts(body) == ["- Fruit\n  1. Apple\n  2. Pear\n    - green\n- Bread"]


def test_a_table_has_a_line_a_row() -> None:
    body = "| Plan | Price |\n|---|---:|\n| Monthly | **$29** |\n| Yearly | `$249` |"
    assert kinds(body) == ["table"]
    assert texts(body) == ["Plan | Price\nMonthly | $29\nYearly | $249"]


def test_code_keeps_its_lines() -> None:
    body = "```sh\npip install  x\n\n  # done\n```\n\n    indented = 1"
    assert kinds(body) == ["code", "code"]
    assert texts(body) == ["pip install  x\n\n  # done", "indented = 1"]


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("See [your purchases](pay) and <https://x.example/a>.", "See your purchases and https://x.example/a."),
        ("*It* was __never__ ~~sent~~ `as is`.", "It was never ~~sent~~ as is."),
        ("![the Profile menu](menu.png) opens", "the Profile menu opens"),
        ("Fish &amp; chips, 2 \\* 3 &lt; 7", "Fish & chips, 2 * 3 < 7"),
        ("one\ntwo  \nthree", "one two\nthree"),
        ("> quoted\n> words", "quoted words"),
        ("<b>raw</b> <script>alert(1)</script>", "<b>raw</b> <script>alert(1)</script>"),
    ],
)
def test_inline_markup_leaves_its_words(markdown: str, text: str) -> None:
    assert texts(markdown) == [text]


def test_the_markup_of_a_block_is_what_its_author_wrote() -> None:
    body = "# A\n\nFirst *one*.\n\n- a\n- b\n\n***\n\n| x |\n|---|\n| 1 |\n"
    blocks = [block.markdown for section in markdown_sections(body) for block in section.blocks]
    assert blocks == ["First *one*.", "- a\n- b", "| x |\n|---|\n| 1 |"]


@pytest.mark.parametrize("odd", ["\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\x1c"])
def test_odd_line_ends_do_not_shift_the_markup(odd: str) -> None:
    blocks = markdown_sections(f"One{odd}two.\n\nThree *four*.\r\n\r\nFive.")[0].blocks
    assert [block.markdown for block in blocks] == [f"One{odd}two.", "Three *four*.", "Five."]


def test_nothing_gives_nothing() -> None:
    assert markdown_sections(" \n\n---\n") == ()
    assert plain_sections(" \n \n") == ()


WORD = st.text(st.sampled_from("abcXYZ019éñ课程"), min_size=1, max_size=6)
INLINE = st.sampled_from(["{}", "**{}**", "*{}*", "`{}`", "[{}](refunds)", "![{}](x.png)", "\u2028{}"])
PHRASE = st.lists(st.tuples(INLINE, WORD), min_size=1, max_size=5).map(
    lambda parts: " ".join(form.format(word) for form, word in parts)
)
ITEMS = st.lists(PHRASE, min_size=1, max_size=4)
BLOCK = st.one_of(
    PHRASE,
    ITEMS.map(lambda items: "\n".join(f"- {item}" for item in items)),
    ITEMS.map(lambda items: "\n".join(f"{n}. {item}\n   - {item}" for n, item in enumerate(items, 1))),
    ITEMS.map(lambda items: "| a | b |\n|---|---|\n" + "\n".join(f"| {item} | x |" for item in items)),
    ITEMS.map(lambda items: "```\n" + "\n".join(items) + "\n```"),
    ITEMS.map(lambda items: "\n".join(f"> {item}" for item in items)),
    st.tuples(st.integers(1, 6), PHRASE).map(lambda pair: f"{'#' * pair[0]} {pair[1]}\n\nUnder it."),
)
BODY = st.lists(BLOCK, min_size=1, max_size=6).map("\n\n".join)


def all_words(sections: tuple[Section, ...]) -> set[str]:
    parts = [heading for section in sections for heading in section.headings]
    parts += [block.text for section in sections for block in section.blocks]
    return {word for part in parts for word in words(part)}


@given(BODY)
def test_no_word_is_lost(body: str) -> None:
    visible = re.sub(r"\]\([^)]*\)", "]", body)
    unnumbered = re.sub(r"^\d\. ", "", visible, flags=re.MULTILINE)
    assert set(words(unnumbered)) <= all_words(markdown_sections(body))


@given(BODY)
def test_the_markup_gives_the_same_block_again(body: str) -> None:
    for section in markdown_sections(body):
        for block in section.blocks:
            assert block.markdown in body
            again = markdown_sections(block.markdown)
            assert [(each.kind, each.text) for part in again for each in part.blocks] == [(block.kind, block.text)]


@given(st.text(max_size=400))
def test_any_text_at_all_can_be_read(text: str) -> None:
    for section in markdown_sections(text):
        assert section.blocks
        assert all(block.text and block.markdown for block in section.blocks)


@given(st.text(max_size=400))
def test_plain_text_is_kept_letter_by_letter(text: str) -> None:
    blocks = [block.text for section in plain_sections(text) for block in section.blocks]
    assert "".join("".join(blocks).split()) == "".join(text.split())
    assert all(block in text for block in blocks)


def test_plain_text_is_parted_at_blank_lines_and_lists_are_seen() -> None:
    (section,) = plain_sections("Intro\nmore.\n \n- one\n- two\n\n\n1) first\n2) second\nrest\n")
    assert [block.kind for block in section.blocks] == ["paragraph", "list", "list"]
    assert section.blocks[0].text == "Intro\nmore."
    assert section.headings == ()
