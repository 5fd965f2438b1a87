"""Two runs over the same questions: what differs between their settings, in their figures, and case by case."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.errors import BadInput
from evals.paired import CURVES, PARTS, Difference, column, curve_difference, difference
from evals.results import Result, Run
from evals.words import told

Pair = tuple[Result, Result]


@dataclass(frozen=True, slots=True)
class Moved:
    """A question that one run got as expected and the other did not."""

    id: str
    language: str
    kind: str
    split: str
    text: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Run B against run A, on the questions that both were asked."""

    a: Run
    b: Run
    questions: int
    only_a: int
    only_b: int
    settings: tuple[tuple[str, str, str], ...]
    """Name, A's value and B's value of what is not the same."""
    differences: tuple[Difference, ...]
    by_group: dict[str, tuple[Difference, ...]]
    """The same for each language, split and kind that has both."""
    won: tuple[Moved, ...]
    lost: tuple[Moved, ...]
    misled: tuple[Moved, ...]
    """Answered wrongly by B, and not answered by A, where that was not as expected either."""


def compare(a: Run, b: Run) -> Comparison:
    """Raises BadInput where the runs share no question."""
    pairs = _pairs(a, b)
    if not pairs:
        raise BadInput(f"the runs '{a.id}' ({a.dataset}) and '{b.id}' ({b.dataset}) have no question in common")
    return Comparison(
        a,
        b,
        len(pairs),
        len(a.results) - len(pairs),
        len(b.results) - len(pairs),
        tuple(_settings(a, b)),
        (*differences(pairs), *_curves(pairs)),
        _by_group(pairs),
        tuple(_moved(before, after) for before, after in pairs if after.as_expected and not before.as_expected),
        tuple(_moved(before, after) for before, after in pairs if before.as_expected and not after.as_expected),
        tuple(_moved(before, after) for before, after in pairs if _misled(before, after)),
    )


def _misled(before: Result, after: Result) -> bool:
    return after.answered and not after.right and not before.answered and not before.as_expected


def differences(pairs: Sequence[Pair], names: Sequence[str] = tuple(PARTS)) -> tuple[Difference, ...]:
    """Every figure that is defined in both runs."""
    before, after = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    found = (difference(name, column(before, PARTS[name]), column(after, PARTS[name])) for name in names)
    return tuple(each for each in found if each is not None)


def _curves(pairs: Sequence[Pair]) -> Iterator[Difference]:
    before, after = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    for name in CURVES:
        found = curve_difference(name, before, after)
        if found is not None:
            yield found


def comparison_row(comparison: Comparison) -> dict[str, Any]:
    """For `--json`."""
    return {
        "a": comparison.a.id,
        "b": comparison.b.id,
        "questions": comparison.questions,
        "settings": [{"name": name, "a": a, "b": b} for name, a, b in comparison.settings],
        "differences": {each.name: _row(each) for each in comparison.differences},
        "by_group": {group: {each.name: _row(each) for each in found} for group, found in comparison.by_group.items()},
        "won": [moved.id for moved in comparison.won],
        "lost": [moved.id for moved in comparison.lost],
        "misled": [moved.id for moved in comparison.misled],
    }


def _row(each: Difference) -> dict[str, float | int]:
    return {"a": each.before, "b": each.after, "change": each.change, "low": each.low, "high": each.high, "n": each.n}


def _pairs(a: Run, b: Run) -> list[Pair]:
    if a.dataset != b.dataset:
        return []
    known = {result.id: result for result in b.results}
    return [(result, known[result.id]) for result in a.results if result.id in known]


def _settings(a: Run, b: Run) -> list[tuple[str, str, str]]:
    left, right = _configuration(a), _configuration(b)
    names = sorted(left.keys() | right.keys())
    return [
        (name, left.get(name, "—"), right.get(name, "—"))
        for name in names
        if left.get(name, "—") != right.get(name, "—")
    ]


def _configuration(run: Run) -> dict[str, str]:
    own = {"index version": str(run.index_version), "git revision": run.git_revision}
    return own | _flat("setting", run.settings) | {f"model {name}": value for name, value in run.models.items()}


def _flat(name: str, value: Any) -> dict[str, str]:
    """Nested settings as `setting thresholds.answer`."""
    if not isinstance(value, dict):
        return {name: str(value)}
    joint = " " if name == "setting" else "."
    return {key: text for each, inner in value.items() for key, text in _flat(f"{name}{joint}{each}", inner).items()}


def _by_group(pairs: Sequence[Pair]) -> dict[str, tuple[Difference, ...]]:
    shown = ("as_expected", "coverage", "wrong_among_answered")
    groups: dict[str, list[Pair]] = {}
    parts: tuple[Literal["language", "split", "kind"], ...] = ("language", "split", "kind")
    for part in parts:
        for pair in pairs:
            groups.setdefault(f"{part} {getattr(pair[0], part)}", []).append(pair)
    return {group: differences(groups[group], shown) for group in groups}


def _moved(before: Result, after: Result) -> Moved:
    return Moved(before.id, before.language, before.kind, before.split, before.text, told(before), told(after))
