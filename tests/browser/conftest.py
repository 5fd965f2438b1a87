"""A real browser on real pages: fixtures for the widget's tests."""

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
FLAGS += ["--disable-dev-shm-usage", "--disable-sync", "--disable-extensions"]
PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Course</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">{head}</head>
<body><main><h1>Course</h1><p>Welcome back.</p><a href="#top" id="before">A link of the page</a></main>
<script src="{base}/widget.js" {attributes} async></script></body></html>"""

if TYPE_CHECKING:
    from tests.browser.fake_api import FakeApi
    from tests.browser.servers import Pages


def load(name: str) -> Any:
    """A helper beside this file: with import-mode=importlib it is no importable sibling."""
    full = f"firstline_browser_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, Path(__file__).with_name(f"{name}.py"))
        assert spec and spec.loader
        sys.modules[full] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[full])
    return sys.modules[full]


fake = load("fake_api")
servers = load("servers")
expect.set_options(timeout=5000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.enable_socket)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        reason = f"{CHROMIUM} is missing: install Debian's chromium to run the browser tests"
        if os.environ.get("NOTHING_MAY_SKIP") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def running_api() -> Iterator["FakeApi"]:
    api = fake.FakeApi()
    server = servers.Server(fake.build(api))
    api.url = server.start()
    yield api
    server.stop()


@pytest.fixture(scope="session")
def pages() -> Iterator["Pages"]:
    """Somebody else's site, at another origin than the API."""
    pages = servers.Pages()
    server = servers.Server(pages.build())
    pages.url = server.start()
    yield pages
    server.stop()


@pytest.fixture
def api(running_api: "FakeApi") -> "FakeApi":
    running_api.reset()
    return running_api


@pytest.fixture
def outcome() -> Any:
    """Builds the outcome JSON: `outcome("text", kind="answer", **fields)`."""
    return fake.outcome


@pytest.fixture(scope="session")
def strings() -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = fake.load_strings()
    return texts


@pytest.fixture(scope="session")
def widget_source() -> str:
    """widget.js as it is served."""
    source: str = fake.served_widget()
    return source


class Visit:
    """A page with the widget on it, and what the browser had to say about it."""

    def __init__(self, page: Page, context: BrowserContext, url: str) -> None:
        self.page = page
        self.context = context
        self.url = url
        self.console: list[str] = []
        page.on("console", lambda said: self.console.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda raised: self.console.append(f"pageerror: {raised}"))
        page.set_default_timeout(5000)
        page.goto(url)

    @property
    def launcher(self) -> Locator:
        return self.page.locator("firstline-widget .launcher")

    @property
    def panel(self) -> Locator:
        return self.page.locator("firstline-widget .panel")

    @property
    def input(self) -> Locator:
        return self.page.locator("firstline-widget .composer textarea")

    @property
    def answers(self) -> Locator:
        return self.page.locator("firstline-widget .exchange .text:not([aria-busy])")

    @property
    def person(self) -> Locator:
        return self.page.locator("firstline-widget .foot button")

    @property
    def alert(self) -> Locator:
        return self.page.locator("firstline-widget .alert")

    def open(self) -> "Visit":
        self.launcher.click()
        expect(self.panel).to_be_visible()
        return self

    def ask(self, text: str, answered: bool = True) -> "Visit":
        """Sends a message; waits for its answer unless told not to."""
        before = self.answers.count()
        self.input.fill(text)
        self.input.press("Enter")
        if answered:
            expect(self.answers).to_have_count(before + 1)
        return self

    def log_texts(self) -> list[str]:
        """Text of each message, byte for byte."""
        texts: list[str] = self.page.locator("firstline-widget .exchange").locator(".plain, .text").all_text_contents()
        return texts


class VisitMaker(Protocol):
    def __call__(
        self, *, lang: str = ..., head: str = ..., headers: Any = ..., data: Any = ..., **context: Any
    ) -> Visit: ...


@pytest.fixture
def visit(browser: Browser, api: "FakeApi", pages: "Pages") -> Iterator[VisitMaker]:
    """Opens a page with the widget in a new context: `visit(lang="es", head="<style>…", data={"locale": "es"})`."""
    contexts: list[BrowserContext] = []

    def make(
        *, lang: str = "en", head: str = "", headers: Any = None, data: Any = None, html: str = PAGE, **options: Any
    ) -> Visit:
        attributes = " ".join(f'data-{name}="{value}"' for name, value in ({"site": "demo"} | (data or {})).items())
        url = pages.add(html.format(lang=lang, head=head, base=api.url, attributes=attributes), headers)
        context = browser.new_context(**({"reduced_motion": "reduce", "locale": "en-US"} | options))
        contexts.append(context)
        return Visit(context.new_page(), context, url)

    yield make
    for context in contexts:
        context.close()
