"""Reading stored turns: five questions in a second are still five exchanges."""

from dataclasses import replace

from bot.models import Turn
from helpdesk.history import articles_shown, asked_back, missed, threaded, turns_before, unanswered_before
from helpdesk.models import Message
from helpdesk.outcomes import outcome_json
from tests.contracts.rows import message
from tests.helpdesk.scripted import answer, clarification, offered


def reply(id: str, sequence: int, to: str, outcome: dict[str, object] | None = None) -> Message:
    return message(id, "c1", sequence, role="bot", reply_to=to, outcome=outcome)


QUESTIONS = [message(f"q{number}", "c1", number) for number in (1, 2, 3)]
REPLIES = [reply("r1", 4, "q1"), reply("r2", 5, "q2")]


def test_replies_follow_their_questions() -> None:
    assert [each.id for each in threaded(QUESTIONS + REPLIES)] == ["q1", "r1", "q2", "r2", "q3"]


def test_the_turns_before_a_question_are_whole_exchanges() -> None:
    assert turns_before(QUESTIONS + REPLIES, QUESTIONS[2]) == (
        Turn("learner", "text of q1"),
        Turn("bot", "text of r1"),
        Turn("learner", "text of q2"),
        Turn("bot", "text of r2"),
    )
    assert turns_before(QUESTIONS, QUESTIONS[2]) == ()
    assert turns_before(QUESTIONS + REPLIES, QUESTIONS[0]) == ()


def test_what_agents_and_the_system_said_is_not_for_the_bot() -> None:
    others = [message("a1", "c1", 4, role="agent"), message("s1", "c1", 5, role="system")]
    assert turns_before([*QUESTIONS, *others, message("q9", "c1", 9)], message("q9", "c1", 9)) == ()


def test_unanswered_are_the_earlier_ones_without_a_reply() -> None:
    assert unanswered_before(QUESTIONS + REPLIES[:1], QUESTIONS[2]) == [QUESTIONS[1]]
    assert unanswered_before(QUESTIONS, QUESTIONS[0]) == []


def test_articles_are_named_once_in_order() -> None:
    first = reply("r1", 4, "q1", outcome_json(answer("x", "refunds", "payments"), "r1", None))
    second = reply("r2", 5, "q2", outcome_json(offered(), "r2", None))
    third = reply("r3", 6, "q3", outcome_json(answer("y", "grades", "refunds"), "r3", None))
    assert articles_shown([*QUESTIONS, first, second, third]) == ("refunds", "payments", "grades")


def test_the_choices_of_a_question_back_are_remembered_for_one_turn() -> None:
    asked = reply("r1", 2, "q1", outcome_json(clarification(), "r1", None))
    answered = reply("r2", 4, "q2", outcome_json(answer(), "r2", None))
    second, third = message("q2", "c1", 3), message("q3", "c1", 5)
    assert asked_back([QUESTIONS[0], asked, second], second) == ("A course", "A subscription")
    assert asked_back([QUESTIONS[0], asked, second, answered, third], third) == ()
    assert asked_back(QUESTIONS[:1], QUESTIONS[0]) == ()


def test_what_did_not_help_is_what_the_learner_said_or_marked() -> None:
    first = reply("r1", 4, "q1", outcome_json(answer("x", "refunds", "payments"), "r1", None))
    second = replace(reply("r2", 5, "q2", outcome_json(offered(), "r2", None)), kind="not_helped")
    third = reply("r3", 6, "q3", outcome_json(answer("y", "grades"), "r3", None))
    assert missed([*QUESTIONS, first, third]) == ()
    assert missed([*QUESTIONS, first, second, third]) == ("refunds",)
    assert missed([*QUESTIONS, first, second, replace(third, helpful=False)]) == ("refunds", "grades")


def test_after_a_person_was_there_the_bot_begins_anew() -> None:
    """What was said before belongs to the matter that the person settled."""
    person = message("p1", "c1", 5, role="agent")
    asked = message("q9", "c1", 6)
    assert turns_before([*QUESTIONS[:1], reply("r1", 4, "q1"), person, asked], asked) == ()
