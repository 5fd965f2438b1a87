"""The whole way in a browser, on the real service: a cited answer, a person, and the ticket that the agent sees."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import load

live = load("live")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with live.served(tmp_path_factory.mktemp("data")) as base:
        yield base


@pytest.fixture
def page(browser: Browser, service: str) -> Iterator[Page]:
    context = browser.new_context(base_url=service)
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    yield opened
    context.close()
    assert problems == []


def ask(page: Page, text: str) -> None:
    page.get_by_role("textbox").first.fill(text)
    page.get_by_role("textbox").first.press("Enter")


def test_from_a_question_to_a_cited_answer_to_a_ticket_with_the_whole_chat(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name=re.compile("help|chat|question", re.IGNORECASE)).last.click()
    ask(page, "How do I ask for a refund of a single course?")
    source = page.get_by_role("link", name=re.compile("Refund of a single course")).first
    expect(source).to_be_visible(timeout=20_000)
    ask(page, "I want to talk to a real person, please")
    number = page.get_by_text(re.compile(r"FL-\d{4}")).first
    expect(number).to_be_visible(timeout=20_000)
    found = re.search(r"FL-\d{4}", number.inner_text())
    assert found is not None

    page.goto("/")
    page.get_by_role("button", name="Open the agents' tickets").click()
    page.get_by_role("link", name="Go to the tickets").click()
    page.get_by_role("link", name=found[0]).click()
    conversation = page.get_by_role("region", name="Conversation")
    expect(conversation).to_contain_text("How do I ask for a refund of a single course?")
    expect(conversation).to_contain_text("I want to talk to a real person, please")
    expect(page.get_by_role("heading", level=1)).to_contain_text(found[0])


def test_a_citation_opens_the_article_it_quotes(page: Page, service: str) -> None:
    page.goto("/help/en/refund-course")
    expect(page.get_by_role("heading", level=1)).to_have_text("Refund of a single course")
    assert page.request.get(f"{service}/help/en/internal-goodwill-credits").status == 404


def test_spanish_all_the_way(page: Page) -> None:
    page.goto("/?locale=es")
    page.get_by_role("button", name=re.compile("ayuda|chat|pregunta", re.IGNORECASE)).last.click()
    ask(page, "Quiero hablar con una persona")
    expect(page.get_by_text(re.compile(r"FL-\d{4}")).first).to_be_visible(timeout=20_000)


def test_the_pages_for_people_are_accessible(page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for address in ("/", "/help?locale=zh", "/help/es/refund-course", "/desk"):
        page.goto(address)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
