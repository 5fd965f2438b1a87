"""The real service in a process of its own, and the two sides of a chat in browser contexts of their own."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

ROOT = Path(__file__).parents[2]
SLOW = 20_000
"""Milliseconds that a busy machine may take for what the models do."""


@contextmanager
def served(data: Path) -> Iterator[str]:
    """`firstline serve --demo` as `make serve` starts it, on a free port with the refunds and sign-in articles."""
    articles = data / "articles"
    for locale in ("en", "es"):
        for collection in ("refunds", "sign-in"):
            shutil.copytree(ROOT / "kb_articles" / locale / collection, articles / locale / collection)
    environment = os.environ | {"FIRSTLINE_METRICS_PORT": "0"}
    command = [str(Path(sys.executable).with_name("firstline")), "serve", "--demo", "--port", "0"]
    command += ["--data", str(data / "var"), "--publish", str(articles)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        base = ""
        for line in process.stderr:
            if found := re.search(r"Firstline is at (\S+)", line):
                base = found[1]
            if line.startswith("API documentation"):
                break
        yield base
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


class Learner:
    """Somebody at the widget on the demo page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.goto("/")
        page.locator("firstline-widget .launcher").click()

    @property
    def panel(self) -> Locator:
        return self.page.locator("firstline-widget .panel")

    @property
    def bot_bubbles(self) -> Locator:
        return self.panel.locator(".thread .bubble.bot")

    @property
    def from_people(self) -> Locator:
        return self.panel.locator(".bubble.agent")

    @property
    def notices(self) -> Locator:
        return self.panel.locator(".exchange .notice")

    @property
    def under_the_name(self) -> Locator:
        return self.panel.locator(".names p")

    def write(self, text: str) -> None:
        box = self.panel.locator(".composer textarea")
        box.fill(text)
        box.press("Enter")

    def ask(self, text: str) -> None:
        """Waits for the assistant's answer."""
        before = self.bot_bubbles.count()
        self.write(text)
        expect(self.bot_bubbles).to_have_count(before + 1, timeout=SLOW)
        expect(self.panel.locator(".text[aria-busy]")).to_have_count(0, timeout=SLOW)

    def ask_for_a_person(self) -> str:
        """The ticket's number."""
        self.panel.locator(".foot button").click()
        title = self.panel.locator(".ticket h3")
        expect(title).to_contain_text(re.compile(r"FL-\d+"), timeout=SLOW)
        found = re.search(r"FL-\d+", title.inner_text())
        assert found is not None
        return found[0]


class Agent:
    """Somebody who is signed in to the desk."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.goto("/")
        page.get_by_role("button", name="Open the agents' tickets").click()
        page.get_by_role("link", name="Go to the tickets").click()

    @property
    def conversation(self) -> Locator:
        return self.page.get_by_role("region", name="Conversation")

    @property
    def presence(self) -> Locator:
        return self.page.locator("#presence")

    def open(self, number: str) -> None:
        self.page.get_by_role("link", name=number).click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(number)

    def press(self, name: str) -> None:
        self.presence.get_by_role("button", name=name).click()

    def reply(self, text: str) -> None:
        box = self.page.get_by_label("Reply to the learner")
        box.fill(text)
        box.press("Control+Enter")
        expect(box).to_have_value("")
