"""What one eval run saw: every question with the outcome it got, and the configuration all of it comes from."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """One question of a data set and what became of it. `outcome` is the documented outcome JSON."""

    id: str
    language: str
    kind: str
    split: str
    text: str
    expected: str | None
    """answer, clarify, handoff_required, handoff_offered or chat; None where a data set only knows articles."""
    accept: tuple[str, ...]
    reason: str | None
    settled_by: tuple[str, ...]
    key_facts: tuple[str, ...]
    forbidden_facts: tuple[str, ...]
    tags: tuple[str, ...]
    outcome: dict[str, Any]
    signs: dict[str, float] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)
    turns: tuple[dict[str, str], ...] = ()
    """What was said before, as role and text."""
    reference: str = ""
    """An answer written by a person, where the data set has one."""
    verbatim: tuple[bool, ...] = ()
    """For each citation, whether its quote stands in the article's published plain text."""
    published_in: tuple[str, ...] = ()
    """The languages in which the article of citation 1 is published."""
    baselines: dict[str, str] = field(default_factory=dict)
    """What a simpler bot that knew the right article would show: its `opening`, its `best_chunk`."""
    passages: tuple[dict[str, Any], ...] = ()
    """What was found, best first, with its scores; kept where the outcome is not the expected one."""

    @property
    def tolerated(self) -> frozenset[str]:
        """Every outcome that is right here; where only articles are known, answering if any settles the question."""
        if self.expected is None:
            return frozenset({"answer"} if self.settled_by else {"handoff_offered", "clarify"})
        return frozenset((self.expected, *self.accept))

    @property
    def answerable(self) -> bool:
        """Whether this should be answered from an article."""
        return self.expected == "answer" or (self.expected is None and bool(self.settled_by))

    @property
    def decidable(self) -> bool:
        """Whether confidence alone should decide: answer, or say that nothing fits. No topic for a person, no chat."""
        return self.expected in ("answer", "handoff_offered", None)

    @property
    def confidence(self) -> float | None:
        found = self.outcome["confidence"]
        return None if found is None else float(found)

    @property
    def best_right(self) -> bool:
        """Whether the article that an answer would come from settles the question, answered or not."""
        return self.right if self.answered else bool(self.retrieved) and self.retrieved[0] in self.settled_by

    @property
    def as_expected(self) -> bool:
        """The outcome is one that is tolerated, and an answer is right."""
        return self.got in self.tolerated and (self.right or not self.answered)

    @property
    def got(self) -> str:
        """The outcome in the words of `expected`."""
        name = str(self.outcome["outcome"])
        return f"handoff_{self.outcome['handoff']}" if name == "handoff" else name

    @property
    def answered(self) -> bool:
        return str(self.outcome["outcome"]) == "answer"

    @property
    def right(self) -> bool:
        """Answered, and the article that the text is taken from (citation 1) is one that settles the question."""
        return bool(self.answered and self.cited and self.cited[0] in self.settled_by)

    @property
    def cited(self) -> tuple[str, ...]:
        return tuple(citation["article_id"] for citation in self.outcome["citations"])

    @property
    def retrieved(self) -> tuple[str, ...]:
        return tuple(self.outcome["retrieved"])


@dataclass(frozen=True, slots=True)
class Run:
    """All results of one configuration on one index; every figure of a report comes from one of these."""

    id: str
    created_at: str
    dataset: str
    index_version: int
    git_revision: str
    settings: dict[str, Any]
    models: dict[str, str]
    results: tuple[Result, ...]
