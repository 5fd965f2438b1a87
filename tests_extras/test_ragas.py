"""ragas over a real run, without a model and with a judge. The judge is a 135-million-parameter model: this proves the
wiring only, and that a judge which cannot judge is said to be none; it says nothing about a good judge."""

from dataclasses import replace
from pathlib import Path

import pytest

from api import wiring
from bot.errors import BadInput
from bot.settings import load_settings
from evals.asking import of_cases
from evals.cases import golden_cases
from evals.judging import FAITHFUL, Judge, judge_apart, judge_run
from evals.ragas_metrics import without_a_model
from evals.report.sheet import sheet_of
from evals.report.words import judged
from evals.results import Run
from evals.running import run
from tests_extras.literal_judge import literal_judge

ARTICLES = Path(__file__).parent.parent / "kb_articles" / "en" / "refunds"
MODEL_FREE = {
    "id_based_context_precision",
    "id_based_context_recall",
    "string_presence",
    "rouge_l_recall",
    "rouge_l_fmeasure",
    "non_llm_string_similarity",
    "semantic_similarity",
}


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, object]:
    """Answers to refund questions, each with what was found, and the embedder that found it."""
    settings = load_settings(data=tmp_path_factory.mktemp("data"), target_error_rate=0.3)
    asked = [each for each in of_cases(golden_cases("en")) if each.row.answerable and not each.row.turns]
    asked = [each for each in asked if each.row.key_facts and each.row.settled_by[0].startswith("refund-")]
    with wiring.make_workbench(settings)(ARTICLES) as assistant:
        made = run(assistant, "refunds", asked, settings={}, models={}, passages=True)
        return made, assistant.retrieval.embedder


@pytest.mark.filterwarnings("ignore")
def test_metrics_without_a_model(workbench) -> None:  # type: ignore[no-untyped-def]
    made, embedder = workbench
    figures = without_a_model(made.results, embedder)
    assert set(figures) == MODEL_FREE
    assert all(-1e-6 <= figure.value <= 1 + 1e-6 and figure.n for figure in figures.values())


@pytest.mark.filterwarnings("ignore")
def test_the_same_text_is_most_similar(workbench) -> None:  # type: ignore[no-untyped-def]
    made, embedder = workbench
    answered = [result for result in made.results if result.answered][:3]
    same = [
        replace(each, reference="within 14 days", outcome=each.outcome | {"text": "Within 14 days"})
        for each in answered
    ]
    figures = without_a_model(same, embedder)
    for name in ("semantic_similarity", "rouge_l_fmeasure", "non_llm_string_similarity"):
        assert figures[name].value == pytest.approx(1, abs=0.01)


@pytest.mark.filterwarnings("ignore")
def test_a_judge_is_asked_and_its_agreement_stands_first(workbench, language_model: str) -> None:  # type: ignore[no-untyped-def]
    made, embedder = workbench
    judgement = judge_run(made.results, Judge(language_model, "smollm2", timeout=10, max_tokens=96), embedder, 2)
    asked = (judgement.agreement.n if judgement.agreement else 0) + judgement.failed.get("labelled rows", 0)
    assert asked == 4
    lines = judged(replace(sheet_of(made), judgement=judgement).judgement or judgement)
    assert "believe" in lines[1]
    print("\n".join(lines), f"\n(faithful from {FAITHFUL}; a model of this size proves the wiring only)")


@pytest.mark.filterwarnings("ignore")
def test_a_judge_that_can_judge_gives_every_figure(workbench) -> None:  # type: ignore[no-untyped-def]
    """The literal judge knows answers from foreign ones by their words, so it agrees with the labels."""
    made, embedder = workbench
    with literal_judge() as url:
        judgement = judge_run(made.results, Judge(url, "literal"), embedder, 4)
    assert judgement.failed == {}
    assert judgement.agreement is not None
    assert (judgement.agreement.n, judgement.agreement.value) == (8, pytest.approx(1, abs=0.25))
    assert set(judgement.figures) == {"faithfulness", "answer_relevancy", "context_precision", "factual_correctness"}
    assert judgement.figures["faithfulness"].value > 0.5
    print("\n".join(judged(judgement)))


@pytest.mark.filterwarnings("ignore")
def test_a_judge_that_is_not_there_fails_on_every_row_and_is_said_to(workbench) -> None:  # type: ignore[no-untyped-def]
    made, embedder = workbench
    judgement = judge_run(made.results, Judge("http://127.0.0.1:9/v1", "nobody", timeout=2), embedder, 2)
    assert judgement.agreement is None
    assert judgement.figures == {}
    assert "do not believe" in judged(judgement)[1]


def test_the_judge_is_not_the_model_that_answers() -> None:
    with pytest.raises(BadInput, match="must not be the model that answers"):
        judge_apart(Judge("http://x", "m"), "m")
