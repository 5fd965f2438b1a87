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

ERROR_RATES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
FEWEST = 10
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
    shared: Marks
    """Whether the question was searched by the multilingual vectors alone."""

    def part(self, shared: bool) -> "Observed":
        """The questions of one kind of search."""
        of = self.shared == shared
        return Observed(self.name, self.signs[of], self.right[of], self.outside[of], self.shared[of])


def outside_questions(file: Path) -> list[str]:
    """Texts of the rows whose intent is `oos`."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [row["text"] for row in rows if row["intent"] == "oos"]


def observe(dataset: Dataset, outside: Sequence[str], workbench: Workbench) -> Observed:
    """Publish the corpus and ask everything of it."""
    drawn = random.Random(dataset.name).sample(outside, min(OUTSIDE_PER_SET, len(outside)))  # noqa: S311
    strangers = [LabelledQuestion(f"outside-{n}", Question(text), frozenset(), "en") for n, text in enumerate(drawn)]
    questions = [*dataset.questions, *strangers]
    signs, right, shared = [], [], []
    with workbench(dataset.corpus) as assistant, assistant.shelf.library() as library:
        for each in questions:
            text = stand_alone(each.question.text, each.question.turns)
            language = detect(each.question.text, each.question.locale)
            found = assistant.retrieval.search(library, text, language, Audience.LEARNER)
            seen = signs_of(found, language)
            signs.append(seen.values())
            shared.append(bool(seen.shared_space))
            right.append(bool(found.article_ids) and found.article_ids[0] in each.settled_by)
    from_outside = np.arange(len(questions)) >= len(dataset.questions)
    return Observed(dataset.name, np.array(signs), np.array(right), from_outside, np.array(shared))


def fit(sets: Sequence[Observed]) -> LogisticRegression:
    """All sets weigh the same, whatever their size."""
    weights = np.concatenate([np.full(len(each.right), 1 / len(each.right)) for each in sets])
    model = LogisticRegression(C=10.0, max_iter=10_000)
    signs, right = np.concatenate([each.signs for each in sets]), np.concatenate([each.right for each in sets])
    model.fit(signs, right, sample_weight=weights / weights.mean())
    return model


def enough(each: Observed) -> bool:
    """Whether a data set has questions enough, right and wrong ones, to learn from or to be measured."""
    return bool(min(each.right.sum(), (~each.right).sum()) >= FEWEST)


def left_out(sets: Sequence[Observed]) -> list[Floats]:
    """The probability of every question by a model that never saw its data set."""
    return [fit([*sets[:at], *sets[at + 1 :]]).predict_proba(each.signs)[:, 1] for at, each in enumerate(sets)]


def ece(probability: Floats, right: Marks, bins: int = 10) -> float:
    """Expected calibration error over equally full bins (Naeini, Cooper and Hauskrecht, 2015)."""
    parts = np.array_split(np.argsort(probability), bins)
    gaps = [abs(probability[part].mean() - right[part].mean()) * len(part) for part in parts if len(part)]
    return float(sum(gaps) / len(probability))


def threshold_for(probability: Floats, right: Marks, weight: Floats, rate: float) -> float:
    """The lowest threshold above which at most `rate` of the answers, by weight, were wrong; 1 where there is none."""
    order = np.argsort(-probability)
    wrong = np.cumsum((~right[order]) * weight[order]) / np.cumsum(weight[order])
    good = np.flatnonzero(wrong <= rate)
    return float(probability[order][good[-1]]) if len(good) else 1.0


def train(sets: Sequence[Observed]) -> tuple[dict[str, Any], list[str]]:
    """The content of `bot/prior.json`, and the report behind it."""
    parts = {kind: [part for each in sets if enough(part := each.part(kind))] for kind in (False, True)}
    judged = [pair for kind in parts for pair in zip(parts[kind], left_out(parts[kind]), strict=True)]
    probability = np.concatenate([mine for _, mine in judged])
    right = np.concatenate([each.right for each, _ in judged])
    outside = np.concatenate([each.outside for each, _ in judged])
    weight = np.concatenate([np.full(len(mine), 1 / len(mine)) for _, mine in judged])
    thresholds = [(rate, threshold_for(probability, right, weight, rate)) for rate in ERROR_RATES]
    english, shared = (_coefficients(fit(parts[kind])) for kind in (False, True))
    prior = english | {
        "shared": shared,
        "by_error_rate": [[rate, round(threshold, 4)] for rate, threshold in thresholds],
        "near": round(float(np.quantile(probability[outside], NEAR_SHARE)), 4),
    }
    return prior, [_line(each, mine, thresholds) for each, mine in judged]


def _coefficients(model: LogisticRegression) -> dict[str, Any]:
    weights = [round(float(weight), 4) for weight in model.coef_[0]]
    return {"weights": weights, "intercept": round(float(model.intercept_[0]), 4)}


def _line(each: Observed, mine: Floats, thresholds: Sequence[tuple[float, float]]) -> str:
    """What was measured on a data set by the model that did not see it: coverage and share of wrong answers at every
    threshold, and how many questions from outside were answered."""
    inside = ~each.outside
    parts = [
        f"{each.name:12s} {'shared ' if each.shared.all() else 'English'} n={inside.sum():4d} "
        f"AUROC {roc_auc_score(each.right[inside], mine[inside]):.2f} ECE {ece(mine, each.right):.2f}"
    ]
    for rate, threshold in thresholds:
        answered = mine >= threshold
        wrong = f"{(~each.right[answered]).mean():.2f}" if answered.any() else "none"
        outside = f"{answered[each.outside].mean():.2f}" if each.outside.any() else "none"
        parts.append(f"at {rate:.0%}: coverage {answered[inside].mean():.2f} wrong {wrong} outside {outside}")
    return " | ".join(parts)
