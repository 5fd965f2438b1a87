"""Keyboard alone suffices, the focus is never lost, axe finds nothing, an answer is announced once."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import expect

FOCUS = """() => { const inner = document.activeElement.shadowRoot?.activeElement;
    const node = inner ?? document.activeElement;
    return node.className || node.id || node.tagName }"""
LISTEN = """host => { window.heard = [];
    for (const region of host.shadowRoot.querySelectorAll('[role=status], [role=alert], [role=log], [aria-live]')) {
        if (region.getAttribute('aria-live') === 'off') continue;
        new MutationObserver(() => region.textContent && heard.push(region.innerText))
            .observe(region, {subtree: true, childList: true, characterData: true});
    } }"""
LONG = "First of all **this** is how it starts.\n\n1. Then a step\n2. And another\n\nThis is how it ends."
SOURCES = [{"number": 1, "article_id": "a", "title": "The article", "url": "/help/en/a", "quote": "x"}]


def focus(seen: Any) -> str:
    name: str = seen.page.evaluate(FOCUS)
    return name


def tab_to(seen: Any, name: str, key: str = "Tab") -> None:
    """Presses Tab until the named part has the focus."""
    for _ in range(25):
        if name in focus(seen).split():
            return
        seen.page.keyboard.press(key)
    raise AssertionError(f"Tab never reached {name}; the focus is on {focus(seen)}")


def violations(seen: Any) -> list[str]:
    found = Axe().run(seen.page).response["violations"]
    return [f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found]


def test_the_whole_way_by_keyboard_alone(visit: Any, api: Any, outcome: Any) -> None:
    api.replies["refund"] = outcome(LONG, citations=SOURCES)
    seen = visit()
    expect(seen.launcher).to_be_visible()
    tab_to(seen, "before")
    tab_to(seen, "launcher")
    press, write = seen.page.keyboard.press, seen.page.keyboard.type
    press("Enter")
    assert focus(seen) == "input"
    write("refund")
    press("Shift+Enter")
    press("Backspace")
    press("Enter")
    expect(seen.answers).to_have_count(1)
    assert focus(seen) == "input"
    tab_to(seen, "source", "Shift+Tab")
    with seen.context.expect_page():
        press("Enter")
    seen.page.bring_to_front()
    tab_to(seen, "yes")
    press("Space")
    expect(seen.panel.locator(".rate.yes")).to_have_attribute("aria-pressed", "true")
    assert "yes" in focus(seen)
    tab_to(seen, "input")
    tab_to(seen, "quiet")
    press("Enter")
    expect(seen.panel.locator(".ticket h3")).to_be_focused()
    tab_to(seen, "email")
    write("ada@example.org")
    press("Enter")
    expect(seen.panel.locator(".ticket")).to_contain_text("They will write to ada@example.org.")
    expect(seen.panel.locator(".ticket h3")).to_be_focused()
    press("Escape")
    assert focus(seen) == "launcher"
    expect(seen.panel).to_be_hidden()


def test_the_radio_is_reached_and_turned_by_arrow_keys(visit: Any) -> None:
    seen = visit().open()
    seen.person.click()
    expect(seen.panel.locator(".ticket h3")).to_be_focused()
    seen.page.keyboard.press("Tab")
    seen.page.keyboard.press("ArrowRight")
    seen.page.keyboard.press("Tab")
    assert focus(seen) == "phone"


def test_focus_returns_to_the_launcher_and_is_never_lost(visit: Any, api: Any, outcome: Any) -> None:
    api.suggestions = ["A suggested question"]
    api.replies["A suggested question"] = outcome("Which?", "clarify", choices=["One", "Two"])
    seen = visit().open()
    for name in ("A suggested question", "One"):
        seen.panel.get_by_role("button", name=name).press("Enter")
        expect(seen.input).to_be_focused()
    expect(seen.answers).to_have_count(2)
    api.fail("/messages", 500)
    seen.ask("q", answered=False)
    seen.panel.get_by_role("button", name="Try again").press("Enter")
    expect(seen.input).to_be_focused()
    seen.panel.get_by_role("button", name="New chat").press("Enter")
    expect(seen.input).to_be_focused()
    seen.panel.get_by_role("button", name="Close chat").press("Enter")
    expect(seen.launcher).to_be_focused()


def test_an_answer_that_arrives_does_not_take_the_focus(visit: Any, api: Any) -> None:
    seen = visit().open().ask("one")
    api.pause = 0.1
    seen.ask("two", answered=False)
    seen.panel.get_by_role("button", name="No", exact=True).first.focus()
    expect(seen.answers).to_have_count(2)
    assert "no" in focus(seen).split()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), (360, 640)])
def test_axe_finds_nothing(visit: Any, api: Any, outcome: Any, scheme: str, size: tuple[int, int]) -> None:
    api.suggestions = ["A suggested question"]
    table = "\n\n| A | B |\n| --- | --- |\n| 1 | 2 |"
    api.replies["refund"] = outcome(LONG + table, citations=SOURCES)
    api.replies["cat"] = outcome(
        "Would you like to talk to a person?", "handoff", handoff="offered", suggestions=SOURCES
    )
    api.replies["which"] = outcome("Which?", "clarify", choices=["One", "Two"])
    seen = visit(color_scheme=scheme, viewport={"width": size[0], "height": size[1]})
    if scheme == "dark":
        seen.page.add_style_tag(content="body { background: #111; color: #eee } a { color: #aaf }")
    expect(seen.launcher).to_be_visible()
    assert violations(seen) == []
    seen.open()
    assert violations(seen) == []
    seen.ask("refund").ask("cat").ask("which")
    seen.panel.get_by_role("button", name="No", exact=True).click()
    assert violations(seen) == []
    seen.person.click()
    seen.panel.locator("form.contact [type=submit]").click()
    assert violations(seen) == []
    api.fail("/messages", 429, retry_after=30)
    seen.ask("again", answered=False)
    expect(seen.alert).not_to_be_empty()
    assert violations(seen) == []


def test_the_final_answer_is_announced_once(visit: Any, api: Any, outcome: Any, strings: Any) -> None:
    api.replies["q"] = outcome(LONG)
    api.pause = 0.02
    seen = visit().open()
    seen.page.locator("firstline-widget").evaluate(LISTEN)
    seen.ask("q")
    seen.page.wait_for_timeout(100)
    (heard,) = [text for text in seen.page.evaluate("heard") if text != strings["en"]["thinking"]]
    assert heard.startswith("First of all this is how it starts.") and heard.endswith("This is how it ends.")


def test_the_number_of_a_required_handoff_is_announced(visit: Any, api: Any, outcome: Any) -> None:
    api.replies["q"] = outcome("A person takes this.", "handoff", handoff="required")
    seen = visit().open()
    seen.page.locator("firstline-widget").evaluate(LISTEN)
    seen.ask("q")
    (heard,) = seen.page.evaluate("heard")
    assert heard.startswith("A person takes this.") and "Your request is FL-" in heard


def test_a_problem_is_announced_once(visit: Any, api: Any, strings: Any) -> None:
    api.fail("/messages", 503)
    seen = visit().open()
    seen.page.locator("firstline-widget").evaluate(LISTEN)
    seen.ask("q", answered=False)
    expect(seen.alert).not_to_be_empty()
    assert seen.page.evaluate("heard") == [strings["en"]["error_not_ready"]]


def test_nothing_is_sent_while_a_word_is_being_composed(visit: Any, api: Any) -> None:
    seen = visit(data={"locale": "zh"}).open()
    seen.input.focus()
    keys = seen.context.new_cdp_session(seen.page)
    keys.send("Input.imeSetComposition", {"text": "tuikuan", "selectionStart": 7, "selectionEnd": 7})
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229, "nativeVirtualKeyCode": 229}
    keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    seen.input.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    seen.input.dispatch_event("keydown", {"key": "Enter", "keyCode": 229})
    keys.send("Input.insertText", {"text": "退款"})
    expect(seen.input).to_have_value("退款")
    assert api.asked("/messages") == []
    seen.input.press("Enter")
    expect(seen.answers).to_have_text(["You asked: 退款"])


def test_motion_is_reduced_where_asked(visit: Any) -> None:
    names = "panel => getComputedStyle(panel).animationName"
    assert visit(reduced_motion="reduce").open().panel.evaluate(names) == "none"
    assert visit(reduced_motion="no-preference").open().panel.evaluate(names) == "rise"
