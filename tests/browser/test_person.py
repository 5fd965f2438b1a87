"""A person in the chat, on a scripted service: nothing twice, nothing lost, no connection without a ticket."""

from typing import Any

from playwright.sync_api import expect

COMMON = {"created_at": "2026-11-21T10:00:00Z", "client_message_id": None, "outcome": None, "helpful": None}


def says(api: Any, text: str, role: str = "agent") -> None:
    turns = api.conversations["c1"]["turns"]
    turns.append(COMMON | {"id": f"p{len(turns)}", "role": role, "text": text, "author": "Kim"})


def connections(api: Any) -> int:
    return len([path for _, path, _ in api.requests if path.endswith("/events")])


def begin(seen: Any, api: Any) -> None:
    """Ask for a person, and wait until the service has the conversation."""
    seen.person.click()
    for _ in range(200):
        if "c1" in api.conversations:
            return
        seen.page.wait_for_timeout(50)


def test_nothing_is_shown_twice_after_the_connection_broke(visit: Any, api: Any) -> None:
    seen = visit().open()
    begin(seen, api)
    api.conversations["c1"]["person"] = {"name": "Kim"}
    says(api, "one")
    expect(seen.panel.locator(".agent")).to_have_text(["one"])
    api.cuts += 1
    says(api, "two")
    expect(seen.panel.locator(".agent")).to_have_text(["one", "two"])
    seen.page.reload()
    says(api, "three")
    expect(seen.panel.locator(".agent")).to_have_text(["one", "two", "three"])
    assert seen.console == []


def test_while_a_person_is_there_no_bubble_of_the_bot_appears(visit: Any, api: Any, strings: Any) -> None:
    seen = visit().open()
    begin(seen, api)
    api.conversations["c1"]["person"] = {"name": None}
    expect(seen.panel.locator(".names p")).to_have_text(strings["en"]["agent"])
    seen.ask("hello?", answered=False)
    expect(seen.panel.locator(".mine")).to_have_text("You: hello?")
    expect(seen.panel.locator(".thinking, .thread .bot")).to_have_count(0)
    expect(seen.alert).to_be_empty()


def test_a_form_that_was_begun_stays_when_somebody_joins(visit: Any, api: Any) -> None:
    seen = visit().open()
    seen.person.click()
    seen.panel.get_by_label("E-mail", exact=True).fill("ada@")
    api.conversations["c1"]["person"] = {"name": "Kim"}
    expect(seen.panel.locator(".names p")).to_contain_text("Kim")
    expect(seen.panel.get_by_label("E-mail", exact=True)).to_have_value("ada@")
    expect(seen.panel.get_by_label("E-mail", exact=True)).to_be_focused()


def test_a_chat_without_a_ticket_keeps_no_connection(visit: Any, api: Any) -> None:
    seen = visit().open().ask("q")
    assert connections(api) == 0
    seen.person.click()
    expect(seen.panel.locator(".ticket h3")).to_be_visible()
    seen.panel.get_by_role("button", name="New chat").click()
    seen.ask("q")
    assert connections(api) == 1
