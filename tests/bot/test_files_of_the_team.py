"""What the support team edits: the intent file and the replies."""

import re
from pathlib import Path

import pytest

from api.wiring import Encoders
from bot.errors import BadInput
from bot.intents import load
from bot.language import SPOKEN
from bot.models import Department, Priority
from bot.replies import Replies, read_replies
from bot.topics import read_topics
from tests.conftest import ROOT

ORDINARY = '  - {key: ordinary, action: question, examples: {en: ["how do refunds work", "where is my grade"]}}\n'
PERSON = '  - {key: asked_for_human, action: handoff, examples: {en: ["a human please"], es: ["una persona"]}}\n'
WHOLE = f"topics:\n{PERSON}{ORDINARY}"


def written(folder: Path, content: str) -> Path:
    file = folder / "intents.yaml"
    file.write_text(content, encoding="utf-8")
    return file


def test_topics_are_read_with_their_defaults(tmp_path: Path) -> None:
    person, ordinary = read_topics(written(tmp_path, WHOLE))
    assert (person.key, person.action, person.examples) == (
        "asked_for_human",
        "handoff",
        (("en", "a human please"), ("es", "una persona")),
    )
    assert (person.department, person.priority) == (Department.LEARNER_SUPPORT, Priority.MEDIUM)
    assert ordinary.action == "question"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("topics: [", "the intent file cannot be read"),
        ("nothing: here", "needs a list 'topics'"),
        ("topics: {}", "needs a list 'topics'"),
        (WHOLE.replace("key: asked_for_human, ", ""), "topic 1 lacks 'key'"),
        (WHOLE.replace("action: handoff", "action: escalate"), "topic 'asked_for_human': action must be handoff"),
        (WHOLE.replace("action: handoff", "action: handoff, priority: Urgent"), "topic 'asked_for_human': 'Urgent'"),
        (WHOLE.replace("action: handoff", "action: handoff, department: Sales"), "topic 'asked_for_human': 'Sales'"),
        (f"{WHOLE}  - {{key: empty, action: chat, examples: {{en: []}}}}\n", "topic 'empty' has no examples"),
        (f"{WHOLE}  - {{key: odd, action: chat, examples: {{en: one}}}}\n", "topic 'odd': 'examples' must hold"),
        (WHOLE + PERSON, "the topic 'asked_for_human' stands twice"),
        (f"topics:\n{PERSON}", "the topic 'ordinary' is missing"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_topics(written(tmp_path, content))
    assert said in str(refused.value)
    assert str(tmp_path / "intents.yaml") in str(refused.value)


def test_what_was_learned_is_kept_and_learned_again_when_the_file_changes(tmp_path: Path, encoders: Encoders) -> None:
    asked: list[int] = []

    def counting(texts):  # type: ignore[no-untyped-def]
        asked.append(len(texts))
        return encoders.intents(texts)

    file = written(tmp_path, WHOLE)
    first = load(file, counting, "m", tmp_path)
    assert sum(asked) == 4
    again = load(file, counting, "m", tmp_path)
    assert sum(asked) == 4, "taken from the cache"
    assert (first.scores(["please, a human"]) == again.scores(["please, a human"])).all()
    taught = written(tmp_path, WHOLE.replace('"a human please"', '"a human please", "bring me the captain"'))
    changed = load(taught, counting, "m", tmp_path)
    assert changed.recognise("bring me the captain").topic.key == "asked_for_human"
    asked.clear()
    load(taught, counting, "another model", tmp_path)
    assert sum(asked) == 5, "another encoder learns anew"


def test_every_topic_of_the_real_file_can_be_said() -> None:
    replies = read_replies(ROOT / "bot" / "replies.yaml")
    topics = read_topics(ROOT / "bot" / "intents.yaml")
    for topic in topics:
        name = f"handoff_{topic.key}" if topic.action == "handoff" else topic.key
        assert replies.has(name) or topic.action in ("question", "decline"), name
    required = {topic.key for topic in topics if topic.action == "handoff"}
    assert required >= {"asked_for_human", "refund_dispute", "account_takeover", "certificate_name", "privacy_request"}
    assert required >= {"safety", "harassment", "accommodation", "integrity_appeal"}


def test_each_reply_stands_in_each_language_with_the_same_places(replies: Replies) -> None:
    for key, texts in replies.texts.items():
        assert set(texts) == set(SPOKEN), key
        places = {language: sorted(re.findall(r"\{\w+\}", text)) for language, text in texts.items()}
        assert len({tuple(each) for each in places.values()}) == 1, key


def test_only_a_ticket_lets_the_bot_say_that_a_person_knows(replies: Replies) -> None:
    for key, texts in replies.texts.items():
        for language, text in texts.items():
            assert text.count("{ticket_number}") == (1 if key.startswith("handoff_") else 0), key
            if not key.startswith("handoff_"):
                promise = r"passed (you )?on|taking (this|it) over|se hace cargo|会接手|已转"
                assert not re.search(promise, text), (key, language)


def test_no_reply_promises_a_time(replies: Replies) -> None:
    for key, texts in replies.texts.items():
        for text in texts.values():
            assert not re.search(r"\d|\bhours?\b|\bhoras?\b|小时|分钟", text.replace("{ticket_number}", "")), key


def test_values_fill_their_own_places_alone(replies: Replies) -> None:
    assert "FL-1042" in replies.say("handoff_existing", "es", ticket_number="FL-1042")
    assert "{ticket_number}" in replies.say("handoff_existing", "es")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("greeting: {en: Hi, es: Hola}", "'greeting' has no text in zh"),
        ("greeting: {en: Hi, es: '', zh: 你好}", "'greeting' has no text in es"),
        ("greeting: Hi", "'greeting' needs a text in each of en, es, zh"),
        ("- a", "the replies must be a list of names"),
        ("", "the replies must be a list of names"),
        ("greeting: [", "the replies cannot be read"),
    ],
)
def test_a_wrong_reply_is_named(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "replies.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match=re.escape(said)):
        read_replies(tmp_path / "replies.yaml")
