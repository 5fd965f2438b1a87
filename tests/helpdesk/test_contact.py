"""What a learner may give to be reached by."""

import pytest

from bot.errors import BadInput
from helpdesk.contact import checked, merged
from helpdesk.models import Contact


def test_fields_are_trimmed_and_empty_ones_are_none() -> None:
    given = Contact("  ana@example.org ", " +34 600 000 000", "", " \n ")
    assert checked(given) == Contact("ana@example.org", "+34 600 000 000", None, None)


@pytest.mark.parametrize(
    "email",
    ["a@b.co", "Ana.Díaz+help@sub.example.org", "用户@例子.公司", "o'neil@example.com", "x" * 240 + "@example.org"],
)
def test_usable_addresses(email: str) -> None:
    assert checked(Contact(email=email)).email == email


@pytest.mark.parametrize(
    "email",
    [
        "ana",
        "ana@",
        "@example.org",
        "ana@example",
        "a b@example.org",
        "a@b@c.org",
        "a@b..org",
        "a@b.org\nBcc: x@y.org",
        "<a@b.org>",
        "a@b.org,c@d.org",
        "x" * 260 + "@example.org",
    ],
)
def test_slips_in_an_address(email: str) -> None:
    with pytest.raises(BadInput, match="e-mail address"):
        checked(Contact(email=email))


@pytest.mark.parametrize("phone", ["+34 600 000 000", "(030) 123-456", "0049/30.1234", "+1 555 0100 ext. 12", "112233"])
def test_usable_phone_numbers(phone: str) -> None:
    assert checked(Contact(phone=phone)).phone == phone


@pytest.mark.parametrize("phone", ["call me", "12", "+", "-----------", "1" * 40, "+34 600 000 000\n666", "<script>"])
def test_slips_in_a_phone_number(phone: str) -> None:
    with pytest.raises(BadInput, match="phone number"):
        checked(Contact(phone=phone))


def test_lengths_are_bounded() -> None:
    assert checked(Contact(note="n" * 2000)).note == "n" * 2000
    with pytest.raises(BadInput, match="the note can have at most 2000 characters"):
        checked(Contact(note="n" * 2001))
    with pytest.raises(BadInput, match="the time to call can have at most 100 characters"):
        checked(Contact(call_at="t" * 101))


def test_new_replaces_old_and_notes_add_up() -> None:
    old = Contact("a@b.org", "112233", "noon", "first")
    assert merged(old, Contact()) == old
    assert merged(Contact(), old) == old
    assert merged(old, Contact(email="c@d.org", note="second")) == Contact("c@d.org", "112233", "noon", "first\nsecond")
    assert merged(old, Contact(note="first")) == old
