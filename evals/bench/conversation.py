"""What becomes of messages inside a conversation: follow-ups, changes of topic, and what cannot be answered."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from bot.assistant import Assistant
from bot.models import Answer, Clarification, Outcome
from evals.bench.follow_ups import (
    ALONE,
    DEPTHS,
    OURS,
    FollowUps,
    chosen_elsewhere,
    compare,
    follow_ups,
    left_out,
    new_topics,
)
from evals.bootstrap import Floats, mean, statistic
from evals.dataset import Dataset
from evals.metrics.auroc import area_under
from evals.results import Result

KINDS = ("multiturn", "ambiguous", "two_in_one")
TAGS = ("followup", "correction", "topic_change", "not_helped", "long", "typo", "shouting")


def concerns(row: Result) -> bool:
    """Whether a golden case is about conversation."""
    return row.kind in KINDS or not set(TAGS).isdisjoint(row.tags)


def of_dataset(assistant: Assistant, dataset: Dataset) -> Iterator[str]:
    """Lines of the report over a data set with turns."""
    with assistant.shelf.library() as library:
        after = compare(assistant, library, follow_ups(dataset.questions))
        changed = compare(assistant, library, new_topics(dataset.questions))
    yield from _ways(f"{dataset.name}: follow-ups that an article settles", after)
    yield from _ways(f"{dataset.name}: a new topic after a question of another domain", changed)
    yield from _by_domain(after, changed)
    yield from _told_apart(assistant, dataset)


def of_cases(results: Sequence[Result]) -> Iterator[str]:
    """Lines of the report over golden cases: the expected outcome, and an answer from a right article."""
    groups: dict[tuple[str, str], list[Result]] = {}
    for each in results:
        names = [name for name in (each.kind, *each.tags) if name in (*KINDS, *TAGS)]
        for name in names:
            groups.setdefault((name, each.language), []).append(each)
            groups.setdefault((name, "all"), []).append(each)
    yield "golden cases: outcome as expected [95 %], right article in front, outcomes"
    for (name, language), group in sorted(groups.items()):
        figure = mean([each.as_expected for each in group])
        settled = [bool(set(each.retrieved[:1]) & set(each.settled_by)) for each in group if each.settled_by]
        got = ", ".join(f"{outcome} {count}" for outcome, count in Counter(each.got for each in group).most_common())
        if figure is not None:
            interval = f"[{figure.low:.2f}, {figure.high:.2f}]"
            front = f"{np.mean(settled):.2f}" if settled else "   -"
            yield f"  {name:13s}{language:4s} n={figure.n:3d}  {figure.value:.2f} {interval}  {front}  {got}"


def _ways(title: str, found: FollowUps) -> Iterator[str]:
    yield f"{title}, n={len(found.questions)}: hit@1 / 3 / 5, paired difference at 5 to the last turn alone [95 %]"
    for way, rows in found.hits.items():
        shares = " / ".join(f"{share:.3f}" for share in rows.mean(axis=0)) if len(rows) else "-"
        change = found.against(way, ALONE, DEPTHS[-1]) if way != ALONE and len(rows) else None
        beside = f"  {change.change:+.3f} [{change.low:+.3f}, {change.high:+.3f}]" if change else ""
        yield f"  {way:18s} {shares}{beside}"
    bm25 = found.against(OURS, "BM25, all turns", 5) if len(found.questions) else None
    if bm25:
        yield f"  {OURS} less BM25 over all turns at 5: {bm25.change:+.3f} [{bm25.low:+.3f}, {bm25.high:+.3f}]"


def _by_domain(after: FollowUps, changed: FollowUps) -> Iterator[str]:
    domains = sorted({each.domain for each in after.questions})
    if len(domains) < 2:
        return
    yield "weights (following, leaning) chosen without the domain, and what they find in its follow-ups: hit@1 / 3 / 5"
    for domain in domains:
        weights = chosen_elsewhere((after, changed), domain)
        count = sum(each.domain == domain for each in after.questions)
        yield f"  {domain:14s} n={count:3d}  {weights}  " + _shares(left_out(after, domain, weights))


def _told_apart(assistant: Assistant, dataset: Dataset) -> Iterator[str]:
    kinds = sorted({each.answerability for each in dataset.questions if each.answerability})
    if not kinds:
        return
    seen: dict[str, list[Outcome]] = {kind: [] for kind in kinds}
    for each in dataset.questions:
        if each.answerability:
            seen[each.answerability].append(assistant.answer(each.question))
    yield "outcomes by what the set says of a question: answered, asked back, a person offered or small talk"
    for kind, outcomes in seen.items():
        answered = sum(isinstance(each, Answer) for each in outcomes)
        asked = sum(isinstance(each, Clarification) for each in outcomes)
        yield f"  {kind:15s} n={len(outcomes):3d}  {answered} / {asked} / {len(outcomes) - answered - asked}"
    for kind in kinds:
        figure = _separation(seen.get("ANSWERABLE", []), seen[kind]) if kind != "ANSWERABLE" else None
        if figure:
            yield f"  confidence, ANSWERABLE above {kind}: AUROC {figure}"


def _separation(right: Sequence[Outcome], wrong: Sequence[Outcome]) -> str:
    scores = [each.evidence.confidence or 0.0 for each in (*right, *wrong)]
    labels = [True] * len(right) + [False] * len(wrong)
    figure = statistic(len(scores), area_under(scores, labels)) if right and wrong else None
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]" if figure else ""


def _shares(values: Floats) -> str:
    return " / ".join(f"{value:.3f}" for value in values)
