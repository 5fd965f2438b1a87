"""What goes wrong is said in plain words, nothing typed is lost, and nothing is sent twice."""

import threading
from typing import Any

import pytest
from playwright.sync_api import expect


def failed(seen: Any) -> Any:
    return seen.panel.locator(".state.failed")


def again(seen: Any) -> None:
    seen.panel.get_by_role("button", name="Try again").first.click()


def ids(api: Any) -> list[str]:
    return [body["client_message_id"] for body in api.asked("/messages")]


def test_offline_marks_the_message_and_coming_back_sends_it(visit: Any, api: Any) -> None:
    seen = visit().open().ask("first")
    seen.context.set_offline(True)
    seen.ask("second", answered=False)
    expect(failed(seen)).to_contain_text("Not sent.")
    expect(seen.alert).to_contain_text("cannot be reached")
    again(seen)
    expect(failed(seen)).to_contain_text("Not sent.")
    seen.context.set_offline(False)
    expect(seen.answers).to_have_text(["You asked: first", "You asked: second"])
    expect(seen.alert).to_be_empty()
    assert len(ids(api)) == 2


def test_a_connection_lost_in_the_middle_of_an_answer(visit: Any, api: Any) -> None:
    api.gate = threading.Event()
    seen = visit().open().ask("a long enough question", answered=False)
    expect(seen.panel.locator(".text[aria-busy]")).to_be_visible()
    seen.context.set_offline(True)
    expect(failed(seen)).to_contain_text("No answer yet.")
    api.gate.set()
    seen.context.set_offline(False)
    expect(seen.answers).to_have_text(["You asked: a long enough question"])
    assert len(set(ids(api))) == 1


def test_a_message_not_sent_survives_a_reload(visit: Any, api: Any) -> None:
    seen = visit().open()
    api.fail("/messages", 500)
    seen.ask("typed with care", answered=False)
    expect(failed(seen)).to_contain_text("Not sent.")
    seen.page.reload()
    again(seen)
    expect(seen.answers).to_have_text(["You asked: typed with care"])
    assert len(set(ids(api))) == 1


@pytest.mark.parametrize(("status", "text"), [(500, "error_failed"), (503, "error_not_ready"), (422, "error_rejected")])
def test_refusals_are_said_in_our_words_and_retried_with_the_same_id(
    visit: Any, api: Any, strings: Any, status: int, text: str
) -> None:
    api.fail("/messages", status)
    seen = visit().open().ask("q", answered=False)
    expect(seen.alert).to_have_text(strings["en"][text])
    again(seen)
    expect(seen.answers).to_have_text(["You asked: q"])
    expect(seen.alert).to_be_empty()
    assert len(ids(api)) == 2 and len(set(ids(api))) == 1


def test_too_many_requests_says_how_long_and_comes_back_by_itself(visit: Any, api: Any) -> None:
    api.fail("/messages", 429, retry_after=2)
    seen = visit().open().ask("q", answered=False)
    expect(seen.alert).to_have_text("That was a lot at once. You can go on in 2 seconds.")
    waiting = seen.panel.locator("button.retry")
    expect(waiting).to_be_disabled()
    seen.input.fill("kept while waiting")
    seen.input.press("Enter")
    expect(seen.input).to_have_value("kept while waiting")
    expect(waiting).to_be_enabled()
    expect(seen.alert).to_be_empty()
    waiting.click()
    expect(seen.answers).to_have_text(["You asked: q"])


def test_a_stream_that_breaks_is_replayed_without_a_word(visit: Any, api: Any, outcome: Any) -> None:
    api.replies["q"] = outcome("A long answer that is cut off somewhere in the middle of it.")
    api.fail("/messages", after_deltas=3)
    seen = visit().open().ask("q")
    expect(seen.answers).to_have_text([api.replies["q"]["text"]])
    assert len(ids(api)) == 2 and len(set(ids(api))) == 1
    assert len(api.conversations["c1"]["turns"]) == 2


def test_a_stream_that_keeps_breaking_can_be_tried_again(visit: Any, api: Any) -> None:
    for _ in range(2):
        api.fail("/messages", after_deltas=1)
    seen = visit().open().ask("a question", answered=False)
    expect(failed(seen)).to_contain_text("No answer yet.")
    expect(seen.alert).to_contain_text("cut off")
    assert seen.log_texts() == ["a question"]
    again(seen)
    expect(seen.answers).to_have_text(["You asked: a question"])
    assert len(set(ids(api))) == 1


def test_an_error_event_is_said_in_our_words(visit: Any, api: Any, strings: Any) -> None:
    api.fail("/messages", after_deltas=1, event="not_ready")
    seen = visit().open().ask("q", answered=False)
    expect(seen.alert).to_have_text(strings["en"]["error_not_ready"])
    assert "Internal words" not in seen.panel.inner_text()


def test_a_silent_stream_is_given_up_and_asked_for_again(visit: Any, api: Any) -> None:
    seen = visit()
    seen.page.clock.install()
    api.gate = threading.Event()
    seen.page.reload()
    seen.open().ask("a long enough question", answered=False)
    expect(seen.panel.locator(".text[aria-busy]")).to_be_visible()
    api.gate, stuck = None, api.gate
    seen.page.clock.fast_forward(46_000)
    expect(seen.answers).to_have_text(["You asked: a long enough question"])
    stuck.set()


@pytest.mark.parametrize("status", [401, 404])
def test_a_conversation_that_is_gone_gives_way_to_a_new_one(visit: Any, api: Any, status: int) -> None:
    seen = visit().open().ask("old")
    api.conversations["c1"]["conversation_id"] = "gone"
    api.fail("/messages", status)
    seen.input.fill("half a thought")
    seen.ask("new", answered=False)
    expect(seen.answers).to_have_text(["You asked: new"])
    expect(seen.panel.locator(".notice")).to_contain_text("no longer here")
    assert seen.log_texts() == ["new", "You asked: new"]


def test_a_conversation_gone_at_the_reload_keeps_what_was_not_sent(visit: Any, api: Any) -> None:
    seen = visit().open().ask("old")
    api.fail("/messages", 500)
    seen.ask("unsent", answered=False)
    expect(failed(seen)).to_be_visible()
    api.conversations.clear()
    seen.page.reload()
    expect(seen.panel.locator(".notice")).to_contain_text("no longer here")
    assert seen.log_texts() == ["unsent"]
    again(seen)
    expect(seen.answers).to_have_text(["You asked: unsent"])


def test_a_reload_in_the_middle_of_an_answer_gets_the_stored_one(visit: Any, api: Any) -> None:
    api.gate = threading.Event()
    seen = visit().open().ask("a long enough question", answered=False)
    expect(seen.panel.locator(".text[aria-busy]")).to_be_visible()
    seen.page.reload()
    api.gate.set()
    expect(seen.answers).to_have_text(["You asked: a long enough question"])
    assert seen.log_texts() == ["a long enough question", "You asked: a long enough question"]


def test_a_reload_while_offline_says_so_and_recovers(visit: Any, api: Any) -> None:
    seen = visit().open().ask("old")
    api.fail("/c1", 503)
    seen.page.reload()
    expect(seen.alert).to_contain_text("not available")
    seen.ask("new", answered=False)
    expect(seen.answers).to_have_text(["You asked: old", "You asked: new"])


@pytest.mark.parametrize("cors", [True, False])
def test_a_site_that_is_not_allowed_shows_nothing_and_warns_once(visit: Any, api: Any, cors: bool) -> None:
    api.allowed, api.cors = False, cors
    seen = visit()
    with seen.page.expect_console_message(lambda said: said.type == "warning") as warned:
        seen.page.reload()
    assert "not set up for http://127.0.0.1" in warned.value.text
    assert seen.page.locator("firstline-widget").count() == 0


def test_a_service_that_cannot_be_reached_still_has_a_launcher(visit: Any, api: Any, strings: Any) -> None:
    seen = visit()
    seen.page.route("**/v1/**", lambda route: route.abort())
    seen.page.reload()
    seen.open().ask("q", answered=False)
    expect(seen.alert).to_have_text(strings["en"]["error_offline"])
    seen.page.unroute("**/v1/**")
    again(seen)
    expect(seen.answers).to_have_text(["You asked: q"])


def test_a_failed_rating_is_taken_back(visit: Any, api: Any) -> None:
    seen = visit().open().ask("q")
    api.fail("/feedback", 500)
    yes = seen.panel.get_by_role("button", name="Yes")
    yes.click()
    expect(seen.alert).not_to_be_empty()
    expect(yes).to_have_attribute("aria-pressed", "false")


def test_new_chat_in_the_middle_of_an_answer_leaves_it_behind(visit: Any, api: Any) -> None:
    api.gate = threading.Event()
    seen = visit().open().ask("a long enough question", answered=False)
    expect(seen.panel.locator(".text[aria-busy]")).to_be_visible()
    seen.panel.get_by_role("button", name="New chat").click()
    api.gate.set()
    seen.ask("another")
    assert seen.log_texts() == ["another", "You asked: another"]
    assert len(api.asked("/messages")) == 2


def test_a_message_too_long_is_kept_and_not_sent(visit: Any, api: Any, strings: Any) -> None:
    seen = visit().open()
    seen.ask("🎓" * 4001, answered=False)
    expect(seen.alert).to_have_text(strings["en"]["error_rejected"])
    expect(seen.input).to_have_value("🎓" * 4001)
    assert api.asked("/messages") == []
    seen.ask("🎓" * 4000)
