"""Learner and agent, each in a browser of their own, on the real service: a person comes, talks, goes, and the bot is
silent in between."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import load

live = load("live")
REFUND = "How do I ask for a refund of a single course?"
PHONE = {"width": 390, "height": 800}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with live.served(tmp_path_factory.mktemp("data")) as base:
        yield base


@pytest.fixture
def new_page(browser: Browser, service: str) -> Iterator[Callable[..., Page]]:
    """A page in a context of its own; nothing may be wrong in its console at the end."""
    problems: list[str] = []
    contexts = []

    def make(**options: Any) -> Page:
        context = browser.new_context(**({"base_url": service, "viewport": {"width": 1280, "height": 800}} | options))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(live.SLOW)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console", lambda said: problems.append(f"{said.text} {said.location}") if said.type == "error" else None
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert problems == []


def look(page: Page, name: str) -> None:
    """A screenshot, where somebody wants to look (`SCREENSHOTS` names a folder)."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_person_comes_talks_and_goes_and_the_bot_answers_before_and_after(new_page: Callable[..., Page]) -> None:
    learner = live.Learner(new_page())
    learner.ask(REFUND)
    number = learner.ask_for_a_person()
    agent = live.Agent(new_page())
    look(agent.page, "queue")
    assert_accessible(agent.page)
    agent.open(number)
    expect(agent.conversation).to_contain_text(REFUND)
    look(agent.page, "ticket")
    assert_accessible(agent.page)

    agent.press("Join the chat")
    expect(agent.presence).to_contain_text("You are in the chat")
    expect(learner.notices).to_have_text("Kim, a person from our team, has joined this chat.")
    expect(learner.under_the_name).to_have_text("Kim · person from our team")
    answered = learner.bot_bubbles.count()

    agent.reply("Hello, I am looking at your refund now.")
    expect(learner.from_people).to_have_text("Hello, I am looking at your refund now.")
    look(learner.page, "widget")
    for line in range(1, 6):  # five in a second, as fast as somebody can type
        learner.write(f"How do I get a refund, part {line}? <img src=x onerror=pwned()>")
    own = agent.conversation.locator(".turn.learner")
    expect(own.last).to_contain_text("part 5")
    expect(own).to_have_count(6)
    look(agent.page, "ticket_live")
    expect(learner.bot_bubbles).to_have_count(answered)

    agent.press("Give back to the assistant")
    expect(learner.notices.last).to_contain_text("Kim has left this chat.")
    expect(learner.under_the_name).to_have_text("Automated assistant")
    learner.ask(REFUND)
    expect(learner.panel.get_by_role("link", name=re.compile("Refund of a single course")).last).to_be_visible()

    agent.press("Close ticket")
    expect(learner.notices.last).to_contain_text(f"has closed your request {number}")
    expect(learner.panel.locator(".ticket")).to_contain_text("This request is closed.")
    learner.ask(REFUND)
    expect(learner.panel.locator(".exchange").last).to_contain_text("Refund of a single course")
    expect(learner.panel.locator(".ticket h3")).to_contain_text(number)

    before = learner.panel.locator(".exchange").all_inner_texts()
    learner.page.reload()
    expect(learner.panel.locator(".exchange")).to_have_count(len(before))
    roles = agent.conversation.locator(".turn").evaluate_all("turns => turns.map(turn => turn.classList[1])")
    assert roles.count("learner") == 8
    assert roles.count("bot") == 3, "two answers at the end, one at the start, none while a person was there"


def test_what_somebody_says_is_announced_once_and_shown_on_the_closed_launcher(new_page: Callable[..., Page]) -> None:
    learner = live.Learner(new_page())
    number = learner.ask_for_a_person()
    agent = live.Agent(new_page())
    agent.open(number)
    status = learner.page.locator("firstline-widget [role=status]")
    agent.reply("One moment, please.")
    expect(status).to_have_text("Kim · person from our team: One moment, please.")
    learner.page.keyboard.press("Escape")
    agent.reply("Here I am.")
    launcher = learner.page.get_by_role("button", name="Open help chat, new message")
    expect(launcher).to_be_visible()
    launcher.click()
    expect(learner.from_people).to_have_text(["One moment, please.", "Here I am."])
    assert_accessible(learner.page)


def test_the_desk_by_keyboard_on_a_phone_and_for_leads(new_page: Callable[..., Page]) -> None:
    number = live.Learner(new_page()).ask_for_a_person()
    page = live.Agent(new_page(viewport=PHONE)).page
    look(page, "queue_phone")
    page.get_by_role("link", name=number).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    look(page, "ticket_phone")
    for address in ("/desk", f"/desk/tickets/{number}", "/desk/agents", "/desk/audit", "/desk/me"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
        assert_accessible(page)
        look(page, address.strip("/").replace("/", "_"))
    page.goto(f"/desk/tickets/{number}")
    page.get_by_role("button", name="Join the chat").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Give back to the assistant")).to_be_visible()
    page.get_by_label("New note").fill("Called back, no answer.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#notes")).to_contain_text("Called back, no answer.")
    page.get_by_role("combobox", name="Priority").select_option("High")
    page.get_by_role("button", name="Save priority").click()
    expect(page.locator("#head")).to_contain_text("High priority")
    expect(page.locator("#history")).to_contain_text("Medium → High")
