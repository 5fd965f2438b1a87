"""Small parts that look at text alone: language, screening, follow-ups, units, models."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.language import SPOKEN, base, detect
from bot.models import Audience
from bot.screening import MAX_CHARACTERS, holds_secret, impersonal, redact, tidy
from bot.units import Rate, duration, rate, size
from tests.ingestion.corpora import article


@pytest.mark.parametrize(
    ("text", "expected", "language"),
    [
        ("How do I get a refund for my course?", None, "en"),
        ("¿Cómo puedo pedir un reembolso de mi curso?", None, "es"),
        ("怎么申请退款？", None, "zh"),
        ("How do I get a refund for my course?", "es", "en"),
        ("Quillmere Plus 怎么取消？", "en", "zh"),
        ("ok", "es", "es"),
        ("certificado", "es", "es"),
        ("???", "zh", "zh"),
        ("12345", None, "en"),
        ("", "es-MX", "es"),
        ("how do I pay", "zh", "en"),
    ],
)
def test_languages(text: str, expected: str | None, language: str) -> None:
    assert detect(text, expected) == language


@given(st.text(max_size=200), st.sampled_from([None, "en", "es", "zh", "de", "pt_BR", ""]))
def test_every_text_is_in_a_spoken_language(text: str, expected: str | None) -> None:
    assert detect(text, expected) in SPOKEN


@pytest.mark.parametrize(
    ("locale", "language"), [("es-MX", "es"), ("ZH_cn", "zh"), ("de", "en"), (None, "en"), ("", "en")]
)
def test_the_base_of_a_locale(locale: str | None, language: str) -> None:
    assert base(locale) == language


def test_a_message_is_tidied() -> None:
    assert tidy("  re\u200bfund\u202e\x00\x07 cafe\u0301\n\tok ") == "refund café\n\tok"


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u202e", "\x00\x01"])
def test_an_empty_message_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="empty"):
        tidy(text)


def test_an_endless_message_is_refused_and_the_longest_is_not() -> None:
    assert len(tidy("x" * MAX_CHARACTERS)) == MAX_CHARACTERS
    with pytest.raises(BadInput, match="4,001 characters; at most 4,000"):
        tidy("x" * (MAX_CHARACTERS + 1))


@given(st.text(max_size=300))
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    try:
        once = tidy(text)
    except BadInput:
        return
    assert tidy(once) == once


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("write to ana.b+x@mail.example.org, please", "write to [e-mail], please"),
        ("card 4111 1111 1111 1111 exp 12/30", "card [card number] exp 12/30"),
        ("card 4111-1111-1111-1111", "card [card number]"),
        ("call +34 612 345 678 today", "call [phone number] today"),
        ("my password is hunter2!", "my password is [password]"),
        ("mi contraseña: abc", "mi contraseña: [password]"),
        ("密码是abc123", "密码是[password]"),
        ("I paid $59 on day 14 for 2 courses", "I paid $59 on day 14 for 2 courses"),
        ("since 2026-05-21 it fails", "since 2026-05-21 it fails"),
        ("since 21.05.2026 or 5/21/2026 it fails", "since 21.05.2026 or 5/21/2026 it fails"),
        ("the code 2026 gives 14 days, 50% off and $1,250.00", "the code 2026 gives 14 days, 50% off and $1,250.00"),
        ("my card 4370097502556 fails", "my card [card number] fails"),
        ("pay GB82 WEST 1234 5698 7654 32 please", "pay [account number] please"),
        ("from 192.168.10.7, version 1.2.3", "from [network address], version 1.2.3"),
        ("SSN: 460-89-9847", "SSN: [identity number]"),
        ("mi DNI es 12345678Z", "mi DNI es [identity number]"),
        ("call (602)272-9781 or 450 0840", "call [phone number] or [phone number]"),
        ("My name is Ana María López and I paid", "My name is [name] and I paid"),
        ("me llamo ana y no entro", "me llamo [name] y no entro"),
        ("我叫王小明，怎么退款", "我叫[name]，怎么退款"),
        ("This is Dr. Ruth Stein, hello", "This is [name], hello"),
        ("This is wrong. My name is wrong on it", "This is wrong. My name is [name] on it"),
        ("I live at 12 Elm Street, London", "I live at [address]"),
        ("I forgot my password and it is late", "I forgot my password and it is late"),
    ],
)
def test_personal_data_is_replaced_by_its_kind(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    ("text", "searched"),
    [
        ("nothing reaches ana@mail.example.org, why?", "nothing reaches, why?"),
        ("我叫王小明，怎么退款", "我叫，怎么退款"),
        ("my name is [wrong]", "my name is [wrong]"),
        ("ana@mail.example.org", "ana@mail.example.org"),
    ],
)
def test_personal_data_is_not_searched_for(text: str, searched: str) -> None:
    assert impersonal(text) == searched


@pytest.mark.parametrize(
    ("number", "is_card"),
    [
        ("4111111111111111", True),
        ("4111111111111112", False),
        ("378282246310005", True),
        ("5500 0000 0000 0004", True),
        ("0123456789012", False),
        ("424242424242", False),
    ],
)
def test_a_card_is_known_by_its_check_digit(number: str, is_card: bool) -> None:
    assert holds_secret(f"here: {number}.") is is_card


def test_a_password_is_a_secret_and_a_question_about_one_is_not() -> None:
    assert holds_secret("la clave es 1234")
    assert not holds_secret("How do I change my password?")


@pytest.mark.parametrize(
    ("text", "value"), [("90s", 90), ("15 m", 900), ("12h", 43_200), ("30d", 2_592_000), ("0s", 0)]
)
def test_durations(text: str, value: int) -> None:
    assert duration(text) == timedelta(seconds=value)
    assert duration(duration(text)) == duration(text)


@pytest.mark.parametrize(("text", "value"), [("500B", 500), ("64kB", 64_000), ("2 MB", 2_000_000), (7, 7)])
def test_sizes(text: object, value: int) -> None:
    assert size(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("20/minute", Rate(20, 60)), ("600 / hour", Rate(600, 3600)), ("1/second", Rate(1, 1))]
)
def test_rates(text: str, value: Rate) -> None:
    assert rate(text) == rate(value) == value


@pytest.mark.parametrize("text", ["", "30", "30 days", "-1d", "1.5h", None])
def test_a_wrong_duration_says_how_to_write_one(text: object) -> None:
    with pytest.raises(ValueError, match="write it like 90s, 15m, 12h or 30d"):
        duration(text)


@pytest.mark.parametrize("text", ["", "64KB", "1 GB", "kB"])
def test_a_wrong_size_says_how_to_write_one(text: object) -> None:
    with pytest.raises(ValueError, match="write it like 500B"):
        size(text)


@pytest.mark.parametrize("text", ["20", "0/minute", "20/min", "/hour"])
def test_a_wrong_rate_says_how_to_write_one(text: object) -> None:
    with pytest.raises(ValueError, match="write it like 20/minute"):
        rate(text)


def test_each_audience_reads_those_before_it() -> None:
    order = list(Audience)
    assert [[reader.reads(of) for of in order] for reader in order] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]


def test_an_article_knows_its_key_address_and_text() -> None:
    of = article("a/b c", "# One\n\nWords.\n\n## Two\n\n- item", locale="es")
    assert (of.key, of.address) == ("es/a/b c", "/help/es/a%2Fb%20c")
    assert of.text == "One\n\nWords.\n\nTwo\n\n- item"
