"""Everything the widget says comes from its language's file."""

import re
import threading
from typing import Any

import pytest
from playwright.sync_api import expect

TEXTS = """host => [...(function* walk(node) {
    for (const child of node.childNodes) {
        if (child.nodeType === 3 && child.data.trim()) yield child.data.trim();
        if (child.nodeType !== 1) continue;
        for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
            if (child.getAttribute(name)) yield child.getAttribute(name);
        yield* walk(child);
    } })(host.shadowRoot)]"""
GIVEN = {
    "¿Q?",
    "A.",
    "Título",
    "Una",
    "Otra",
    "Pregunta",
    "c",
    "1",
    "o",
    "Quillmere",
    "no",
    "t",
    "x",
    "y",
    "A.\n\nx\ty\nx\ty",
}


def collect(seen: Any, heard: set[str]) -> None:
    heard.update(seen.page.locator("firstline-widget").evaluate(TEXTS))


def prepare(api: Any, outcome: Any) -> None:
    source = [{"number": 1, "article_id": "a", "title": "Título", "url": "/help/a", "quote": ""}]
    api.suggestions = ["Pregunta"]
    api.replies["t"] = outcome("A.\n\n| x | y |\n| --- | --- |\n| x | y |", citations=source)
    api.replies["o"] = outcome("A.", "handoff", handoff="offered", suggestions=source)
    api.replies["c"] = outcome("A.", "clarify", choices=["Una", "Otra"])
    api.replies["*"] = outcome("A.")


@pytest.mark.parametrize("locale", ["en", "es", "zh"])
def test_every_word_is_from_the_file(visit: Any, api: Any, outcome: Any, strings: Any, locale: str) -> None:
    prepare(api, outcome)
    heard: set[str] = set()
    said = strings[locale]
    seen = visit(data={"locale": locale}).open()
    collect(seen, heard)
    for text in ("t", "o", "c"):
        seen.ask(text)
        collect(seen, heard)
    for name in (said["yes"], said["no"]):
        seen.panel.get_by_role("button", name=name, exact=True).first.click()
        collect(seen, heard)
    for status, after in ((500, None), (503, None), (422, None), (429, 1)):
        api.fail("/messages", status, retry_after=after)
        seen.ask("x", answered=False)
        expect(seen.alert).not_to_be_empty()
        collect(seen, heard)
        expect(seen.panel.locator("button.retry").first).to_be_enabled()
        before = seen.answers.count()
        seen.panel.locator("button.retry").first.click()
        expect(seen.answers).to_have_count(before + 1)
    seen.context.set_offline(True)
    seen.ask("y", answered=False)
    expect(seen.alert).not_to_be_empty()
    collect(seen, heard)
    seen.context.set_offline(False)
    expect(seen.alert).to_be_empty()
    seen.person.click()
    collect(seen, heard)
    contact(seen, said, heard)
    a_person_comes(seen, api, said, heard)
    for stage, key in (("In progress", "status_in_progress"), ("Closed", "status_closed")):
        api.conversations["c1"]["ticket"]["status"] = stage
        api.conversations["c1"]["turns"].append({"id": stage, "role": "agent", "text": "A."})
        seen.page.reload()
        expect(seen.panel.locator(".ticket .pill")).to_have_text(said[key])
        collect(seen, heard)
    slow(seen, api, heard)
    seen.panel.get_by_role("button", name=said["new_chat"]).click()
    collect(seen, heard)
    patterns = {key: pattern(text) for key, text in said.items()}
    unknown = [text for text in heard - GIVEN if not any(each.fullmatch(text) for each in patterns.values())]
    assert unknown == []
    unseen = [key for key, each in patterns.items() if not any(each.fullmatch(text) for text in heard)]
    assert set(unseen) <= {"title_plain", "connecting", "ticket_phone", "add_contact"}, unseen


def a_person_comes(seen: Any, api: Any, said: Any, heard: set[str]) -> None:
    chat = api.conversations["c1"]
    chat["person"] = {"name": "Quillmere"}
    expect(seen.panel.locator(".names p")).to_have_text(said["agent_named"].replace("{name}", "Quillmere"))
    collect(seen, heard)
    seen.page.keyboard.press("Escape")
    chat["turns"].append({"id": "p", "role": "agent", "text": "A.", "author": "Quillmere"})
    expect(seen.launcher).to_have_attribute("aria-label", said["launcher_unread"])
    collect(seen, heard)
    heard.discard(said["agent_named"].replace("{name}", "Quillmere") + ": A.")  # the announcement of what was said
    chat["person"] = None
    seen.launcher.click()
    expect(seen.panel.locator(".names p")).to_have_text(said["subtitle"])


def slow(seen: Any, api: Any, heard: set[str]) -> None:
    """Goes through what is seen while the service takes its time, fails half-way and forgets."""
    api.gate = threading.Event()
    for text in ("x", "y"):
        seen.ask(text, answered=False)
    collect(seen, heard)
    before = seen.answers.count()
    api.gate.set()
    expect(seen.answers).to_have_count(before + 2)
    api.fail("/messages", after_deltas=0)
    api.fail("/messages", after_deltas=0)
    seen.ask("x", answered=False)
    expect(seen.panel.locator("button.retry")).to_be_visible()
    collect(seen, heard)
    api.conversations.clear()
    seen.panel.locator("button.retry").click()
    expect(seen.panel.locator(".notices .notice")).to_be_visible()
    collect(seen, heard)
    expect(seen.answers).to_have_count(1)
    seen.ask("x")


def contact(seen: Any, said: dict[str, str], heard: set[str]) -> None:
    """Goes through the form, its errors and both ways of being reached."""
    submit = seen.panel.locator("form.contact [type=submit]")
    submit.click()
    collect(seen, heard)
    seen.panel.get_by_text(said["by_phone"], exact=True).click()
    submit.click()
    collect(seen, heard)
    seen.panel.locator("#phone").fill("+34 600 000 000")
    seen.panel.locator("#call_at").fill("2001-01-01T10:00")
    submit.click()
    collect(seen, heard)
    seen.panel.locator("#call_at").fill("2090-01-01T10:00")
    submit.click()
    expect(submit).to_have_count(0)
    collect(seen, heard)
    seen.panel.get_by_role("button", name=said["change_contact"]).click()
    seen.panel.locator("#email").fill("ada@example.org")
    submit.click()
    expect(submit).to_have_count(0)
    collect(seen, heard)


def pattern(text: str) -> re.Pattern[str]:
    """What a string of the file looks like on the page."""
    return re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(text)))


def test_no_string_is_the_same_in_two_languages_but_for_names(strings: Any) -> None:
    for key, english in strings["en"].items():
        same = [locale for locale in ("es", "zh") if strings[locale][key] == english]
        assert not same or key == "no", key


@pytest.mark.parametrize(
    ("wanted", "page_says", "browser_says", "shown"),
    [
        ("es", "en", "en-US", "es"),
        ("es-MX", "en", "en-US", "es"),
        ("zh-CN", "en", "en-US", "zh"),
        ("zh-Hans", "en", "en-US", "zh"),
        ("ZH_hans_cn", "en", "en-US", "zh"),
        ("fr", "es", "es-ES", "en"),
        (None, "es-AR", "en-US", "es"),
        (None, "fr", "zh-CN", "zh"),
        (None, "fr", "de-DE", "en"),
    ],
)
def test_the_language_asked_for(
    visit: Any, strings: Any, wanted: str | None, page_says: str, browser_says: str, shown: str
) -> None:
    seen = visit(lang=page_says, locale=browser_says, data={"locale": wanted} if wanted else {}).open()
    expect(seen.input).to_have_attribute("placeholder", strings[shown]["placeholder"])
    expect(seen.page.locator("firstline-widget")).to_have_attribute("lang", shown)


def test_an_answer_says_its_own_language(visit: Any, api: Any, outcome: Any) -> None:
    api.replies["q"] = outcome("Solo en inglés: press Save.", language="en")
    seen = visit(data={"locale": "es"}).open().ask("q")
    expect(seen.answers.first).to_have_attribute("lang", "en")
    assert api.asked("/v1/conversations")[0]["locale"] == "es"
