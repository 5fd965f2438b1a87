"""What a run asks: the questions of golden cases or of a data set, with what is known of each."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.models import Question
from evals.cases import Case
from evals.dataset import Dataset
from evals.results import Result

QUICK_EVERY = 12
"""A quick run asks every twelfth question of each language and kind, the first always."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the row of its result but for what comes of it."""

    question: Question
    row: Result


def of_cases(cases: Iterable[Case]) -> list[Asked]:
    return [Asked(case.question, _case_row(case)) for case in cases]


def of_dataset(dataset: Dataset) -> list[Asked]:
    """Its kinds are `settled` and `unsettled`; it has no splits."""
    return [
        Asked(
            each.question,
            _row(
                each.question,
                id=each.id,
                language=each.language,
                kind="settled" if each.settled_by else "unsettled",
                settled_by=tuple(sorted(each.settled_by)),
                reference=each.answer,
            ),
        )
        for each in dataset.questions
    ]


def chosen(
    asked: Iterable[Asked], *, split: str | None = None, language: str | None = None, kind: str | None = None
) -> list[Asked]:
    """Those of this split, language and kind, where one is named."""
    wanted = {"split": split, "language": language, "kind": kind}
    named = {name: value for name, value in wanted.items() if value is not None}
    return [each for each in asked if all(getattr(each.row, name) == value for name, value in named.items())]


def quick(asked: Iterable[Asked]) -> list[Asked]:
    """A small part in which every language and kind is present; always the same one."""
    seen: dict[tuple[str, str], int] = {}
    kept = []
    for each in asked:
        group = (each.row.language, each.row.kind)
        seen[group] = seen.get(group, -1) + 1
        if seen[group] % QUICK_EVERY == 0:
            kept.append(each)
    return kept


def _case_row(case: Case) -> Result:
    return _row(
        case.question,
        id=case.id,
        language=case.language,
        kind=case.kind,
        split=case.split,
        expected=case.expected,
        accept=case.accept,
        reason=case.reason,
        settled_by=case.settled_by,
        key_facts=case.key_facts,
        forbidden_facts=case.forbidden_facts,
        tags=case.tags,
    )


def _row(
    question: Question,
    *,
    id: str,
    language: str,
    kind: str,
    settled_by: tuple[str, ...],
    split: str = "",
    expected: str | None = None,
    accept: tuple[str, ...] = (),
    reason: str | None = None,
    key_facts: tuple[str, ...] = (),
    forbidden_facts: tuple[str, ...] = (),
    tags: tuple[str, ...] = (),
    reference: str = "",
) -> Result:
    return Result(
        id=id,
        language=language,
        kind=kind,
        split=split,
        text=question.text,
        expected=expected,
        accept=accept,
        reason=reason,
        settled_by=settled_by,
        key_facts=key_facts,
        forbidden_facts=forbidden_facts,
        tags=tags,
        outcome={},
        turns=_turns(question),
        reference=reference,
    )


def _turns(question: Question) -> tuple[dict[str, str], ...]:
    return tuple({"role": turn.role, "text": turn.text} for turn in question.turns)
