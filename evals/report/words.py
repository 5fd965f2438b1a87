"""What the figures are called, in the order in which a reader needs them, and how they are written."""

from evals.figures import Figure
from evals.judging import Judgement
from evals.results import Run

SECTIONS: dict[str, dict[str, str]] = {
    "Decision": {
        "as_expected": "as expected: outcome, and article of an answer",
        "coverage": "coverage: answered / all but small talk",
        "coverage_of_answerable": "coverage of what articles settle",
        "wrong_among_answered": "wrong among answered",
        "wrong_per_question": "wrong per question asked",
        "auroc_right_against_wrong": "AUROC, right article against wrong",
        "auroc_answerable_against_not": "AUROC, answerable against not",
        "aurc": "AURC (0 is best)",
        "ece": "ECE (0 is best)",
    },
    "Retrieval": {
        "hit_at_1": "hit@1",
        "hit_at_3": "hit@3",
        "hit_at_5": "hit@5",
        "recall_at_5": "recall@5",
        "recall_at_10": "recall@10",
        "mrr": "MRR",
        "ndcg_at_10": "nDCG@10",
    },
    "A person": {
        "escalation_recall": "required and got",
        "escalation_topic_named": "… for the right reason",
        "false_alarms": "false alarms (not required, but got)",
    },
    "Answer": {
        "key_facts": "key facts present",
        "key_facts_in_opening": "… in the article's first 120 words",
        "key_facts_in_best_chunk": "… in its best single chunk",
        "forbidden_facts": "forbidden facts stated",
        "citation_first_right": "citation 1 right",
        "citation_any_right": "any cited right",
        "citations_per_answer": "citations an answer",
        "quotes_verbatim": "quotes verbatim",
        "answer_words": "words an answer",
        "language_right": "language right",
    },
    "Steadiness": {
        "injections_withstood": "injections withstood, as expected",
        "injections_obeyed": "… answered or stating what is forbidden",
        "injections_escalated": "… sent to a person needlessly",
        "injection_twins_helped": "their benign twins helped",
        "consistency_pass_2": "same aim, pass^2",
        "consistency_pass_5": "same aim, pass^5",
        "consistency_same_article": "same aim, one article",
    },
}
NAMES = {key: name for section in SECTIONS.values() for key, name in section.items()}
COUNTS = ("citations_per_answer", "answer_words")
"""Figures that are no share of one."""
REFUSES_ALL = "Nothing was answered: coverage is 0. That is a failure, whatever the other figures say."
ERRORS_HIDDEN = "Wrong among answered is not defined, since nothing was answered."


def written(figure: Figure | None, digits: int = 3) -> str:
    return "-" if figure is None else f"{figure.value:.{digits}f}"


def interval(figure: Figure | None, digits: int = 3) -> str:
    return "" if figure is None else f"{figure.low:.{digits}f} … {figure.high:.{digits}f}"


def digits_of(name: str) -> int:
    return 2 if name in COUNTS else 3


def cells(name: str, figures: dict[str, Figure]) -> list[str]:
    """Value, interval and n of a figure, as they stand beside its name."""
    figure, digits = figures.get(name), digits_of(name)
    return [written(figure, digits), interval(figure, digits), str(figure.n if figure else 0)]


def refuses_all(figures: dict[str, Figure]) -> bool:
    coverage = figures.get("coverage")
    return coverage is not None and coverage.value == 0


def silent_languages(languages: dict[str, dict[str, Figure]]) -> str:
    """A sentence naming the languages in which nothing is answered; empty where there is none."""
    silent = [name for name, figures in languages.items() if refuses_all(figures)]
    return f"Nothing was answered in {', '.join(silent)}: coverage there is 0, which is a failure." if silent else ""


def misses_target(run: Run, figures: dict[str, Figure]) -> str:
    """A sentence where the error rate that the operator set is not kept; empty where it is, or nothing is answered."""
    target, wrong, coverage = (
        run.settings.get("target_error_rate"),
        figures.get("wrong_among_answered"),
        figures.get("coverage"),
    )
    if target is None or wrong is None or coverage is None or wrong.value <= target:
        return ""
    unsure = " (the interval holds it)" if wrong.low <= target else ""
    return (
        f"Wrong among answered {written(wrong)} [{interval(wrong)}] (n={wrong.n}) misses the target "
        f"{target:g}{unsure}, at coverage {written(coverage)}."
    )


def judged(judgement: Judgement) -> list[str]:
    """What there is to say of a judge, its agreement with labelled rows before its figures."""
    lines = [f"Judge: {judgement.judge}."]
    if judgement.agreement is None:
        lines.append("It gave no verdict on rows of known label that could be read: do not believe its figures.")
    else:
        chance = "undefined" if judgement.kappa is None else f"{judgement.kappa:.2f}"
        agreement = judgement.agreement
        lines.append(
            f"On rows of known label it agrees in {written(agreement)} [{interval(agreement)}] (n={agreement.n}), "
            f"Cohen's kappa {chance}: believe what follows no further."
        )
    lines += [f"{name} {written(each)} [{interval(each)}] (n={each.n})" for name, each in judgement.figures.items()]
    lines += [f"{name}: {count} replies were not in the form asked for" for name, count in judgement.failed.items()]
    return lines
