"""ragas' metrics that a language model judges, and how far that judge is to be believed.

`firstline eval run --judge-url URL --judge-model NAME` asks any OpenAI-compatible server about a sample of the
answers. Before its figures stands its agreement with rows whose label is certain: an extractive answer beside the
passage it was taken from is faithful, beside another question's passage it is not. Chance-corrected agreement is
Cohen's kappa (1960). Source of the metrics: Es et al., RAGAS (2023); ragas 0.4.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.errors import BadInput
from bot.ports import Embedder
from evals.bootstrap import mean
from evals.figures import Figure
from evals.metrics.key_facts import plain
from evals.ragas_metrics import load, own_embeddings, reference_of
from evals.results import Result

SEED = 20261121
FAITHFUL = 0.5
"""From this score on the judge is taken to call an answer faithful."""


@dataclass(frozen=True, slots=True)
class Judge:
    url: str
    model: str
    key: str = "none"
    timeout: float = 60.0
    """Seconds for one reply."""
    max_tokens: int = 1024


@dataclass(frozen=True, slots=True)
class Judgement:
    """`agreement` is None where no verdict of the judge could be read, and nothing else is asked of it then; `failed`
    counts such replies by metric."""

    judge: str
    agreement: Figure | None
    kappa: float | None
    figures: dict[str, Figure] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)


def judge_apart(judge: Judge, answering_model: str) -> None:
    """Raises BadInput where the judge is the model that answers."""
    if judge.model == answering_model:
        raise BadInput(f"the judge must not be the model that answers ({judge.model}); name another --judge-model")


def sample(results: Sequence[Result], count: int) -> list[Result]:
    """The answers that are judged: those with passages and a reference, drawn by a fixed seed."""
    fit = [result for result in results if result.answered and result.passages and reference_of(result)]
    return random.Random(SEED).sample(fit, min(count, len(fit)))  # noqa: S311


def judge_run(results: Sequence[Result], judge: Judge, embedder: Embedder, count: int) -> Judgement:
    """Raises BadInput where there is nothing to judge or ragas is not installed."""
    load()
    chosen = sample(results, count)
    if len(chosen) < 2:
        raise BadInput("fewer than two answers have passages and a reference or key facts; there is nothing to judge")
    return asyncio.run(_judge(chosen, judge, embedder))


def kappa(labels: Sequence[bool], verdicts: Sequence[bool]) -> float | None:
    """Cohen's kappa; None where chance alone would agree always."""
    n = len(labels)
    observed = sum(a == b for a, b in zip(labels, verdicts, strict=True)) / n
    yes = sum(labels) * sum(verdicts) / n**2
    no = (n - sum(labels)) * (n - sum(verdicts)) / n**2
    return None if yes + no == 1 else (observed - yes - no) / (1 - yes - no)


async def _judge(chosen: Sequence[Result], judge: Judge, embedder: Embedder) -> Judgement:
    from openai import AsyncOpenAI
    from ragas.llms import llm_factory
    from ragas.metrics.collections import Faithfulness

    async with AsyncOpenAI(base_url=judge.url, api_key=judge.key, timeout=judge.timeout, max_retries=0) as client:
        llm = llm_factory(judge.model, provider="openai", client=client, temperature=0.0, max_tokens=judge.max_tokens)
        faithfulness = Faithfulness(llm=llm)
        failed: Counter[str] = Counter()
        labels, verdicts = await _labelled(faithfulness, chosen, failed)
        figures = {}
        rest = _asked_of(chosen, llm, faithfulness, embedder) if labels else ()
        for name, metric, rows in rest:
            scores = [await _score(metric, row, name, failed) for row in rows]
            figure = mean([score for score in scores if score is not None])
            if figure is not None:
                figures[name] = figure
    agreed = mean([label == verdict for label, verdict in zip(labels, verdicts, strict=True)])
    known = kappa(labels, verdicts) if labels else None
    return Judgement(f"{judge.model} at {judge.url}", agreed, known, figures, dict(failed))


def _asked_of(
    chosen: Sequence[Result], llm: Any, faithfulness: Any, embedder: Embedder
) -> list[tuple[str, Any, list[dict[str, Any]]]]:
    """Name, metric and what it is given for each answer."""
    from ragas.metrics.collections import AnswerRelevancy, ContextPrecision, FactualCorrectness

    relevancy = AnswerRelevancy(llm=llm, embeddings=own_embeddings(embedder), strictness=1)
    return [
        ("faithfulness", faithfulness, [_faithful(each, each) for each in chosen]),
        ("answer_relevancy", relevancy, [{"user_input": each.text, "response": _response(each)} for each in chosen]),
        ("context_precision", ContextPrecision(llm=llm), [_precise(each) for each in chosen]),
        ("factual_correctness", FactualCorrectness(llm=llm), [_factual(each) for each in chosen]),
    ]


async def _labelled(metric: Any, chosen: Sequence[Result], failed: Counter[str]) -> tuple[list[bool], list[bool]]:
    """Labels and the judge's verdicts, where it gave one."""
    others = [*chosen[1:], chosen[0]]
    rows = [(True, _faithful(each, each)) for each in chosen]
    rows += [(False, _faithful(each, other)) for each, other in zip(chosen, others, strict=True)]
    labels, verdicts = [], []
    for label, row in rows:
        score = await _score(metric, row, "labelled rows", failed)
        if score is not None:
            labels.append(label)
            verdicts.append(score >= FAITHFUL)
    return labels, verdicts


async def _score(metric: Any, row: dict[str, Any], name: str, failed: Counter[str]) -> float | None:
    """None, and counted, where the judge did not answer in the form that was asked for."""
    from instructor.v2.core.errors import InstructorError
    from openai import OpenAIError

    try:
        score = float((await metric.ascore(**row)).value)
    except (InstructorError, OpenAIError, ValueError, TypeError):
        score = float("nan")
    if score != score:  # noqa: PLR0124 - nan is ragas' word for no verdict
        failed[name] += 1
        return None
    return score


def _faithful(answer: Result, source: Result) -> dict[str, Any]:
    texts = [str(passage["text"]) for passage in source.passages]
    return {"user_input": answer.text, "response": _response(answer), "retrieved_contexts": texts[:1]}


def _precise(result: Result) -> dict[str, Any]:
    texts = [str(passage["text"]) for passage in result.passages]
    return {"user_input": result.text, "reference": reference_of(result), "retrieved_contexts": texts}


def _factual(result: Result) -> dict[str, Any]:
    return {"response": _response(result), "reference": reference_of(result)}


def _response(result: Result) -> str:
    return plain(str(result.outcome["text"]))
