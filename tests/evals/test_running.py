"""A run over a part of the sample help center, with the real models."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.wiring import make_workbench
from bot.assistant import Assistant
from bot.errors import BadInput
from bot.models import Question
from bot.settings import Settings
from evals.asking import Asked, chosen, of_cases, of_dataset, quick
from evals.cases import Case, golden_cases
from evals.dataset import Dataset, read_dataset
from evals.looking import opening
from evals.remembering import RememberingEmbedder
from evals.results import Result
from evals.running import ask_all, run
from tests.conftest import ROOT
from tests.evals.making import result

CORPUS = [
    ("refunds", "Getting a refund of a course", "You can ask for a refund within 14 days of paying."),
    ("passwords", "Resetting a forgotten password", "Press Forgot password on the sign-in page."),
    ("captions", "Turning captions on", "Press CC below the video to see captions."),
]
QUERIES = [
    ("q1", "How long do I have to ask for a refund of my course?", "refunds"),
    ("q2", "I forgot my password and cannot sign in", "passwords"),
    ("q3", "What is the boiling point of lead?", ""),
]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("small")
    corpus = [{"id": name, "title": title, "text": text} for name, title, text in CORPUS]
    queries = [{"id": name, "text": text} for name, text, _ in QUERIES]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    relevant = "".join(f"{name}\t{article}\t1\n" for name, _, article in QUERIES if article)
    (folder / "qrels.tsv").write_text(f"query_id\tdoc_id\trel\n{relevant}")
    return read_dataset(folder)


@pytest.fixture(scope="module")
def assistant(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    settings = Settings(models=ROOT / "var" / "models", data=tmp_path_factory.mktemp("data"), target_error_rate=0.2)
    with make_workbench(settings)(dataset.corpus) as made:
        yield made


def asked_with(text: str, **changes: object) -> Asked:
    return Asked(Question(text), result(text=text, got={}, **changes))


def without_timings(results: tuple[Result, ...]) -> list[Result]:
    for each in results:
        each.timings.clear()
    return list(results)


def test_every_question_is_asked_in_order_and_told_of(assistant: Assistant, dataset: Dataset) -> None:
    told: list[tuple[int, int]] = []
    made = run(
        assistant,
        dataset.name,
        of_dataset(dataset),
        settings={},
        models={},
        progress=lambda done, all_: told.append((done, all_)),
    )
    assert [each.id for each in made.results] == ["q1", "q2", "q3"]
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert made.index_version == 1
    assert [each.retrieved[0] for each in made.results[:2]] == ["refunds", "passwords"]
    assert not made.results[2].answered


def test_the_same_questions_give_the_same_results(assistant: Assistant, dataset: Dataset) -> None:
    asked = of_dataset(dataset)
    assert without_timings(ask_all(assistant, asked)) == without_timings(ask_all(assistant, asked))


def test_the_outcome_is_the_documented_one(assistant: Assistant) -> None:
    (found,) = ask_all(assistant, [asked_with("How do I turn captions on?", settled_by=("captions",))])
    assert list(found.outcome)[:3] == ["id", "outcome", "text"]
    assert found.outcome["retrieved"][0] == "captions"
    assert found.signs
    assert found.timings["retrieve"] > 0


def test_an_answer_brings_its_checks_and_baselines(assistant: Assistant) -> None:
    asked = asked_with(QUERIES[0][1], settled_by=("refunds",), key_facts=("14 days",))
    (found,) = ask_all(assistant, [asked])
    assert found.answered
    assert found.verbatim == (True,) * len(found.cited)
    assert found.published_in == ("en",)
    assert "14 days" in found.baselines["opening"]
    assert "14 days" in found.baselines["best_chunk"]
    assert found.as_expected == (found.passages == ())


def test_what_went_wrong_keeps_the_passages_that_led_there(assistant: Assistant) -> None:
    (found,) = ask_all(assistant, [asked_with(QUERIES[0][1], settled_by=("captions",))])
    assert not found.as_expected
    assert found.passages[0]["article_id"] == "refunds"
    assert "14 days" in found.passages[0]["text"]


def test_a_question_that_cannot_be_asked_is_named(assistant: Assistant) -> None:
    with pytest.raises(BadInput, match="question 'en-1': the message is empty"):
        ask_all(assistant, [asked_with(" ")])


def test_nothing_to_ask_is_refused(assistant: Assistant) -> None:
    with pytest.raises(BadInput, match="no question is left"):
        run(assistant, "x", [], settings={}, models={})


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return golden_cases()


def test_a_case_becomes_a_row_with_all_its_labels(cases: list[Case]) -> None:
    case = next(case for case in cases if case.question.turns and case.key_facts)
    (asked,) = of_cases([case])
    assert asked.question == case.question
    assert (asked.row.expected, asked.row.settled_by, asked.row.key_facts) == (
        case.expected,
        case.settled_by,
        case.key_facts,
    )
    assert len(asked.row.turns) == len(case.question.turns)


def test_parts_can_be_chosen(cases: list[Case]) -> None:
    found = chosen(of_cases(cases), split="held_out", language="es", kind="chat")
    assert found
    assert {(each.row.split, each.row.language, each.row.kind) for each in found} == {("held_out", "es", "chat")}


def test_the_quick_part_is_small_and_has_something_of_everything(cases: list[Case]) -> None:
    everything = of_cases(cases)
    few = quick(everything)
    assert len(few) < len(everything) / 8
    assert {(e.row.language, e.row.kind) for e in few} == {(e.row.language, e.row.kind) for e in everything}
    assert quick(everything) == few


@pytest.mark.parametrize(
    ("text", "count", "expected"),
    [("one two  three", 2, "one two"), ("one two", 5, "one two"), ("你好 吗 ok", 2, "你好 吗"), ("", 3, "")],
)
def test_the_opening_of_an_article(text: str, count: int, expected: str) -> None:
    assert opening(text, count) == expected


def test_remembered_vectors_are_the_same_and_not_computed_again(assistant: Assistant, tmp_path: Path) -> None:
    real = assistant.retrieval.embedder
    file = tmp_path / "vectors.npz"
    first = RememberingEmbedder(real, file)
    given = first.embed_passages(["a secret sentence", "another"], ["en", "es"])
    first.keep()
    assert b"secret" not in file.read_bytes()
    again = RememberingEmbedder(real, file)
    assert again._known.keys() == first._asked.keys()
    assert (again.embed_passages(["a secret sentence", "another"], ["en", "es"]) == given).all()


def test_a_damaged_memory_is_no_memory(assistant: Assistant, tmp_path: Path) -> None:
    file = tmp_path / "vectors.npz"
    file.write_bytes(b"PK\x03\x04 not really")
    memory = RememberingEmbedder(assistant.retrieval.embedder, file)
    assert memory.embed_passages(["x"], ["en"]).shape == (1, memory.dimensions)
