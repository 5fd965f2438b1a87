"""`firstline eval lint`: what is wrong with case files, each problem with its file, line and sentence."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import BadInput
from bot.language import SPOKEN
from bot.models import Article, Audience
from evals.cases import Case, case_from
from evals.likeness import alike, bare
from evals.wording import fold, states
from ingestion.corpus import Problem

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

KINDS = (
    "answerable",
    "ambiguous",
    "benign_twin",
    "chat",
    "injection",
    "injection_benign",
    "internal_only",
    "multiturn",
    "oos_far",
    "oos_near",
    "person",
    "personal_data",
    "real",
    "two_in_one",
    "topic_accommodation",
    "topic_account_takeover",
    "topic_certificate_name",
    "topic_harassment",
    "topic_integrity_appeal",
    "topic_privacy_request",
    "topic_refund_dispute",
    "topic_safety",
)
"""The kinds of situation that cases are about."""
SCHEMA = Path(__file__).parent / "datasets" / "schema.json"
UNLABELLED = "is not labelled yet: fill in 'expected', 'settled_by' and 'key_facts'"
Placed = tuple[str, Case]
"""A case with its `file:line`."""


def lint(files: Sequence[Path], articles: Iterable[Article], beside: Sequence[Path] = ()) -> list[Problem]:
    """Rows that are no case, labels that the articles contradict, duplicates, and texts that are in both splits; also
    of those `beside`, which are not checked themselves."""
    held, _ = _read(beside)
    placed, problems = _read(files)
    shelf = Shelf(articles)
    for place, case in placed:
        problems += [Problem(place, sentence) for sentence in (*_consistent(case), *shelf.contradictions(case))]
    order = {file: position for position, file in enumerate(map(str, files))}
    everything = [*held, *placed]
    shared = [*_same_id(everything), *_same_text(everything), *_leaks(everything)]
    problems += [problem for problem in shared if problem.place.rpartition(":")[0] in order]
    return sorted(problems, key=lambda problem: _position(problem.place, order))


def schema_problems(row: object) -> list[str]:
    """Where a row departs from `evals/datasets/schema.json`."""
    found = sorted(_validator().iter_errors(row), key=lambda error: list(map(str, error.path)))
    return [f"{'/'.join(map(str, error.path)) or 'the row'}: {error.message}" for error in found]


@cache
def _validator() -> "Draft202012Validator":
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _read(files: Sequence[Path]) -> tuple[list[Placed], list[Problem]]:
    placed: list[Placed] = []
    problems: list[Problem] = []
    for file in files:
        for place, line in _lines(file):
            try:
                row = json.loads(line)
            except ValueError as error:
                problems.append(Problem(place, f"is not JSON: {error}"))
                continue
            sentences = [UNLABELLED] if _unlabelled(row) else schema_problems(row)
            try:
                if not sentences:
                    placed.append((place, case_from(row)))
            except ValueError as error:
                sentences = [str(error)]
            problems += [Problem(place, sentence) for sentence in sentences]
    return placed, problems


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file}: cannot be read: {error}") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield f"{file}:{number}", line


def _unlabelled(row: Any) -> bool:
    return isinstance(row, dict) and row.get("expected", "") is None


def _consistent(case: Case) -> Iterator[str]:
    """What contradicts itself, whatever the articles say."""
    if case.expected == "answer" and not case.settled_by:
        yield "expects an answer but names no article in 'settled_by'"
    if case.expected == "handoff_required" and not case.reason:
        yield "expects a required handoff but gives no 'reason'"
    if case.reason and case.expected != "handoff_required":
        yield f"gives the reason '{case.reason}', which only a required handoff has"
    if case.language not in SPOKEN:
        yield f"is in '{case.language}'; the bot speaks {', '.join(SPOKEN)}"
    if case.kind not in KINDS:
        near = get_close_matches(case.kind, KINDS, 1)
        yield f"has the class '{case.kind}', which is none" + (f"; did you mean '{near[0]}'?" if near else "")
    if case.expected in case.accept:
        yield f"accepts '{case.expected}', which it expects anyway"


class Shelf:
    """The articles that labels speak of."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._by_key = {article.key: article for article in articles}
        self._ids = {article.id for article in self._by_key.values()}
        self._folded: dict[str, str] = {}

    def contradictions(self, case: Case) -> Iterator[str]:
        readable = []
        for article_id in case.settled_by:
            if article_id not in self._ids:
                yield f"is settled by '{article_id}', which is no article"
            elif (article := self._of(article_id, case.language)).audience is not Audience.LEARNER:
                yield f"is settled by '{article_id}', which learners may not read ({article.audience})"
            else:
                readable.append(article)
        if len(readable) == len(case.settled_by) > 0:
            yield from self._facts(case, readable)

    def _facts(self, case: Case, articles: Sequence[Article]) -> Iterator[str]:
        for fact in case.key_facts:
            if not any(states(self._text(article), fact) for article in articles):
                named = ", ".join(f"'{article.key}'" for article in articles)
                yield f"has the key fact '{fact}', which is not stated by {named}"
        for fact in case.forbidden_facts:
            if states(self._text(articles[0]), fact):
                yield f"forbids '{fact}', which '{articles[0].key}' states"

    def _of(self, article_id: str, language: str) -> Article:
        """In the case's language where it is translated, else in English, else as it is."""
        wanted = (f"{language}/{article_id}", f"en/{article_id}")
        found = next((self._by_key[key] for key in wanted if key in self._by_key), None)
        return found or next(article for article in self._by_key.values() if article.id == article_id)

    def _text(self, article: Article) -> str:
        if article.key not in self._folded:
            self._folded[article.key] = fold(f"{article.title}\n{article.text}")
        return self._folded[article.key]


def _same_id(placed: Sequence[Placed]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for place, case in placed:
        if earlier := seen.get(case.id):
            yield Problem(place, f"has the id '{case.id}', which is already used in {earlier}")
        seen.setdefault(case.id, place)


def _same_text(placed: Sequence[Placed]) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for place, case in placed:
        key = case.language, bare(_text(case)) or _text(case)
        if earlier := seen.get(key):
            yield Problem(place, f"'{case.id}' has the same text as {earlier}")
        seen.setdefault(key, place)


def _leaks(placed: Sequence[Placed]) -> Iterator[Problem]:
    """A held-out text that tuning reads in other words of the same letters."""
    by_language: dict[str, dict[str, list[Placed]]] = defaultdict(lambda: {"tune": [], "held_out": []})
    for place, case in placed:
        by_language[case.language][case.split].append((place, case))
    for splits in by_language.values():
        tune, held_out = splits["tune"], splits["held_out"]
        for left, right in alike([_text(case) for _, case in tune], [_text(case) for _, case in held_out]):
            (tuned, _), (place, case) = tune[left], held_out[right]
            yield Problem(place, f"'{case.id}' is held out, but {tuned} in the tune split asks nearly the same")


def _text(case: Case) -> str:
    return "\n".join((*(turn.text for turn in case.question.turns), case.question.text))


def _position(place: str, order: dict[str, int]) -> tuple[int, int]:
    file, _, line = place.rpartition(":")
    return order[file], int(line)
