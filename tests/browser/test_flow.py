"""The main job in the browser: a question becomes a cited answer, or a ticket."""

import threading
from typing import Any

from playwright.sync_api import expect

REFUND = """You can get a **full refund** of a single course:

1. Open [Purchases](/help/en/purchases).
2. Choose **Refund**:
   - within 14 days
   - at most 20 % completed
3. Confirm.

### Limits

| Product | Days |
| --- | --- |
| Course | 14 |
| Plus, yearly | 30 |
"""
CITED = [
    {
        "number": 1,
        "article_id": "refund-course",
        "title": "Refund of a course",
        "url": "/help/en/refund-course",
        "quote": "x",
    },
    {"number": 2, "article_id": "outside", "title": "Card networks", "url": "https://example.org/cards", "quote": "y"},
]


def test_a_question_becomes_an_answer_with_its_sources(visit: Any, api: Any, outcome: Any) -> None:
    api.replies["How do I get a refund?"] = outcome(REFUND, citations=CITED)
    seen = visit().open().ask("How do I get a refund?")
    answer = seen.answers.first
    expect(answer.locator("strong").first).to_have_text("full refund")
    expect(answer.locator("ol > li")).to_have_count(3)
    expect(answer.locator("ol > li > ul > li")).to_have_text(["within 14 days", "at most 20 % completed"])
    expect(answer.locator("h3")).to_have_text("Limits")
    expect(answer.locator("td")).to_have_text(["Course", "14", "Plus, yearly", "30"])
    sources = seen.panel.locator("a.source")
    hrefs = [link.get_attribute("href") for link in sources.all()]
    assert hrefs == [f"{api.url}/help/en/refund-course", "https://example.org/cards"]
    for link in [*sources.all(), answer.locator("a")]:
        assert (link.get_attribute("target"), link.get_attribute("rel")) == ("_blank", "noopener noreferrer")
    with seen.context.expect_page() as opened:
        sources.first.click()
    expect(opened.value.locator("h1")).to_have_text("en/refund-course")
    assert seen.console == []


def test_suggested_questions_start_the_chat_and_leave(visit: Any, api: Any) -> None:
    api.suggestions = ["How do I get a refund?", "Where is my certificate?"]
    seen = visit().open()
    expect(seen.panel.locator(".starters button")).to_have_text(api.suggestions)
    seen.panel.get_by_role("button", name="Where is my certificate?").click()
    expect(seen.answers).to_have_text(["You asked: Where is my certificate?"])
    expect(seen.panel.locator(".starters")).to_have_count(0)


def test_text_streams_in_and_no_half_written_mark_is_seen(visit: Any, api: Any, outcome: Any) -> None:
    api.replies["q"] = outcome(REFUND)
    api.gate = threading.Event()
    seen = visit().open().ask("q", answered=False)
    busy = seen.panel.locator(".text[aria-busy=true]")
    expect(busy).to_contain_text("Plus")
    expect(busy.locator("strong").first).to_have_text("full refund")
    assert not any(mark in busy.inner_text() for mark in ("**", "](", "| ---"))
    api.gate.set()
    expect(seen.answers.locator("td").last).to_have_text("30")


def test_every_beginning_of_an_answer_shows_no_mark(visit: Any, api: Any, outcome: Any) -> None:
    """Each prefix of the text goes through the page, as the deltas of a slow stream would bring it."""
    seen = visit(head="<script>window.shown = []</script>").open()
    watch = """host => new MutationObserver(() => shown.push(host.shadowRoot.querySelector('.thread').innerText))
        .observe(host.shadowRoot.querySelector('.thread'), {subtree: true, childList: true})"""
    seen.page.locator("firstline-widget").evaluate(watch)
    api.replies["q"] = outcome(REFUND)
    api.pause = 0.01
    seen.ask("q")
    shown = seen.page.evaluate("shown")
    assert len(shown) > 5
    assert not [text for text in shown if "*" in text or "](" in text or "###" in text]


def test_the_chat_is_back_after_a_reload_byte_for_byte(visit: Any, api: Any, outcome: Any) -> None:
    api.replies["a"] = outcome(REFUND, citations=CITED)
    api.replies["  two\n\n  lines <b>&amp;</b> 🎓"] = outcome("Plain *text* with \\*stars\\* and  two spaces")
    seen = visit().open().ask("a").ask("two\n\n  lines <b>&amp;</b> 🎓")
    for number in range(8):
        seen.ask(f"question {number}")
    before = seen.log_texts()
    assert len(before) == 20
    seen.page.reload()
    expect(seen.answers).to_have_count(10)
    assert seen.log_texts() == before
    expect(seen.panel.locator("a.source")).to_have_count(2)
    assert seen.console == []


def test_helpful_is_pressed_and_stays_so_after_a_reload(visit: Any, api: Any) -> None:
    seen = visit().open().ask("q")
    no = seen.panel.get_by_role("button", name="No", exact=True)
    no.click()
    expect(no).to_have_attribute("aria-pressed", "true")
    expect(seen.panel.locator(".after")).to_contain_text("other words")
    assert api.asked("/feedback") == [{"message_id": "m2", "helpful": False, "comment": None}]
    seen.page.reload()
    expect(no).to_have_attribute("aria-pressed", "true")
    seen.panel.locator(".after button").click()
    expect(seen.panel.locator(".ticket h3")).to_contain_text("FL-")


def test_a_choice_is_sent_as_the_learners_message(visit: Any, api: Any, outcome: Any) -> None:
    api.replies["refund"] = outcome("Which one?", "clarify", choices=["A course", "A subscription"])
    seen = visit().open().ask("refund")
    seen.panel.get_by_role("button", name="A subscription").click()
    expect(seen.answers).to_have_text(["Which one?", "You asked: A subscription"])
    expect(seen.panel.locator(".starters")).to_have_count(0)
    expect(seen.input).to_be_focused()


def test_quick_messages_are_sent_in_order_one_reply_each(visit: Any, api: Any) -> None:
    api.pause = 0.02
    seen = visit().open()
    for number in range(5):
        seen.ask(f"m{number}", answered=False)
    expect(seen.answers).to_have_text([f"You asked: m{number}" for number in range(5)])
    assert [body["text"] for body in api.asked("/messages")] == [f"m{number}" for number in range(5)]
    expected = [text for number in range(5) for text in (f"m{number}", f"You asked: m{number}")]
    assert seen.log_texts() == expected


def test_a_new_chat_leaves_the_old_one_and_finds_back(visit: Any, api: Any) -> None:
    seen = visit().open().ask("first")
    seen.panel.get_by_role("button", name="New chat").click()
    expect(seen.answers).to_have_count(0)
    seen.panel.get_by_role("button", name="Back to the earlier chat").click()
    expect(seen.answers).to_have_text(["You asked: first"])
    seen.panel.get_by_role("button", name="New chat").click()
    seen.ask("second")
    assert set(api.conversations) == {"c1", "c2"}
    assert seen.log_texts() == ["second", "You asked: second"]


def test_only_documented_fields_reach_the_page(visit: Any, api: Any, outcome: Any) -> None:
    api.replies["q"] = outcome(
        "Fine.", secret="SECRET", retrieved=["hidden-article"], department="Billing", reason="internal"
    )
    seen = visit().open().ask("q")
    text = seen.page.locator("firstline-widget").evaluate("host => host.shadowRoot.textContent")
    assert not [word for word in ("SECRET", "hidden-article", "Billing", "internal", "0.9") if word in text]
