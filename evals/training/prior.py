"""Train the calibrator that ships with Firstline: `firstline eval train-prior DATASET... --outside FILE`.

Each data set is published into an index of its own and asked its questions, and questions from `--outside` (rows with
`text` and intent `oos`) that nothing in it settles. A logistic regression learns from the signs whether citation 1 was
right. What is printed is always measured on a data set that the coefficients did not see.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from bot.confidence import signs_of
from bot.conversation import stand_alone
from bot.language import detect
from bot.models import Audience, Question
from evals.dataset import Dataset, LabelledQuestion
from evals.workbench import Workbench

ERROR_RATES = (0.02, 0.05, 0.1, 0.2)
OUTSIDE_PER_SET = 100
NEAR_SHARE = 0.6
"""Of questions from outside, this share is told to be far from everything; the rest only gets no answer."""
Floats = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Observed:
    """A data set's questions: the signs of each, whether the first article was right, whether it came from outside."""

    name: str
    signs: Floats
    right: Marks
    outside: Marks


def outside_questions(file: Path) -> list[str]:
    """Texts of the rows whose intent is `oos`."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [row["text"] for row in rows if row["intent"] == "oos"]


def observe(dataset: Dataset, outside: Sequence[str], workbench: Workbench) -> Observed:
    """Publish the corpus and ask everything of it."""
    drawn = random.Random(dataset.name).sample(outside, min(OUTSIDE_PER_SET, len(outside)))  # noqa: S311
    strangers = [LabelledQuestion(f"outside-{n}", Question(text), frozenset(), "en") for n, text in enumerate(drawn)]
    questions = [*dataset.questions, *strangers]
    signs, right = [], []
    with workbench(dataset.corpus) as assistant, assistant.shelf.library() as library:
        for each in questions:
            text = stand_alone(each.question.text, each.question.turns)
            found = assistant.retrieval.search(library, text, detect(each.question.text), Audience.LEARNER)
            signs.append(signs_of(found).values())
            right.append(bool(found.article_ids) and found.article_ids[0] in each.settled_by)
    from_outside = np.arange(len(questions)) >= len(dataset.questions)
    return Observed(dataset.name, np.array(signs), np.array(right), from_outside)


def fit(sets: Sequence[Observed]) -> LogisticRegression:
    """All sets weigh the same, whatever their size."""
    weights = np.concatenate([np.full(len(each.right), 1 / len(each.right)) for each in sets])
    model = LogisticRegression(C=10.0, max_iter=10_000)
    signs, right = np.concatenate([each.signs for each in sets]), np.concatenate([each.right for each in sets])
    model.fit(signs, right, sample_weight=weights / weights.mean())
    return model


def left_out(sets: Sequence[Observed]) -> Floats:
    """The probability of every question by a model that never saw its data set."""
    parts = [fit([*sets[:at], *sets[at + 1 :]]).predict_proba(each.signs)[:, 1] for at, each in enumerate(sets)]
    return np.concatenate(parts)


def ece(probability: Floats, right: Marks, bins: int = 10) -> float:
    """Expected calibration error over equally full bins (Naeini, Cooper and Hauskrecht, 2015)."""
    parts = np.array_split(np.argsort(probability), bins)
    gaps = [abs(probability[part].mean() - right[part].mean()) * len(part) for part in parts if len(part)]
    return float(sum(gaps) / len(probability))


def threshold_for(probability: Floats, right: Marks, rate: float) -> float:
    """The lowest threshold above which at most `rate` of the answers were wrong; 1 where there is none."""
    order = np.argsort(-probability)
    wrong = np.cumsum(~right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(wrong <= rate)
    return float(probability[order][good[-1]]) if len(good) else 1.0


def report(sets: Sequence[Observed], probability: Floats) -> list[str]:
    """One line a data set, measured by the model that did not see it."""
    lines, start = [], 0
    for each in sets:
        mine = probability[start : start + len(each.right)]
        start += len(each.right)
        inside = ~each.outside
        auroc = roc_auc_score(each.right[inside], mine[inside])
        lines.append(
            f"{each.name:14s} n={inside.sum():4d} hit@1 {each.right[inside].mean():.2f} AUROC {auroc:.2f} "
            f"with outside {roc_auc_score(each.right, mine):.2f} ECE {ece(mine, each.right):.2f}"
        )
    return lines


def train(sets: Sequence[Observed]) -> tuple[dict[str, Any], list[str]]:
    """The content of `bot/prior.json`, and the report behind it."""
    probability = left_out(sets)
    right = np.concatenate([each.right for each in sets])
    outside = np.concatenate([each.outside for each in sets])
    thresholds = [(rate, threshold_for(probability, right, rate)) for rate in ERROR_RATES]
    lines = report(sets, probability)
    for rate, threshold in thresholds:
        answered = probability >= threshold
        lines.append(
            f"at {rate:.0%} wrong: threshold {threshold:.3f}, coverage {answered[~outside].mean():.2f}, "
            f"outside answered {answered[outside].mean():.3f}"
        )
    model = fit(sets)
    prior = {
        "weights": [round(float(weight), 4) for weight in model.coef_[0]],
        "intercept": round(float(model.intercept_[0]), 4),
        "by_error_rate": [[rate, round(threshold, 4)] for rate, threshold in thresholds],
        "near": round(float(np.quantile(probability[outside], NEAR_SHARE)), 4),
    }
    return prior, lines
