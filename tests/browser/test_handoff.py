"""A person: within two actions, with a number before anything is promised."""

import re
from typing import Any

from playwright.sync_api import expect

OFFER = {"handoff": "offered", "reason": "low_confidence"}
NUMBER = re.compile(r"FL-\d+")


def submit(seen: Any) -> None:
    seen.panel.locator("form.contact [type=submit]").click()


def test_a_person_is_two_actions_away(visit: Any, api: Any) -> None:
    seen = visit()
    seen.launcher.click()
    seen.person.click()
    expect(seen.panel.locator(".ticket h3")).to_have_text(NUMBER)
    expect(seen.panel.locator(".ticket h3")).to_be_focused()
    (body,) = api.asked("/handoff")
    assert set(body) == {"client_request_id"}
    assert seen.console == []


def test_an_accepted_offer_shows_the_number_and_then_takes_an_email(visit: Any, api: Any, outcome: Any) -> None:
    near = [{"article_id": "pay", "title": "Ways to pay", "url": "/help/en/pay"}]
    api.replies["cat?"] = outcome(
        "I am not sure. Would you like to talk to a person?", "handoff", suggestions=near, **OFFER
    )
    seen = visit().open().ask("cat?")
    expect(seen.panel.locator("a.source")).to_have_attribute("href", f"{api.url}/help/en/pay")
    expect(seen.panel.locator(".ticket")).to_have_count(0)
    seen.panel.get_by_role("button", name="Yes, connect me with a person").click()
    expect(seen.panel.locator(".ticket h3")).to_have_text(NUMBER)
    seen.panel.get_by_label("E-mail", exact=True).fill("ada@example.org")
    seen.panel.get_by_label("Anything to add? (optional)").fill("It is urgent.")
    submit(seen)
    expect(seen.panel.locator(".ticket")).to_contain_text("They will write to ada@example.org.")
    first, second = api.asked("/handoff")
    assert second | {"client_request_id": 0} == {
        "email": "ada@example.org",
        "note": "It is urgent.",
        "client_request_id": 0,
    }
    assert first["client_request_id"] != second["client_request_id"]
    expect(seen.panel.get_by_role("button", name="Yes, connect me with a person")).to_have_count(0)


def test_a_required_handoff_shows_its_number_at_once_and_after_a_reload(visit: Any, api: Any, outcome: Any) -> None:
    api.replies["hacked"] = outcome(
        "Somebody else is in your account; a person takes this.", "handoff", handoff="required"
    )
    seen = visit().open().ask("hacked")
    expect(seen.panel.locator(".ticket h3")).to_have_text(NUMBER)
    expect(seen.panel.locator("form.contact")).to_be_visible()
    expect(seen.input).to_be_focused()
    assert api.asked("/handoff") == []
    number = seen.panel.locator(".ticket h3").inner_text()
    seen.page.reload()
    expect(seen.panel.locator(".ticket h3")).to_have_text(number)
    seen.panel.get_by_role("button", name="Add contact details").click()
    expect(seen.panel.get_by_role("radio", name="By e-mail")).to_be_focused()


def test_call_me_back_sends_the_number_and_the_time_with_its_offset(visit: Any, api: Any) -> None:
    seen = visit(timezone_id="America/Bogota").open()
    seen.person.click()
    seen.panel.get_by_role("radio", name="Call me back").check()
    expect(seen.panel.get_by_label("E-mail", exact=True)).to_be_hidden()
    seen.panel.get_by_label("Phone number").fill("+57 300 123 4567")
    seen.panel.get_by_label("When suits you? (optional)").fill("2090-01-02T10:30")
    submit(seen)
    expect(seen.panel.locator(".ticket")).to_contain_text("They will call +57 300 123 4567 around Jan 2, 2090")
    assert api.asked("/handoff")[1]["phone"] == "+57 300 123 4567"
    assert api.asked("/handoff")[1]["call_at"] == "2090-01-02T10:30:00-05:00"


def test_the_email_the_site_signed_is_filled_in(visit: Any, api: Any) -> None:
    api.email = "signed@example.org"
    seen = visit(data={"identity-token": "signed"}).open()
    seen.person.click()
    expect(seen.panel.get_by_label("E-mail", exact=True)).to_have_value("signed@example.org")
    assert api.asked("/v1/conversations")[0]["identity_token"] == "signed"
    assert "signed@example.org" not in seen.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")


def test_an_expired_identity_does_not_cost_the_chat(visit: Any, api: Any) -> None:
    seen = visit(data={"identity-token": "expired"}).open().ask("q")
    expect(seen.answers).to_have_text(["You asked: q"])
    assert [body.get("identity_token") for body in api.asked("/v1/conversations")] == ["expired", None]


def test_errors_of_the_form_stand_next_to_their_field(visit: Any, api: Any) -> None:
    seen = visit().open()
    seen.person.click()
    address = seen.panel.get_by_label("E-mail", exact=True)
    address.fill("ada@")
    submit(seen)
    expect(seen.panel.locator(".field.email .wrong")).to_contain_text("full e-mail address")
    expect(address).to_be_focused()
    expect(address).to_have_attribute("aria-invalid", "true")
    address.fill("ada@example.org")
    expect(seen.panel.locator(".field.email .wrong")).to_be_empty()
    api.fail("/handoff", 422)
    submit(seen)
    expect(seen.panel.locator(".field.email .wrong")).to_contain_text("full e-mail address")
    seen.panel.get_by_text("Call me back").click()
    submit(seen)
    expect(seen.panel.locator(".field.phone .wrong")).to_contain_text("country code")
    seen.panel.get_by_label("Phone number").fill("+34 600 000 000")
    seen.panel.get_by_label("When suits you? (optional)").fill("2001-01-01T10:00")
    submit(seen)
    expect(seen.panel.locator(".field.call_at .wrong")).to_contain_text("still to come")
    assert len(api.asked("/handoff")) == 2


def test_a_resent_form_is_the_same_request_and_a_changed_one_is_not(visit: Any, api: Any) -> None:
    seen = visit().open()
    seen.person.click()
    seen.panel.get_by_label("E-mail", exact=True).fill("ada@example.org")
    for _ in range(2):
        api.fail("/handoff", 503)
        submit(seen)
        expect(seen.alert).to_contain_text("not available")
        expect(seen.panel.locator("form.contact [type=submit]")).to_be_enabled()
    seen.panel.get_by_label("E-mail", exact=True).fill("ada@example.com")
    submit(seen)
    expect(seen.panel.locator(".ticket")).to_contain_text("ada@example.com")
    _, first, again, changed = (body["client_request_id"] for body in api.asked("/handoff"))
    assert first == again != changed


def test_nothing_is_promised_without_a_number(visit: Any, api: Any, strings: Any) -> None:
    api.fail("/handoff", 503)
    seen = visit().open()
    seen.person.click()
    expect(seen.alert).to_have_text(strings["en"]["error_not_ready"])
    expect(seen.panel.locator(".ticket")).to_have_count(0)
    assert strings["en"]["ticket_next"] not in seen.panel.inner_text()
    seen.person.click()
    expect(seen.panel.locator(".ticket h3")).to_have_text(NUMBER)
    expect(seen.alert).to_be_empty()


def test_a_closed_request_takes_no_more_contact_and_a_person_can_be_asked_for_again(visit: Any, api: Any) -> None:
    seen = visit().open()
    seen.person.click()
    expect(seen.panel.locator(".ticket h3")).to_have_text(NUMBER)
    api.conversations["c1"]["ticket"] = {"number": "FL-7", "status": "Closed"}
    seen.page.reload()
    expect(seen.panel.locator(".ticket")).to_contain_text("This request is closed.")
    expect(seen.panel.locator(".ticket form, .ticket button")).to_have_count(0)
    seen.person.click()
    expect(seen.panel.locator(".ticket .pill")).to_have_text("Open")
