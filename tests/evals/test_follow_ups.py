"""How conversations are measured: follow-ups, made changes of topic, weights chosen on other domains."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from api.wiring import Encoders, make_workbench
from bot.errors import BadInput
from bot.models import Question, Turn
from evals.bench.conversation import concerns, of_cases, of_dataset
from evals.bench.follow_ups import (
    OURS,
    WEIGHTS,
    FollowUps,
    chosen_elsewhere,
    follow_ups,
    left_out,
    new_topics,
)
from evals.dataset import LabelledQuestion, read_dataset
from tests.api.worlds import make_settings
from tests.evals.making import outcome, result

WHOLE = "How long may I keep a book from the library?"


def question(text: str, domain: str, *before: str, settled: str = "a") -> LabelledQuestion:
    turns = tuple(turn for each in before for turn in (Turn("learner", each), Turn("bot", "…")))
    return LabelledQuestion(text, Question(text, turns), frozenset({settled} - {""}), "en", domain=domain)


def test_a_follow_up_has_a_turn_before_it_and_an_article() -> None:
    follows, first, unsettled = question("why?", "x", "q"), question("q", "x"), question("why?", "x", "q", settled="")
    assert follow_ups([follows, first, unsettled]) == [follows]


def test_a_new_topic_is_made_of_a_whole_question_after_one_of_another_domain() -> None:
    made = new_topics(
        [question(WHOLE, "books"), question("why?", "bread"), question("how is my bread baked here", "bread")]
    )
    assert [(each.question.text, each.question.turns[0].text) for each in made] == [
        (WHOLE, "how is my bread baked here"),
        ("how is my bread baked here", WHOLE),
    ]


def made_part(best: dict[str, tuple[float, float]]) -> FollowUps:
    """Two questions a domain, one that follows and one that leans; each is found with its best weight alone."""
    questions, rows = [], []
    for domain, weights in best.items():
        for text, weight in zip((WHOLE, "why?"), weights, strict=True):
            questions.append(question(text, domain, "q"))
            rows.append(weight)
    by_weight = tuple(np.array([[float(weight == row)] * 3 for row in rows]) for weight in WEIGHTS)
    return FollowUps(tuple(questions), {}, by_weight)


def test_weights_are_chosen_on_the_other_domains() -> None:
    part = made_part({"books": (0.25, 2.0), "bread": (0.25, 2.0), "bikes": (1.0, 4.0)})
    assert chosen_elsewhere([part], "bikes") == (0.25, 2.0)
    assert left_out(part, "bikes", (0.25, 2.0)).tolist() == [0, 0, 0]
    assert left_out(part, "books", (0.25, 2.0)).tolist() == [1, 1, 1]


def test_golden_cases_are_told_by_class_and_language() -> None:
    vague = result("en-1", outcome("clarify"), kind="ambiguous", expected="clarify", settled_by=("a",))
    wrong = replace(vague, id="es-1", language="es", outcome=outcome("offered"))
    follow = result("en-2", outcome("answer", retrieved=["refund"]), kind="multiturn", tags=("followup",))
    assert [concerns(each) for each in (vague, follow, result("en-3"))] == [True, True, False]
    lines = list(of_cases([vague, wrong, follow]))
    both = next(line for line in lines if line.split()[:2] == ["ambiguous", "all"])
    assert "n=  2  0.50" in both
    assert "clarify 1, handoff_offered 1" in both
    assert {tuple(line.split()[:2]) for line in lines[1:]} >= {("ambiguous", "es"), ("followup", "en")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two domains, a follow-up in each, and one question that nothing settles."""
    texts = {
        "loans": ("books", "Books from the library may be kept for three weeks."),
        "fines": ("books", "A book that is late costs ten cents a day."),
        "dough": ("bread", "Bread dough rests for two hours before it is baked."),
        "flour": ("bread", "Rye flour gives a dark bread."),
    }
    corpus = [{"id": i, "title": "", "text": text, "collection": domain} for i, (domain, text) in texts.items()]
    asked = [
        ("1", "books", "ANSWERABLE", "and if it is late?", WHOLE),
        ("2", "bread", "ANSWERABLE", "how long does the dough rest before baking?", "Which flour is dark?"),
        ("3", "bread", "UNANSWERABLE", "who won the football match yesterday evening?", "Which flour is dark?"),
    ]
    queries = [
        {
            "id": i,
            "text": text,
            "collection": domain,
            "answerability": kind,
            "turns": [{"role": "learner", "text": before}, {"role": "bot", "text": "…"}],
        }
        for i, domain, kind, text, before in asked
    ]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text("query_id\tdoc_id\trel\n1\tfines\t1\n2\tdough\t1\n", encoding="utf-8")
    return tmp_path


def test_a_data_set_with_turns_is_reported(folder: Path, encoders: Encoders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.wiring.make_encoders", lambda _: encoders)
    dataset = read_dataset(folder)
    with make_workbench(make_settings(folder / "data"))(dataset.corpus) as assistant:
        report = list(of_dataset(assistant, dataset))
    ours = next(line for line in report if line.strip().startswith(OURS))
    assert ours.split()[5] == "1.000", "hit@5"
    assert any(line.startswith(f"{folder.name}: follow-ups that an article settles, n=2") for line in report)
    assert any(line.strip().startswith("UNANSWERABLE    n=  1  ") for line in report)
    assert sum("n=  1  (" in line for line in report) == 2, "one line a domain"


def test_the_command_wants_something_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    from api.commands.eval_conversation import conversation

    with pytest.raises(BadInput, match="name a --dataset"):
        conversation()
