"""The use case: each outcome, from real articles, with what was found beside it."""

import re
from dataclasses import replace

import pytest

from bot.adapters.snapshot import Snapshot
from bot.assistant import Assistant
from bot.citations import NEARLY
from bot.decision import Thresholds
from bot.errors import BadInput, NotReady
from bot.models import Answer, Chat, Clarification, Department, Handoff, Priority, Question, Turn
from bot.replies import Replies
from bot.retrieval import Retrieval
from bot.shelf import Shelf
from tests.ingestion.corpora import folded

ASKED = {
    "en": "How do I get a refund for a course?",
    "es": "¿Cómo pido un reembolso de un curso?",
    "zh": "怎么申请课程退款？",
}
SURE = Thresholds(answer=0.0, near=0.0)
NEVER = Thresholds(answer=1.1, near=0.0, likely=1.1)
FAR = "What is the capital city of France?"


@pytest.mark.parametrize("language", ASKED)
def test_a_routine_question_is_answered_from_its_article(
    assistant: Assistant, library: Snapshot, language: str
) -> None:
    outcome = replace(assistant, thresholds=SURE).answer(Question(ASKED[language]))
    assert isinstance(outcome, Answer)
    assert (outcome.language, outcome.evidence.question_language) == (language, language)
    first = outcome.citations[0]
    assert (first.number, first.article_id, first.locale) == (1, "refund-course", language)
    assert first.url == f"/help/{language}/refund-course"
    assert outcome.evidence.retrieved[0] == "refund-course"
    for citation in outcome.citations:
        article = library.article(f"{citation.locale}/{citation.article_id}")
        assert folded(citation.quote) in folded(article.text)
        assert citation.title == article.title


def test_an_english_article_is_announced_as_one(assistant: Assistant, replies: Replies) -> None:
    question = Question("¿Cuándo no es posible un reembolso? ¿Qué pagos no se devuelven nunca?")
    outcome = replace(assistant, thresholds=SURE).answer(question)
    assert isinstance(outcome, Answer)
    locale = outcome.citations[0].locale
    assert outcome.language == locale
    assert outcome.text.startswith(replies.say("english_only", "es")) is (locale == "en")


def test_what_is_found_is_told_with_every_question(assistant: Assistant) -> None:
    for text in (*ASKED.values(), "what is the capital of France", "I want to talk to a human"):
        evidence = assistant.answer(Question(text)).evidence
        assert evidence.confidence is not None
        assert 0 <= evidence.confidence <= 1
        assert evidence.calibration == "estimated"
        assert evidence.index_version == 1
        assert 0 < len(evidence.retrieved) <= 10
        assert len(set(evidence.retrieved)) == len(evidence.retrieved)
        assert {"understand", "retrieve"} <= set(evidence.timings)
        assert all(milliseconds >= 0 for milliseconds in evidence.timings.values())


@pytest.mark.parametrize(("text", "language"), [("hello", "en"), ("hola", "es"), ("你好", "zh")])
def test_small_talk_gets_a_short_reply_and_searches_nothing(
    assistant: Assistant, replies: Replies, text: str, language: str
) -> None:
    outcome = assistant.answer(Question(text, locale=language))
    assert isinstance(outcome, Chat)
    assert (outcome.kind, outcome.text) == ("greeting", replies.say("greeting", language))
    assert (outcome.evidence.confidence, outcome.evidence.retrieved) == (None, ())


@pytest.mark.parametrize("text", ["I want to talk to a human", "quiero hablar con una persona", "我要找人工客服"])
def test_who_asks_for_a_person_gets_one(assistant: Assistant, text: str) -> None:
    outcome = assistant.answer(Question(text))
    assert isinstance(outcome, Handoff)
    assert (outcome.kind, outcome.reason, outcome.category) == ("required", "asked_for_human", "human-request")
    assert outcome.text.count("{ticket_number}") == 1, "filled in by whoever makes the ticket"
    assert outcome.suggestions == ()


@pytest.mark.parametrize(("yes", "language"), [("yes please", "en"), ("sí, por favor", "es"), ("好的", "zh")])
def test_a_yes_to_the_offer_of_a_person_is_a_wish_for_one(
    assistant: Assistant, replies: Replies, yes: str, language: str
) -> None:
    offered = (Turn("learner", ASKED[language]), Turn("bot", replies.say("low_confidence", language)))
    outcome = assistant.answer(Question(yes, offered))
    assert isinstance(outcome, Handoff)
    assert (outcome.kind, outcome.reason, outcome.language) == ("required", "asked_for_human", language)
    answered = (Turn("learner", ASKED[language]), Turn("bot", "…"))
    for question in (Question(yes, answered), Question("no", offered)):
        other = assistant.answer(question)
        assert not (isinstance(other, Handoff) and other.kind == "required")


def test_a_sensitive_topic_goes_to_its_department_at_its_priority(assistant: Assistant) -> None:
    outcome = assistant.answer(Question("you charged me twice and nobody gives my money back"))
    assert isinstance(outcome, Handoff)
    assert (outcome.kind, outcome.reason) == ("required", "refund_dispute")
    assert (outcome.department, outcome.priority) == (Department.BILLING, Priority.HIGH)


def test_what_is_not_sure_is_offered_to_a_person_beside_the_nearest_articles(assistant: Assistant) -> None:
    outcome = replace(assistant, thresholds=NEVER).answer(Question(ASKED["en"], shown=("refund-course",)))
    assert isinstance(outcome, Handoff)
    assert (outcome.kind, outcome.reason) == ("offered", "low_confidence")
    assert 1 <= len(outcome.suggestions) <= 3
    assert "refund-course" not in {each.article_id for each in outcome.suggestions}, "it was shown already"
    assert "{ticket_number}" not in outcome.text


def test_what_is_far_away_is_said_to_be_so(assistant: Assistant, replies: Replies) -> None:
    far = replace(assistant, thresholds=Thresholds(answer=1.1, near=1.1))
    outcome = far.answer(Question("what is the capital of France"))
    assert isinstance(outcome, Handoff)
    assert (outcome.kind, outcome.reason, outcome.suggestions) == ("offered", "out_of_scope", ())
    assert outcome.text == replies.say("out_of_scope", "en")


def test_an_answer_that_missed_is_met_with_other_articles(assistant: Assistant, replies: Replies) -> None:
    turns = (Turn("learner", ASKED["en"]), Turn("bot", "…"))
    outcome = assistant.answer(Question("that did not help", turns, shown=("refund-course",)))
    assert isinstance(outcome, Handoff)
    assert outcome.text == replies.say("not_helped", "en")
    assert outcome.suggestions
    assert "refund-course" not in {each.article_id for each in outcome.suggestions}


def test_nothing_else_to_show_is_said_so(assistant: Assistant, library: Snapshot, replies: Replies) -> None:
    every = tuple(article.id for article in library.articles)
    turns = (Turn("learner", ASKED["en"]), Turn("bot", "…"))
    outcome = assistant.answer(Question("that did not help", turns, shown=every))
    assert isinstance(outcome, Handoff)
    assert (outcome.text, outcome.suggestions) == (replies.say("not_helped_nothing_else", "en"), ())


def test_an_article_that_missed_is_not_answered_from_again(assistant: Assistant) -> None:
    outcome = replace(assistant, thresholds=SURE).answer(Question(ASKED["en"], missed=("refund-course",)))
    assert isinstance(outcome, Handoff)
    assert (outcome.kind, outcome.category) == ("offered", "not_helped")


def test_the_same_answer_is_not_given_twice(assistant: Assistant, replies: Replies) -> None:
    sure = replace(assistant, thresholds=SURE)
    first = sure.answer(Question(ASKED["en"]))
    turns = (Turn("learner", ASKED["en"]), Turn("bot", first.text))
    again = sure.answer(Question(ASKED["en"], turns, shown=("refund-course",)))
    assert isinstance(again, Handoff)
    assert again.text == replies.say("same_again", "en")
    assert "refund-course" not in {each.article_id for each in again.suggestions}


def test_personal_data_does_not_disturb_the_search(assistant: Assistant) -> None:
    asked = "How do I get a refund for my course? Write to me{}."
    bare, personal = (assistant.answer(Question(asked.format(at))) for at in ("", " ana.lopez@mail.example.org"))
    assert personal.evidence.scores == bare.evidence.scores


def test_a_follow_up_is_searched_with_the_answer_before_it_and_not_with_the_bots_own_words(
    assistant: Assistant, replies: Replies
) -> None:
    def scores(reply: str) -> dict[str, float]:
        turns = (Turn("learner", ASKED["en"]), Turn("bot", reply))
        return dict(assistant.answer(Question("and how long does it take?", turns)).evidence.scores)

    answer = replace(assistant, thresholds=SURE).answer(Question(ASKED["en"])).text
    alone = scores("")
    assert scores(answer) != alone
    for words in ("low_confidence", "clarify", "handoff_refund_dispute"):
        assert scores(replies.say(words, "en", ticket_number="FL-1001")) == alone


TORN = Thresholds(answer=1.1, near=0.0)


@pytest.mark.parametrize(("text", "language"), [("refund", "en"), ("reembolso", "es"), ("退款", "zh")])
def test_a_vague_question_is_asked_back_about_once(
    assistant: Assistant, library: Snapshot, text: str, language: str
) -> None:
    torn = replace(assistant, thresholds=TORN)
    outcome = torn.answer(Question(text, locale=language))
    assert isinstance(outcome, Clarification)
    assert 2 <= len(outcome.choices) <= 3
    assert len(set(outcome.choices)) == len(outcome.choices)
    titles = {article.title for article in library.articles if article.locale == language}
    assert outcome.choices[0] in titles, "the first choice is there in the learner's language"
    turns = (Turn("learner", text), Turn("bot", outcome.text))
    again = torn.answer(Question("hm, both", turns, language, choices=outcome.choices))
    assert not isinstance(again, Clarification)


@pytest.mark.parametrize(("text", "language"), [("refund", "en"), ("reembolso", "es"), ("退款", "zh")])
def test_a_choice_is_answered_from_its_article(
    assistant: Assistant, library: Snapshot, text: str, language: str
) -> None:
    torn = replace(assistant, thresholds=TORN)
    offered = torn.answer(Question(text, locale=language))
    assert isinstance(offered, Clarification)
    turns = (Turn("learner", text), Turn("bot", offered.text))
    for number, choice in enumerate(offered.choices, start=1):
        for words in (choice, str(number)):
            outcome = torn.answer(Question(words, turns, language, choices=offered.choices))
            assert isinstance(outcome, Answer)
            assert outcome.citations[0].title == choice
            assert outcome.evidence.question_language == language


def test_a_choice_that_is_gone_is_an_ordinary_message(assistant: Assistant) -> None:
    question = Question("1", (Turn("learner", "refund"), Turn("bot", "Which?")), "en", choices=("An old article", "B"))
    assert not isinstance(replace(assistant, thresholds=NEVER).answer(question), Answer | Clarification)


BOTH = "How do I get a refund for a course? And where can I download my receipts and invoices?"


def test_two_questions_get_both_answers(assistant: Assistant) -> None:
    outcome = replace(assistant, thresholds=SURE).answer(Question(BOTH))
    assert isinstance(outcome, Answer)
    assert [each.article_id for each in outcome.citations] == ["refund-course", "receipts-invoices"]
    assert [each.number for each in outcome.citations] == [1, 2]
    assert all(f"**{each.title}**" in outcome.text for each in outcome.citations)
    assert outcome.evidence.retrieved[:2] == ("refund-course", "receipts-invoices")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("How do I get a refund for a course? And where are invoices kept?", "refund-course"),
        ("¿Cómo pido un reembolso y también dónde están mis facturas?", "refund-status"),
    ],
)
def test_a_short_second_question_that_names_something_is_read_by_its_own_words(
    assistant: Assistant, text: str, first: str
) -> None:
    outcome = replace(assistant, thresholds=SURE).answer(Question(text))
    assert isinstance(outcome, Answer)
    assert [each.article_id for each in outcome.citations] == [first, "receipts-invoices"]


def test_a_second_question_that_only_points_back_is_read_after_the_first(assistant: Assistant) -> None:
    text = "How do I get a refund for a course? And how long does it take?"
    outcome = replace(assistant, thresholds=SURE).answer(Question(text))
    assert isinstance(outcome, Answer)
    assert all(each.article_id.startswith("refund") for each in outcome.citations)


def test_of_two_questions_that_are_not_sure_the_learner_says_which_comes_first(
    assistant: Assistant, replies: Replies
) -> None:
    unsure = replace(assistant, thresholds=NEVER)
    outcome = unsure.answer(Question(BOTH))
    assert isinstance(outcome, Clarification)
    assert outcome.text == replies.say("clarify_several", "en")
    assert len(outcome.choices) == 2
    first = unsure.answer(Question("2", (Turn("learner", BOTH), Turn("bot", outcome.text)), choices=outcome.choices))
    assert isinstance(first, Answer)
    assert first.citations[0].title == outcome.choices[1]
    far = replace(assistant, thresholds=replace(NEVER, likely_of_several=1.1))
    assert isinstance(far.answer(Question(BOTH)), Handoff)


def test_of_two_questions_the_one_that_is_not_sure_is_named(assistant: Assistant) -> None:
    one = "How do I get a refund for a course?"
    alone = [assistant.answer(Question(text)).evidence.confidence or 0.0 for text in (one, f"{one} {FAR}")]
    between = replace(assistant, thresholds=Thresholds(answer=max(alone) * 0.95, near=0.0))
    outcome = between.answer(Question(f"{one} {FAR}"))
    assert isinstance(outcome, Answer)
    assert [each.article_id for each in outcome.citations] == ["refund-course"]
    assert FAR in outcome.text
    assert "You also asked" in outcome.text


def test_a_letter_and_shouting_find_what_the_question_finds(assistant: Assistant) -> None:
    plain = assistant.answer(Question(ASKED["en"])).evidence.retrieved
    letter = f"Dear support team,\n{ASKED['en']}\n\nBest regards,\nJane\n\nOn Monday Support wrote:\n> Receipts"
    for text in (letter, ASKED["en"].upper(), "How do I get a refnud for a coruse?"):
        assert assistant.answer(Question(text)).evidence.retrieved[0] == plain[0]


def test_another_language_half_way_is_answered_in_it(assistant: Assistant) -> None:
    turns = (Turn("learner", ASKED["en"]), Turn("bot", "…"))
    outcome = replace(assistant, thresholds=SURE).answer(Question("¿Y cómo pido el reembolso del curso?", turns, "en"))
    assert outcome.language == "es"
    back = assistant.answer(Question("ok?", (*turns, Turn("learner", "¿Y cómo pido el reembolso?")), "en"))
    assert back.evidence.question_language == "es"


def test_a_follow_up_is_understood_by_the_turn_before(assistant: Assistant) -> None:
    alone = assistant.answer(Question("and how long does it take?")).evidence
    turns = (Turn("learner", "I paid the deposit for a degree and want it back"), Turn("bot", "…"))
    after = assistant.answer(Question("and how long does it take?", turns)).evidence
    assert "refund-degree-deposit" in after.retrieved[:3]
    assert alone.retrieved != after.retrieved


def test_no_cited_article_is_far_below_the_first(assistant: Assistant, retrieval: Retrieval, library: Snapshot) -> None:
    for text in ASKED.values():
        outcome = replace(assistant, thresholds=SURE).answer(Question(text))
        assert isinstance(outcome, Answer)
        found = retrieval.search(library, text, outcome.language, Question("").audience)
        scores = {passage.article.id: passage.score for passage in found.passages}
        for citation in outcome.citations:
            assert scores[citation.article_id] >= NEARLY * scores[outcome.citations[0].article_id]


def test_the_same_question_gets_the_same_answer(assistant: Assistant) -> None:
    first, again = (assistant.answer(Question(ASKED["en"])) for _ in range(2))
    assert replace(first, evidence=replace(first.evidence, timings={})) == replace(
        again, evidence=replace(again.evidence, timings={})
    )


def test_nothing_below_the_line_is_answered(assistant: Assistant) -> None:
    for text in (*ASKED.values(), "refund", "where is my receipt?", "what is the capital of France"):
        for line in (0.05, 0.5, 0.95):
            outcome = replace(assistant, thresholds=Thresholds(answer=line, near=0.0)).answer(Question(text))
            confidence = outcome.evidence.confidence
            assert confidence is not None
            assert isinstance(outcome, Answer | Clarification) or confidence < line
            assert confidence >= line or not isinstance(outcome, Answer)


def test_answers_end_with_the_way_to_the_whole_article(assistant: Assistant) -> None:
    outcome = replace(assistant, thresholds=SURE).answer(Question(ASKED["en"]))
    assert re.search(r"\[Read the full article\]\(/help/en/refund-course\)$", outcome.text)


def test_without_a_message_or_articles_there_is_a_plain_error(assistant: Assistant) -> None:
    with pytest.raises(BadInput, match="empty"):
        assistant.answer(Question(" "))
    empty = replace(assistant, shelf=Shelf(lambda: None, lambda *_: pytest.fail("nothing to open")))
    with pytest.raises(NotReady, match="no articles are published yet"):
        empty.answer(Question("How do I get a refund?"))


def test_an_attempt_to_turn_the_bot_is_declined_without_a_ticket(assistant: Assistant, replies: Replies) -> None:
    intents = assistant.intents
    turned = {"asked_for_human": "decline"}
    topics = tuple(replace(topic, action=turned.get(topic.key, topic.action)) for topic in intents.topics)
    declining = replace(intents, topics=topics)
    outcome = replace(assistant, intents=declining).answer(Question("I want to talk to a human"))
    assert isinstance(outcome, Handoff)
    assert (outcome.kind, outcome.reason, outcome.suggestions) == ("offered", "out_of_scope", ())
    assert outcome.text == replies.say("out_of_scope", "en")
