"""Scripts in messages, articles and settings stay text: nothing runs, nothing is fetched from elsewhere."""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import expect

JS = "window.pwned=1"
PAYLOADS = [
    f"<script>{JS}</script>",
    f"</script><script>{JS}</script>",
    f"<img src=x onerror={JS}>",
    f'<img src="https://evil.example/a.png" onerror="{JS}">',
    f"<svg onload={JS}>",
    f"<svg><script>{JS}</script></svg>",
    f"<svg><animate onbegin={JS} attributeName=x dur=1s>",
    f"<body onload={JS}>",
    f'<iframe src="javascript:parent.{JS}"></iframe>',
    f'<iframe srcdoc="<script>parent.{JS}</script>"></iframe>',
    f'<a href="javascript:{JS}">click</a>',
    f"<details open ontoggle={JS}>x</details>",
    f"<input autofocus onfocus={JS}>",
    f"<video><source onerror={JS}></video>",
    f"<math><mtext></form><form><mglyph><style></math><img src onerror={JS}>",
    f"<template><img src=x onerror={JS}></template>",
    "<style>@import 'https://evil.example/x.css';</style>",
    '<link rel="stylesheet" href="https://evil.example/x.css">',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<object data="https://evil.example/x.swf"></object>',
    '<base href="https://evil.example/">',
    f"[click](javascript:{JS})",
    f"[click](JaVaScRiPt:{JS})",
    f"[click](  javascript:{JS})",
    f"[click](java&#115;cript:{JS})",
    f"[click](data:text/html,<script>{JS}</script>)",
    f"[click](vbscript:{JS})",
    "[click](//evil.example/help/)",
    "[click](/help/../../evil)",
    "[click](/help//evil.example)",
    "[click](\\\\evil.example)",
    f'[click](https://ok.example/"onmouseover="{JS})',
    f"[<img src=x onerror={JS}>](https://ok.example/)",
    "![image](https://evil.example/pixel.png)",
    f"[![image](https://evil.example/pixel.png)](javascript:{JS})",
    f"| <img src=x onerror={JS}> | b |\n| --- | --- |\n| <script>{JS}</script> | [x](javascript:{JS}) |",
    f"- <img src=x onerror={JS}>\n  1. [x](javascript:{JS})",
    f"### <img src=x onerror={JS}>",
    f"**<img src=x onerror={JS}>**",
    "{{constructor.constructor('window.pwned=1')()}}",
    "${window.pwned=1}`+alert(1)+`",
    f"\u202e<img src=x onerror={JS}>\u0000",
]
FOUND = """host => {
  const nodes = [...host.shadowRoot.querySelectorAll('*')];
  const allowed = new Set(('DIV BUTTON svg path SECTION SPAN H2 H3 P FORM TEXTAREA OL UL LI A STRONG TABLE THEAD TBODY'
    + ' TR TH TD I FIELDSET LEGEND LABEL INPUT').split(' '));
  return {
    elements: [...new Set(nodes.map(node => node.tagName).filter(name => !allowed.has(name)))],
    handlers: nodes.flatMap(node => node.getAttributeNames()).filter(name => name.startsWith('on')),
    styles: host.shadowRoot.querySelectorAll('.log [style]').length,
    links: [...host.shadowRoot.querySelectorAll('a')].map(link => link.href),
  };
}"""


def check(seen: Any, api: Any, asked: set[str]) -> None:
    found = seen.page.locator("firstline-widget").evaluate(FOUND)
    assert found["elements"] == []
    assert (found["handlers"], found["styles"]) == ([], 0)
    for address in found["links"]:
        scheme, host, path, *_ = urlsplit(address)
        assert (
            scheme == "http" and f"http://{host}" == api.url and path.startswith("/help/")
        ) or host == "ok.example", address
    assert seen.page.evaluate("window.pwned") is None
    assert asked <= {api.url, seen.url.rsplit("/", 1)[0]}
    assert [said for said in seen.console if "Failed to load" not in said] == []


def test_no_payload_runs_from_learner_answer_or_source(visit: Any, api: Any, outcome: Any) -> None:
    assert len(PAYLOADS) > 30
    for payload in PAYLOADS:
        source = {"number": 1, "article_id": payload, "title": payload, "url": payload, "quote": payload}
        near = {"article_id": payload, "title": payload, "url": payload}
        fields = {"citations": [source], "suggestions": [near], "choices": [payload], "language": payload}
        api.replies[payload.strip()] = outcome(payload, **fields)
    api.suggestions = PAYLOADS[:6]
    seen = visit()
    asked: set[str] = set()
    seen.page.on(
        "request", lambda request: asked.add(f"{urlsplit(request.url).scheme}://{urlsplit(request.url).netloc}")
    )
    seen.open()
    expect(seen.panel.locator(".starters button")).to_have_text(PAYLOADS[:6])
    for payload in PAYLOADS:
        seen.input.fill(payload)
        seen.input.press("Enter")
    expect(seen.answers).to_have_count(len(PAYLOADS), timeout=15000)
    assert seen.page.locator("firstline-widget .mine .plain").all_text_contents() == [text.strip() for text in PAYLOADS]
    check(seen, api, asked)
    before = seen.log_texts()
    seen.page.reload()
    expect(seen.answers).to_have_count(len(PAYLOADS))
    assert seen.log_texts() == before
    check(seen, api, {origin for origin in asked if "data:" not in origin})


def test_an_agents_and_a_systems_words_are_text_too(visit: Any, api: Any) -> None:
    seen = visit().open().ask("q")
    common = {"created_at": "2026-11-21T10:00:00Z", "client_message_id": None, "outcome": None, "helpful": None}
    for role in ("agent", "system"):
        api.conversations["c1"]["turns"].append(common | {"id": role, "role": role, "text": PAYLOADS[2]})
    seen.page.reload()
    expect(seen.panel.locator(".exchange .notice")).to_have_text(PAYLOADS[2])
    expect(seen.panel.locator(".exchange .plain").last).to_have_text(PAYLOADS[2])
    check(seen, api, set())
