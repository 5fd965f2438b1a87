"""At 360x640: full screen, everything in reach, the input above the keyboard."""

from typing import Any

import pytest
from playwright.sync_api import expect

PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
WIDE = (
    "| "
    + " | ".join(f"Column {n} of a wide table" for n in range(6))
    + " |\n"
    + "| --- " * 6
    + "|\n"
    + "| x " * 6
    + "|"
)
TEXT = f"A very{'very' * 40}long word and https://example.org/{'path/' * 30}\n\n{WIDE}"


@pytest.fixture
def phone(visit: Any, api: Any, outcome: Any) -> Any:
    api.suggestions = ["How do I get a refund for a course that I have bought twice by mistake?"]
    api.replies["q"] = outcome(TEXT, citations=[{"number": 1, "article_id": "a", "title": "T" * 90, "url": "/help/a"}])
    seen = visit(**PHONE)
    seen.launcher.tap()
    return seen


def inside(seen: Any, part: Any) -> bool:
    box, panel = part.bounding_box(), seen.panel.bounding_box()
    return bool(
        box["x"] >= panel["x"]
        and box["x"] + box["width"] <= panel["x"] + panel["width"] + 0.5
        and box["y"] + box["height"] <= panel["y"] + panel["height"] + 0.5
    )


def test_the_panel_covers_the_screen_and_does_not_scroll_sideways(phone: Any) -> None:
    assert phone.panel.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 640}
    phone.ask("q")
    phone.person.tap()
    expect(phone.panel.locator("form.contact")).to_be_visible()
    assert inside(phone, phone.input) and inside(phone, phone.person)
    assert phone.page.evaluate("document.documentElement.scrollWidth") == 360
    assert phone.panel.locator(".log").evaluate("log => log.scrollWidth <= log.clientWidth")
    table = phone.panel.locator(".table").first
    assert table.evaluate("table => table.scrollWidth > table.clientWidth")


def test_text_is_16_px(phone: Any) -> None:
    phone.ask("q")
    phone.person.tap()
    size = "node => getComputedStyle(node).fontSize"
    for part in (
        phone.input,
        phone.panel.locator(".text p").first,
        phone.panel.locator("#email"),
        phone.panel.locator(".plain"),
    ):
        assert part.first.evaluate(size) == "16px"


def test_what_is_tapped_is_large_enough(phone: Any) -> None:
    phone.ask("q")
    for part in phone.panel.locator("button:visible").all():
        box = part.bounding_box()
        assert min(box["width"], box["height"]) >= 40, part.get_attribute("class")


def test_the_input_stays_above_the_on_screen_keyboard(phone: Any) -> None:
    """A keyboard shrinks the visual viewport alone; here it says so, as browsers on phones do."""
    shrink = """height => { Object.defineProperty(visualViewport, 'height', {value: height, configurable: true});
        Object.defineProperty(visualViewport, 'offsetTop', {value: 40, configurable: true});
        visualViewport.dispatchEvent(new Event('resize')) }"""
    phone.page.evaluate(shrink, 340)
    assert phone.panel.bounding_box() == {"x": 0, "y": 40, "width": 360, "height": 340}
    box = phone.input.bounding_box()
    assert box["y"] + box["height"] < 380
    assert inside(phone, phone.person)


def test_opening_leaves_the_keyboard_down_and_the_focus_in_the_dialog(phone: Any) -> None:
    expect(phone.panel).to_be_focused()
    expect(phone.panel).to_have_attribute("aria-modal", "true")


def test_tab_goes_round_within_the_full_screen(phone: Any) -> None:
    stops = set()
    for key in ["Tab"] * 12 + ["Shift+Tab"] * 12:
        phone.page.keyboard.press(key)
        stops.add(phone.page.evaluate("document.activeElement.tagName"))
    assert stops == {"FIRSTLINE-WIDGET"}


def test_after_a_reload_the_page_is_not_covered(phone: Any) -> None:
    phone.ask("q")
    phone.page.reload()
    expect(phone.launcher).to_be_visible()
    expect(phone.panel).to_be_hidden()
    phone.launcher.tap()
    expect(phone.answers).to_have_count(1)


def test_a_long_draft_grows_the_input_to_a_bound(phone: Any) -> None:
    low = phone.input.bounding_box()["height"]
    phone.input.fill("line\n" * 3)
    high = phone.input.bounding_box()["height"]
    phone.input.fill("line\n" * 60)
    assert low < high < phone.input.bounding_box()["height"] <= 132
    assert inside(phone, phone.person)
