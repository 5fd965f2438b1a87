"""What a message means after what was said before it."""

import pytest

from bot.conversation import (
    FOLLOWING,
    LEANING,
    LONGEST_REPLY,
    REPLIED,
    agrees,
    last_reply,
    leans_back,
    picked,
    readings,
    spoken,
)
from bot.models import Turn

ASKED = "How do I get a refund for a course?"
WHOLE = "Where can I download the invoice of my yearly subscription?"
CHOICES = ("Get a refund for a course", "Get a refund for your subscription", "Where is my refund?")


@pytest.mark.parametrize("text", ["and how long?", "for teams?", "why?", "¿y en la app?", "那退款呢"])
def test_few_words_lean_back(text: str) -> None:
    assert leans_back(text)


def test_a_whole_question_does_not_lean_back() -> None:
    assert not leans_back(WHOLE)


@pytest.mark.parametrize(("text", "weight"), [("for degrees?", LEANING), (WHOLE, FOLLOWING)])
def test_a_follow_up_is_read_alone_and_after_the_question_before_it(text: str, weight: float) -> None:
    alone, together = readings(text, ["first", ASKED])
    assert (alone.text, together.text) == (text, f"{ASKED}\n{text}")
    assert together.share / alone.share == pytest.approx(weight)
    assert alone.share + together.share == pytest.approx(1)


def test_a_first_question_has_one_reading() -> None:
    (only,) = readings(WHOLE, [])
    assert (only.text, only.share) == (WHOLE, 1)


@pytest.mark.parametrize(
    "text",
    [
        "By the way, how do I change my photo on the page?",
        "Totally different thing: my certificate",
        "otra cosa: no veo mi diploma",
        "换个话题，怎么改头像",
    ],
)
def test_an_announced_new_topic_drags_nothing_along(text: str) -> None:
    assert len(readings(text, [ASKED])) == 1


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Thanks, works. By the way, what's included in Plus?", "what's included in Plus?"),
        ("Perfecto, gracias. Y cambiando de tema, no veo mi diploma", "no veo mi diploma"),
        ("找着了多谢。说个别的，怎么改头像", "怎么改头像"),
        ("my certificate, by the way", "my certificate, by the way"),
    ],
)
def test_of_an_announced_new_topic_the_topic_is_read(text: str, read: str) -> None:
    assert [each.text for each in readings(text, [ASKED])] == [read]
    assert [each.text for each in readings(text, [])] == [text]


def test_what_the_bot_replied_is_a_reading_of_its_own() -> None:
    *own, reply = readings("and how long?", [ASKED], replied="Open your purchases.")
    assert (reply.text, reply.share) == ("Open your purchases.", REPLIED)
    assert [each.text for each in own] == [each.text for each in readings("and how long?", [ASKED])]
    assert sum(each.share for each in own) == pytest.approx(1 - REPLIED)
    assert len(readings("By the way, where is my diploma?", [ASKED], replied="Open it.")) == 1


def test_the_last_reply_is_read_from_its_beginning_without_addresses() -> None:
    turns = (
        Turn("bot", "Hello!"),
        Turn("learner", ASKED),
        Turn("bot", "See [Refunds](/help/en/refunds). " + "x" * 999),
    )
    assert last_reply(turns).startswith("See [Refunds]. xxx")
    assert len(last_reply(turns)) == LONGEST_REPLY
    assert last_reply(turns[1:2]) == ""


def test_a_chain_of_follow_ups_goes_back_to_the_question_it_began_with() -> None:
    _, together = readings("how long?", ["Hi, my name is wrong on the page", ASKED, "for degrees?"])
    assert together.text == f"{ASKED}\nfor degrees?\nhow long?"


def test_the_answer_to_a_question_back_leans_on_what_it_was_about() -> None:
    alone, together = readings(WHOLE, [ASKED], asked_back=True)
    assert together.share > alone.share


@pytest.mark.parametrize(
    ("text", "before", "site", "language"),
    [
        ("ok, app?", "¿Cómo puedo descargar los videos del curso en mi teléfono?", "en", "es"),
        ("And how can I change the card that you charge every month?", "¿Dónde está mi recibo del curso?", "es", "en"),
        ("怎么退款？", "How do I get a refund for my course?", "en", "zh"),
        ("refund", "", "es", "es"),
        ("¿y eso?", "", "en", "es"),
        ("ok", "", None, "en"),
    ],
)
def test_a_message_is_answered_in_its_language_or_the_one_spoken_before(
    text: str, before: str, site: str | None, language: str
) -> None:
    turns = (Turn("learner", before), Turn("bot", "Hello, this is an answer.")) if before else ()
    assert spoken(text, turns, site) == language


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (CHOICES[1], 1),
        ("get a refund for a course.", 0),
        ("1", 0),
        ("2.", 1),
        ("the second one", 1),
        ("la tercera", 2),
        ("第一个", 0),
        ("my subscription please", 1),
        ("the course", 0),
        ("a refund", None),
        ("course or subscription, no idea", None),
        ("I have another question about the subscription and my card and all the rest", None),
        ("12", None),
        ("", None),
    ],
)
def test_a_choice_is_picked_by_its_words_or_its_number(text: str, number: int | None) -> None:
    assert picked(text, CHOICES) == (None if number is None else CHOICES[number])


def test_nothing_is_picked_where_nothing_was_offered() -> None:
    assert picked("1", ()) is None


@pytest.mark.parametrize("text", ["Yes please!", "ok", "claro que sí", "好的", "需要，谢谢"])
def test_a_yes_is_known(text: str) -> None:
    assert agrees(text)


@pytest.mark.parametrize("text", ["no thanks", "no", "yes, but how?", "不用了", "thanks", "", "没"])
def test_anything_else_is_no_yes(text: str) -> None:
    assert not agrees(text)


@pytest.mark.parametrize(
    "text", ["how long does it take?", "where do I find them in the app?", "¿y cuánto tarda eso?", "它多少钱？"]
)
def test_what_points_back_cannot_stand_alone(text: str) -> None:
    assert leans_back(text)


def test_a_long_question_may_say_it_of_itself() -> None:
    assert not leans_back("My certificate shows an old name, where in the account settings can I correct it myself?")
