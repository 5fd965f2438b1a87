"""ragas' metrics that need no model, over a run: `firstline eval run --ragas` (the evals extra, `make evals-extra`).

What each compares: the reply's text with the reference answer of the data set; QA's cases have none, there the first
wording of each key fact stands for it. The articles that were retrieved (at most ten) with those that settle the
question. Semantic similarity is by Firstline's own embedder. Source: ragas 0.4, docs.ragas.io; each metric's formula
is ragas' own.
"""

import asyncio
import importlib
import os
import warnings
from collections.abc import Sequence
from typing import Any

from bot.errors import BadInput
from bot.ports import Embedder
from evals.bootstrap import mean
from evals.figures import Figure
from evals.metrics.key_facts import plain
from evals.results import Result

os.environ["RAGAS_DO_NOT_TRACK"] = "true"


def without_a_model(results: Sequence[Result], embedder: Embedder) -> dict[str, Figure]:
    """By name; each over the questions that it is defined on."""
    load()
    from ragas.metrics.collections import NonLLMStringSimilarity, RougeScore, SemanticSimilarity

    answered = [result for result in results if result.answered and reference_of(result)]
    figures = {
        "id_based_context_precision": mean(_context_scores(results, "precision")),
        "id_based_context_recall": mean(_context_scores(results, "recall")),
        "string_presence": mean(_presence(answered)),
    }
    for name, metric in {
        "rouge_l_recall": RougeScore(rouge_type="rougeL", mode="recall"),
        "rouge_l_fmeasure": RougeScore(rouge_type="rougeL", mode="fmeasure"),
        "non_llm_string_similarity": NonLLMStringSimilarity(),
        "semantic_similarity": SemanticSimilarity(embeddings=own_embeddings(embedder)),
    }.items():
        pairs = [{"reference": reference_of(r), "response": plain(str(r.outcome["text"]))} for r in answered]
        figures[name] = mean(asyncio.run(_all(metric, pairs)))
    return {name: figure for name, figure in figures.items() if figure is not None}


def load() -> None:
    """Import ragas without its deprecation warnings; BadInput where the extra is missing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            importlib.import_module("ragas.metrics")
            importlib.import_module("ragas.metrics.collections")
        except ImportError as error:
            raise BadInput(f"ragas cannot be loaded ({error}); install it with 'make evals-extra'") from error


def reference_of(result: Result) -> str:
    """The answer a person wrote; where there is none, the key facts in their first wording."""
    return result.reference or ". ".join(fact.split("|")[0].strip() for fact in result.key_facts)


def own_embeddings(embedder: Embedder) -> Any:
    """Firstline's embedder as ragas wants one."""
    from ragas.embeddings.base import BaseRagasEmbedding

    from bot.language import detect

    class OwnEmbeddings(BaseRagasEmbedding):
        def embed_text(self, text: str, **_options: Any) -> list[float]:
            return [float(each) for each in embedder.embed_questions([text], [detect(text)])[0]]

        async def aembed_text(self, text: str, **options: Any) -> list[float]:
            return self.embed_text(text, **options)

    return OwnEmbeddings()


def _context_scores(results: Sequence[Result], which: str) -> list[float]:
    """ragas' id-based context precision or recall of every answerable question that was searched."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ragas import SingleTurnSample
        from ragas.metrics import IDBasedContextPrecision, IDBasedContextRecall

        metric = IDBasedContextPrecision() if which == "precision" else IDBasedContextRecall()
    samples = [
        SingleTurnSample(retrieved_context_ids=list(r.retrieved), reference_context_ids=list(r.settled_by))
        for r in results
        if r.answerable and r.retrieved and r.settled_by
    ]

    async def scores() -> list[float]:
        return [float(await metric.single_turn_ascore(sample)) for sample in samples]

    return asyncio.run(scores())


def _presence(answered: Sequence[Result]) -> list[float]:
    """Of each question's key facts, the share of which any wording stands in the reply, by ragas' StringPresence."""
    from ragas.metrics.collections import StringPresence

    metric = StringPresence()

    async def share(result: Result) -> float:
        shown = plain(str(result.outcome["text"]))
        facts = [[plain(each) for each in fact.split("|")] for fact in result.key_facts]
        held = [
            max([float((await metric.ascore(reference=each, response=shown)).value) for each in fact]) for fact in facts
        ]
        return sum(held) / len(held)

    async def shares() -> list[float]:
        return [await share(result) for result in answered if result.key_facts]

    return asyncio.run(shares())


async def _all(metric: Any, rows: Sequence[dict[str, str]]) -> list[float]:
    return [float((await metric.ascore(**row)).value) for row in rows]
