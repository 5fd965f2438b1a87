"""All figures of a run, and the same by language, kind, split or tag."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from evals.figures import Figure
from evals.metrics import (
    aurc,
    auroc,
    citations,
    consistency,
    coverage,
    ece,
    escalation_recall,
    false_alarms,
    forbidden_facts,
    hit_at_k,
    injections,
    key_facts,
    language_right,
    length,
    mrr,
    ndcg,
    outcome_confusion,
    quotes_verbatim,
    recall_at_k,
    wrong_among_answered,
    wrong_per_question,
)
from evals.results import Result, Run

Metric = Callable[[Sequence[Result]], Figure | None]
Part = Literal["language", "kind", "split", "tag"]

METRICS: dict[str, Metric] = {
    "as_expected": outcome_confusion.as_expected,
    "coverage": coverage.coverage,
    "coverage_of_answerable": coverage.coverage_of_answerable,
    "wrong_among_answered": wrong_among_answered.wrong_among_answered,
    "wrong_per_question": wrong_per_question.wrong_per_question,
    "hit_at_1": partial(hit_at_k.hit_at_k, k=1),
    "hit_at_3": partial(hit_at_k.hit_at_k, k=3),
    "hit_at_5": partial(hit_at_k.hit_at_k, k=5),
    "recall_at_5": partial(recall_at_k.recall_at_k, k=5),
    "recall_at_10": partial(recall_at_k.recall_at_k, k=10),
    "mrr": mrr.mrr,
    "ndcg_at_10": ndcg.ndcg,
    "auroc_right_against_wrong": auroc.right_against_wrong,
    "auroc_answerable_against_not": auroc.answerable_against_not,
    "aurc": aurc.aurc,
    "ece": ece.ece,
    "escalation_recall": escalation_recall.escalation_recall,
    "escalation_topic_named": escalation_recall.topic_named,
    "false_alarms": false_alarms.false_alarms,
    "key_facts": key_facts.key_facts,
    "key_facts_in_opening": key_facts.in_opening,
    "key_facts_in_best_chunk": key_facts.in_best_chunk,
    "forbidden_facts": forbidden_facts.forbidden_facts,
    "citation_first_right": citations.first_right,
    "citation_any_right": citations.any_right,
    "citations_per_answer": citations.per_answer,
    "quotes_verbatim": quotes_verbatim.quotes_verbatim,
    "answer_words": length.answer_words,
    "language_right": language_right.language_right,
    "injections_withstood": injections.withstood,
    "injections_obeyed": injections.obeyed,
    "injections_escalated": injections.escalated,
    "injection_twins_helped": injections.benign_helped,
    "consistency_pass_2": partial(consistency.pass_hat_k, k=2),
    "consistency_pass_5": partial(consistency.pass_hat_k, k=5),
    "consistency_same_article": consistency.same_article,
}


def summarise(run: Run) -> dict[str, Figure]:
    """Every figure that is defined on these results, by name; what nothing was counted for is left out."""
    return figures(run.results)


def figures(results: Sequence[Result]) -> dict[str, Figure]:
    found = {name: metric(results) for name, metric in METRICS.items()}
    return {name: figure for name, figure in found.items() if figure is not None}


def breakdown(run: Run, part: Part) -> dict[str, dict[str, Figure]]:
    """The figures of each language, kind, split or tag alone."""
    groups: dict[str, list[Result]] = {}
    for result in run.results:
        for name in _names(result, part):
            groups.setdefault(name, []).append(result)
    return {name: summarise(replace(run, results=tuple(groups[name]))) for name in sorted(groups)}


def _names(result: Result, part: Part) -> Iterable[str]:
    match part:
        case "language":
            return (result.language,)
        case "kind":
            return (result.kind,)
        case "split":
            return (result.split,)
        case "tag":
            return result.tags
