"""On somebody else's page: nothing of theirs changes the widget, nothing of ours changes the page."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

HOSTILE = """<style>
* { all: unset !important; }
div, section, form, button, textarea, span, svg, firstline-widget { display: none !important; }
firstline-widget, html > *, body ~ * { opacity: 0 !important; visibility: hidden !important;
  transform: scale(.1) !important;
  filter: blur(9px) !important; pointer-events: none !important; position: static !important; z-index: -1 !important;
  width: 1px !important; clip-path: inset(50%) !important; transition: all 9s !important; font: 3px serif !important; }
html { font-size: 3px !important; direction: rtl !important; letter-spacing: 9px !important; line-height: 9 !important;
  word-spacing: 9px !important; text-transform: uppercase !important; color: red !important; cursor: none !important; }
@layer first { firstline-widget { display: none !important; color-scheme: dark !important; } }
</style>"""
STRICT = (
    "default-src 'none'; script-src {base}; connect-src {base}; style-src 'none'; img-src 'none'; font-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
ANSWER = "A **bold** word, a [link](/help/x) and\n\n- one\n- two"


def picture(seen: Any) -> bytes:
    """The panel's pixels, less its rounded corners, through which the page shows."""
    box = seen.panel.bounding_box()
    clip = {"x": box["x"] + 20, "y": box["y"] + 20, "width": box["width"] - 40, "height": box["height"] - 40}
    pixels: bytes = seen.page.screenshot(clip=clip)
    return pixels


def test_a_hostile_style_sheet_changes_no_pixel(visit: Any, api: Any, outcome: Any) -> None:
    api.replies["q"] = outcome(ANSWER)
    plain, hostile = (visit(head=head).open().ask("q") for head in ("", HOSTILE))
    for seen in (plain, hostile):
        seen.person.click()
        expect(seen.panel.locator("form.contact")).to_be_visible()
        seen.panel.locator(".ticket h3").evaluate("title => title.textContent = 'Your request is FL-1'")
        seen.input.focus()
    assert plain.panel.bounding_box() == hostile.panel.bounding_box()
    assert picture(plain) == picture(hostile)
    hostile.page.keyboard.press("Escape")
    box = hostile.launcher.bounding_box()
    assert (box["width"], box["height"]) == (60, 60)
    hostile.launcher.click()
    expect(hostile.panel).to_be_visible()


def test_the_page_is_as_it_was(visit: Any) -> None:
    look = """() => JSON.stringify([...document.querySelectorAll('html, body, body *:not(script)')].map(node =>
        [node.tagName, node.getAttributeNames(),
        [...getComputedStyle(node)].map(name => getComputedStyle(node)[name])]))"""
    head = "<script>window.known = new Set(Object.getOwnPropertyNames(window)); known.add('known')</script>"
    seen = visit(head=head)
    expect(seen.launcher).to_be_visible()
    after_start = seen.page.evaluate(look)
    seen.open().ask("q")
    with_widget = seen.page.evaluate(look)
    assert seen.page.evaluate("Object.getOwnPropertyNames(window).filter(name => !known.has(name))") == []
    assert seen.page.evaluate("[document.styleSheets.length, document.adoptedStyleSheets.length]") == [0, 0]
    seen.page.locator("firstline-widget").evaluate("host => host.remove()")
    assert after_start == with_widget == seen.page.evaluate(look)


def test_a_strict_policy_is_kept_to(visit: Any, api: Any, outcome: Any) -> None:
    api.replies["q"] = outcome(ANSWER)
    seen = visit(headers={"Content-Security-Policy": STRICT.format(base=api.url)}).open().ask("q")
    seen.person.click()
    expect(seen.panel.locator("form.contact")).to_be_visible()
    assert seen.panel.evaluate("panel => getComputedStyle(panel).position") == "fixed"
    assert seen.panel.bounding_box()["width"] == 404
    assert [said for said in seen.console if "favicon" not in said and "data:," not in said] == []


def test_no_cookie_is_set_or_sent(visit: Any, api: Any) -> None:
    seen = visit()
    seen.context.add_cookies([{"name": "session", "value": "theirs", "url": api.url}])
    requests: list[Any] = []
    seen.page.on("request", lambda request: requests.append(request) if "/v1/" in request.url else None)
    seen.page.reload()
    seen.open().ask("q")
    assert len(requests) >= 3
    assert not [each.url for each in requests if "cookie" in each.all_headers()]
    assert [cookie["name"] for cookie in seen.context.cookies()] == ["session"]


def test_it_works_from_another_origin_and_asks_nobody_else(visit: Any, api: Any, pages: Any) -> None:
    seen = visit()
    asked: list[str] = []
    seen.page.on(
        "request", lambda request: asked.append(f"{urlsplit(request.url).scheme}://{urlsplit(request.url).netloc}")
    )
    seen.page.reload()
    seen.open().ask("q")
    assert set(asked) == {api.url, pages.url}
    scripts = seen.page.evaluate(
        "performance.getEntriesByType('resource').filter(e => e.initiatorType != 'fetch').map(e => e.name)"
    )
    assert [name for name in scripts if not name.startswith("data:")] == [f"{api.url}/widget.js"]


def test_it_works_where_storage_is_blocked(visit: Any) -> None:
    sandbox = {"Content-Security-Policy": "sandbox allow-scripts"}
    seen = visit(headers=sandbox).open().ask("one").ask("two")
    expect(seen.answers).to_have_text(["You asked: one", "You asked: two"])
    assert seen.console == []


def test_learners_who_share_a_browser_do_not_share_a_chat(visit: Any, pages: Any) -> None:
    def token(claims: str) -> str:
        return f"e30.{claims}.x"

    ada, ben = token("eyJzdWIiOiJhZGEifQ"), token("eyJzdWIiOiJiZW4ifQ")
    seen = visit(data={"identity-token": ada}).open().ask("mine")
    name = seen.url.rsplit("/", 1)[1]
    html, headers = pages.kept[name]
    pages.kept[name] = (html.replace(ada, ben), headers)
    seen.page.reload()
    seen.open()
    assert seen.log_texts() == []
    pages.kept[name] = (html, headers)
    seen.page.reload()
    expect(seen.answers).to_have_text(["You asked: mine"])


def test_two_tabs_show_one_chat(visit: Any, api: Any) -> None:
    first = visit().open().ask("one")
    page = first.context.new_page()
    page.goto(first.url)
    page.locator("firstline-widget .launcher").click()
    second = page.locator("firstline-widget .exchange .text")
    expect(second).to_have_text(["You asked: one"])
    first.ask("two")
    expect(second).to_have_text(["You asked: one", "You asked: two"])
    page.wait_for_timeout(300)
    assert len(api.asked("/c1")) <= 6, "each tab's refresh woke the other"


def test_the_looks_follow_the_pages_custom_properties(visit: Any) -> None:
    head = "<style>:root { --firstline-accent: #facc15; --firstline-side: left; --firstline-radius: 3px; }</style>"
    seen = visit(head=head).open()
    assert seen.panel.bounding_box()["x"] == 20
    style = (
        "panel => { const s = getComputedStyle(panel.querySelector('.avatar')); return [s.backgroundColor, s.color] }"
    )
    background, text = seen.panel.evaluate(style)
    assert background == "rgb(250, 204, 21)"
    assert text.startswith("oklch(0 ")
    assert seen.panel.evaluate("panel => getComputedStyle(panel).borderTopLeftRadius") == "3px"


def test_a_second_script_tag_makes_no_second_widget(visit: Any, api: Any) -> None:
    seen = visit()
    expect(seen.launcher).to_be_visible()
    seen.page.add_script_tag(url=f"{api.url}/widget.js")
    seen.page.wait_for_timeout(100)
    assert seen.page.locator("firstline-widget").count() == 1


@pytest.mark.parametrize("key", ["/", "k"])
def test_shortcuts_of_the_page_leave_what_is_typed_alone(visit: Any, key: str) -> None:
    head = "<script>document.addEventListener('keydown', event => event.preventDefault())</script>"
    seen = visit(head=head).open()
    seen.input.focus()
    seen.page.keyboard.press(key)
    expect(seen.input).to_have_value(key)
