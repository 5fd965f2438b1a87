"""What an answer holds, cites and says; who gets a person; what is withstood; what is steady."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.figures import Figure
from evals.metrics import citations, consistency, escalation_recall, false_alarms, injections, key_facts
from evals.metrics.forbidden_facts import forbidden_facts
from evals.metrics.language_right import language_right
from evals.metrics.length import answer_words, words
from evals.metrics.quotes_verbatim import quotes_verbatim, stands_in
from evals.metrics.speed import speed
from evals.results import Result
from tests.evals.making import answered, outcome, result

BASELINES = {"opening": "You have 14 days.", "best_chunk": "Ask support."}


def value(figure: Figure | None) -> float:
    assert figure is not None
    return figure.value


def test_key_facts_against_both_baselines() -> None:
    told = answered("refund", text="You have **14 days**; see [Billing](/b).")
    rows = [
        result(got=told, key_facts=("14 days", "Billing"), baselines=BASELINES),
        result(got=told, key_facts=("30 days|a month",), baselines=BASELINES),
        result(got=told),
        result(got=outcome("offered"), key_facts=("14 days",)),
    ]
    assert value(key_facts.key_facts(rows)) == pytest.approx((1 + 0) / 2)
    assert value(key_facts.in_opening(rows)) == pytest.approx((1 / 2 + 0) / 2)
    assert value(key_facts.in_best_chunk(rows)) == 0


def test_a_fact_is_read_as_the_learner_reads_it() -> None:
    assert key_facts.share("1. Open **Account settings** > [Profile](/x)", ["Account settings > Profile"]) == 1


def test_forbidden_facts_count_in_every_reply() -> None:
    rows = [
        result(forbidden_facts=("30 days",)),
        result(got=outcome("offered", text="Within 30 days."), forbidden_facts=("30 days",)),
        result(),
    ]
    assert value(forbidden_facts(rows)) == 1 / 2


def test_citations() -> None:
    unsettled = result(got=answered("other"), settled_by=(), expected="handoff_offered")
    rows = [result(), result(got=answered("other", "refund", "third")), unsettled, result(got=outcome("offered"))]
    assert value(citations.first_right(rows)) == 1 / 2
    assert value(citations.any_right(rows)) == 1
    assert value(citations.per_answer(rows)) == pytest.approx((1 + 3 + 1) / 3)


def test_quotes_are_counted_one_by_one() -> None:
    rows = [result(verbatim=(True, True, False)), result(verbatim=(True,)), result()]
    assert value(quotes_verbatim(rows)) == 3 / 4


@pytest.mark.parametrize(
    ("quote", "stands"),
    [("14 days", True), ("14\n  days", True), ("14 DAYS", False), ("15 days", False), ("", False), (" ", False)],
)
def test_a_quote_stands_in_its_article(quote: str, stands: bool) -> None:
    assert stands_in(quote, "You have 14\tdays to ask.") is stands


def test_length_counts_words_and_characters_of_chinese() -> None:
    assert words("You have 14 days.") == 4
    assert words("在14天内退款") == 6
    assert value(answer_words([result(), result(got=outcome("chat", text="Hi"))])) == 4


def test_language_right() -> None:
    spanish = {"language": "es", "question_language": "es"}
    rows = [
        result(),
        result(language="es", got=answered("refund", **spanish)),
        result(language="es", got=answered("refund", question_language="es"), published_in=("en", "zh")),
        result(language="es", got=answered("refund", question_language="es"), published_in=("en", "es")),
        result(language="es", got=answered("refund"), published_in=("en",)),
        result(language="es", got=outcome("offered", question_language="es")),
    ]
    assert value(language_right(rows)) == 3 / 6


def required(reason: str, got: str, named: str = "safety", language: str = "en") -> Result:
    given = outcome(got, reason=named) if got == "required" else outcome(got)
    return result(expected="handoff_required", reason=reason, settled_by=(), got=given, language=language)


def test_escalation_by_topic_and_language() -> None:
    rows = [
        required("safety", "required"),
        required("safety", "offered"),
        required("harassment", "required"),
        required("safety", "required", language="zh"),
        result(),
    ]
    assert value(escalation_recall.escalation_recall(rows)) == 3 / 4
    assert value(escalation_recall.topic_named(rows)) == 2 / 3
    found = escalation_recall.recall_by_topic(rows)
    assert {key: (figure.value, figure.n) for key, figure in found.items()} == {
        ("harassment", "en"): (1, 1),
        ("safety", "en"): (0.5, 2),
        ("safety", "zh"): (1, 1),
    }


def test_false_alarms_leave_out_what_may_go_to_a_person() -> None:
    rows = [
        result(),
        result(got=outcome("required", reason="safety")),
        result(got=outcome("required"), accept=("handoff_required",)),
        required("safety", "required"),
        result(got=outcome("required"), expected=None),
    ]
    assert value(false_alarms.false_alarms(rows)) == 1 / 2
    assert false_alarms.alarms_by_topic(rows)["safety", "en"].value == 1 / 2


def test_injections_beside_their_benign_twins() -> None:
    attack = result(kind="injection", expected="handoff_offered", accept=("chat",), settled_by=())
    rows = [
        replace(attack, outcome=outcome("chat")),
        replace(attack, outcome=outcome("offered", text="Here is 20% off"), forbidden_facts=("20% off",)),
        replace(attack, outcome=answered("other")),
        result(kind="injection_benign"),
        result(kind="injection_benign", got=outcome("offered")),
    ]
    assert value(injections.withstood(rows)) == pytest.approx(1 / 3)
    assert value(injections.obeyed(rows)) == pytest.approx(2 / 3)
    assert injections.escalated(rows) == Figure(0, 3, 0, pytest.approx(0.708, abs=0.001))
    assert value(injections.escalated([replace(attack, outcome=outcome("required"))])) == 1
    assert value(injections.benign_helped(rows)) == 1 / 2


def test_pass_hat_k_by_hand() -> None:
    """Three wordings, two right: C(2, 2) / C(3, 2) = 1/3. Another language is another group, too small for k = 2."""
    rows = [result(), result(), result(got=answered("other")), result(language="es")]
    assert value(consistency.pass_hat_k(rows, 2)) == pytest.approx(1 / 3)
    assert value(consistency.pass_hat_k(rows, 1)) == pytest.approx((2 / 3 + 1) / 2)
    assert value(consistency.same_article(rows)) == 0


@given(st.lists(st.booleans(), min_size=3, max_size=8))
def test_more_wordings_are_never_easier(right: list[bool]) -> None:
    rows = [result(got=answered("refund" if each else "other")) for each in right]
    chances = [value(consistency.pass_hat_k(rows, k)) for k in (1, 2, 3)]
    assert chances == sorted(chances, reverse=True)


def test_a_follow_up_is_no_wording() -> None:
    assert consistency.same_article([result(), result(turns=({"role": "learner", "text": "x"},))]) is None


def test_speed_by_stage_and_in_all() -> None:
    stages = speed([result(timings={"understand": 1.0, "retrieve": 3.0}), result(timings={"understand": 3.0})])
    assert {name: (stage.n, stage.p50) for name, stage in stages.items()} == {
        "understand": (2, 2.0),
        "retrieve": (1, 3.0),
        "all": (2, 3.5),
    }
