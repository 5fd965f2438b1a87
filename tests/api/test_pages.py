"""Pages and the widget's file: what they let in, and that nothing somebody wrote becomes markup."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import wiring
from api.agents import COOKIE
from api.wiring import Encoders, Storage
from storage.engine import open_engine
from storage.publications import SqlPublications
from tests.api.conftest import publish
from tests.api.talk import Talk
from tests.api.worlds import PAGE, ROOT, make_settings
from tests.helpdesk.scripted import Script

Make = Callable[..., TestClient]
PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "</title><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "[click](javascript:alert(1))",
    "[click](data:text/html,<script>alert(1)</script>)",
    "![track](https://evil.example/pixel.png)",
    '<a href="jav&#x09;ascript:alert(1)">x</a>',
    "<style>@import 'https://evil.example/x.css'</style>",
)


class Markup(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


DESK_SCRIPT = '<script src="/static/desk.js" defer></script>'


def assert_harmless(html: str) -> None:
    seen = Markup(html.replace(DESK_SCRIPT, "", 1))
    assert not {"script", "img", "svg", "iframe", "style", "object", "base"} & set(seen.tags), html
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    links = [value for name, value in seen.attributes if name in ("href", "src", "action", "srcdoc")]
    assert not [link for link in links if not re.match(r"(/|https?://|#)", link)], links


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory, encoders: Encoders) -> Iterator[Any]:
    """A shelf of articles whose authors mean no good."""
    folder = tmp_path_factory.mktemp("hostile")
    with (folder / "corpus.jsonl").open("w") as file:
        for number, payload in enumerate(PAYLOADS):
            text = f"# {payload}\n\n{payload}\n\n- {payload}\n\n| a | b |\n| - | - |\n| {payload} | x |\n\n`{payload}`"
            file.write(json.dumps({"id": f"bad-{number}", "title": payload, "text": text}) + "\n")
    settings = make_settings(folder / "data")
    publish(settings, encoders, folder / "corpus.jsonl")
    engine = open_engine(settings.database_url)
    shelf = wiring.make_shelf(settings, SqlPublications(engine))
    yield shelf
    shelf.close()
    engine.dispose()


def test_articles_are_words_not_markup(make_client: Make, hostile: Any) -> None:
    client = make_client(shelf=hostile)
    index = client.get("/help").text
    assert_harmless(index)
    assert index.count("/help/en/bad-") == len(PAYLOADS)
    for number in range(len(PAYLOADS)):
        page = client.get(f"/help/en/bad-{number}")
        assert page.status_code == 200
        assert_harmless(page.text)
        assert "49" not in page.text


def test_what_learners_write_is_words_on_the_agents_pages(make_client: Make, storage: Storage) -> None:
    client = make_client(bot=Script())
    talk = Talk.start(client)
    for payload in PAYLOADS:
        talk.say(payload)
    number = talk.ask_for_person(note="; ".join(PAYLOADS), call_at=PAYLOADS[0], phone="+34 600 000 000")
    storage.agents.create("<b>eva", "agent")
    client.cookies.set(COOKIE, storage.agents.redeem(storage.agents.login_link("<b>eva")))
    for address in ("/desk", f"/desk/tickets/{number}"):
        page = client.get(address)
        assert page.status_code == 200
        assert_harmless(page.text)
        assert "<b>" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text


def test_a_sign_in_that_fails_repeats_nothing(client: TestClient) -> None:
    answer = client.post("/desk/login", data={"login": PAYLOADS[0], "password": PAYLOADS[1]})
    assert_harmless(answer.text)
    assert "alert(1)" not in answer.text
    assert "alert(1)" not in client.get("/help", params={"locale": PAYLOADS[2]}).text


@pytest.mark.parametrize("path", ["/desk", "/help", "/help/en/refund-course", "/"])
def test_pages_let_nothing_else_in(make_client: Make, path: str) -> None:
    answer = make_client(demo=True).get(path)
    assert answer.status_code == 200
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert {"base-uri", "frame-ancestors"} <= {name for name, value in policy.items() if value == "'none'"}
    assert "unsafe" not in str(policy)
    assert not {source for value in policy.values() for source in value.split()} - {"'none'", "'self'"}
    assert answer.headers["x-content-type-options"] == "nosniff"
    seen = Markup(answer.text)
    assert not [name for name, _ in seen.attributes if name == "style" or name.startswith("on")]
    assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)


def test_every_file_a_page_names_is_there(make_client: Make) -> None:
    client = make_client(demo=True)
    for path in ("/desk", "/help", "/"):
        for name, value in Markup(client.get(path).text).attributes:
            if name in ("href", "src"):
                assert client.get(value).status_code == 200, value


@pytest.mark.parametrize(("locale", "word"), [("en", "Help center"), ("es", "Centro de ayuda"), ("zh", "帮助中心")])
def test_pages_speak_the_readers_language(make_client: Make, locale: str, word: str) -> None:
    client = make_client(demo=True)
    for path in ("/help", "/"):
        page = client.get(path, params={"locale": locale}).text
        assert f'<html lang="{locale}">' in page
        assert word in page
    assert client.get("/help", params={"locale": "tlh"}).status_code == 200


def test_an_article_says_where_its_translations_are(client: TestClient) -> None:
    page = client.get("/help/es/refund-course").text
    assert '<html lang="es">' in page
    assert 'href="/help/en/refund-course" lang="en"' in page
    assert 'href="/help/zh/refund-course" lang="zh"' in page


def test_links_between_articles_lead_to_pages(client: TestClient) -> None:
    page = client.get("/help/en/refund-status").text
    links = [value for name, value in Markup(page).attributes if name == "href" and value.startswith("/help/")]
    assert "/help/en/refund-course" in links
    assert {client.get(link).status_code for link in links} == {200}


def test_the_widget_is_one_small_file_with_all_its_words(client: TestClient) -> None:
    answer = client.get("/widget.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "max-age" in answer.headers["cache-control"]
    assert len(gzip.compress(answer.content)) < 30_000
    found = re.search(r"^const STRINGS = (\{.*\});$", answer.text, re.MULTILINE)
    assert found
    strings = json.loads(found[1])
    assert sorted(strings) == ["en", "es", "zh"]
    folder = Path(ROOT / "api" / "widget" / "strings")
    assert strings == {file.stem: json.loads(file.read_text("utf-8")) for file in folder.glob("*.json")}
    assert len({frozenset(words) for words in strings.values()}) == 1, "each language has each text"


def test_the_widget_holds_no_secret_and_asks_no_other_host(client: TestClient) -> None:
    source = client.get("/widget.js").text
    assert not re.findall(r"\beval\(|new Function|\.innerHTML|document\.cookie|insertAdjacentHTML", source)
    assert not re.findall(r"https?://(?!www\.w3\.org|help\.example\.org)[\w.-]+\.\w+", source)
    assert PAGE not in source
