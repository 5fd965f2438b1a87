"""How good the confidence of unseen corpora is, set by set: the table that `firstline eval train-prior` prints."""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import roc_auc_score

from evals.training.observing import Floats, Marks
from evals.training.prior import ERROR_RATES, Judged, line_for, shared_line

BINS = 10


def report(judged: Sequence[Judged], plain: Sequence[Judged]) -> list[str]:
    """Of each part how well confidence tells right from wrong, and what comes of each target. `plain`: the same parts
    judged without what a publish learns."""
    lines = [
        "each figure on a corpus left out of training and thresholds; in brackets the top-1 cosine instead, then the "
        "same signs without what a publish learns of its help center"
    ]
    for each, without in zip(judged, plain, strict=True):
        others = [other for other in judged if other.part.corpus != each.part.corpus]
        lines += [_ranking(each, without), *(_at(each, rate, shared_line(others, rate)) for rate in ERROR_RATES)]
    return lines


def _ranking(each: Judged, without: Judged) -> str:
    part = each.part
    inside = part.inside
    right, settled = part.right[inside], part.settled[inside]
    sure, cosine, plain = each.probability[inside], part.cosine[inside], without.probability[inside]
    return (
        f"{part.name} {'shared space' if part.shared else 'English'} n={inside.sum()}: right against wrong "
        f"{_auroc(right, sure)} ({_auroc(right, cosine)}, {_auroc(right, plain)}), answerable against not "
        f"{_auroc(settled, sure)} ({_auroc(settled, cosine)}, {_auroc(settled, plain)}), ECE {ece(sure, right):.3f} "
        f"(-, {ece(plain, right):.3f}), best coverage at 5 % wrong {_coverage(sure, right):.2f} "
        f"({_coverage(cosine, right):.2f}, {_coverage(plain, right):.2f}), first article right {right.mean():.2f}"
    )


def _at(each: Judged, rate: float, line: float) -> str:
    part = each.part
    answered = each.probability >= line
    ours = answered & part.inside
    return (
        f"  target {rate:.0%}: from {line:.3f}, coverage {_share(ours, part.inside)}, of the answerable "
        f"{_share(ours, part.settled)}, wrong among answered {_share(~part.right, ours)}; answered of those that "
        f"nothing settles {_share(answered, part.inside & ~part.settled)}, of those from outside "
        f"{_share(answered, part.outside)}"
    )


def ece(probability: Floats, right: Marks) -> float:
    """Expected calibration error over ten bins of equal width (Guo et al., 2017), as evals.metrics.ece has it."""
    bins = np.minimum((probability * BINS).astype(int), BINS - 1)
    return float(sum(abs((right[bins == at] - probability[bins == at]).sum()) for at in range(BINS)) / len(right))


def _coverage(score: Floats, right: Marks) -> float:
    return float((score >= line_for(score, right, 0.05)).mean())


def _auroc(positive: Marks, score: Floats) -> str:
    return f"{roc_auc_score(positive, score):.3f}" if positive.any() and not positive.all() else "-"


def _share(marks: Marks, among: Marks) -> str:
    return f"{marks[among].mean():.3f}" if among.any() else "-"
