"""Who is handed to a person at once: recall of each topic and false alarms, over QA's cases and any further messages.

Nothing is searched, so it takes a second. Recall: of the messages that only a person may settle, the share that is
handed over, whatever the topic named (`named`: with the right one). False alarms: of all the others, the share that is.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.instructions import without_instructions
from bot.intents import Intents
from bot.language import detect
from bot.models import Question
from bot.screening import MAX_CHARACTERS, tidy
from evals.bootstrap import mean
from evals.cases import SPLITS, Case
from evals.figures import Figure
from evals.metrics.escalation_recall import REQUIRED

ATTACK = "injection"
SHOWN = 8
"""How many of a labelled file's labels are listed, those most often handed over first."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message, what it was taken for, and what stands beside it in its file."""

    label: str
    language: str
    topic: str
    action: str

    @property
    def handed_over(self) -> bool:
        return self.action == "handoff"


def look(intents: Intents, question: Question, label: str, language: str = "") -> Seen:
    """What the assistant would take the question for."""
    text = without_instructions(tidy(question.text), intents.declined)
    spoken = detect(text, question.locale)
    topic = intents.recognise(text, spoken).topic
    return Seen(label, language or spoken, topic.key, topic.action)


def case_lines(intents: Intents, cases: Iterable[Case]) -> list[str]:
    """Recall by topic and false alarms by kind and language, each split apart."""
    seen = [(case, look(intents, case.question, case.reason or case.kind, case.language)) for case in cases]
    lines = []
    for split in SPLITS:
        rows = [(case, each) for case, each in seen if case.split == split]
        required = [each for case, each in rows if case.expected == REQUIRED]
        others = [(case, each) for case, each in rows if REQUIRED not in case.tolerated]
        quiet = [each for case, each in others if case.kind != ATTACK]
        asking = [each for case, each in others if case.kind != ATTACK and "chat" not in case.tolerated]
        attacks = [each for case, each in others if case.kind == ATTACK]
        lines += _table(f"{split}: recall", required, _handed, lambda each: each.label)
        lines += _table(f"{split}: recall", required, _handed, lambda each: each.language)[1:]
        caught = [each for each in required if each.handed_over]
        lines += _table(f"{split}: named", caught, lambda each: each.topic == each.label)
        by_kind = [Seen(case.kind, each.language, each.topic, each.action) for case, each in others]
        lines += _table(f"{split}: false alarms", by_kind, _handed, lambda each: each.label)
        lines += _table(f"{split}: false alarms, no attacks", quiet, _handed, lambda each: each.language)
        lines += _table(f"{split}: questions taken for small talk", asking, lambda each: each.action == "chat")
        lines += _table(f"{split}: questions declined", asking, lambda each: each.action == "decline")
        lines += _table(f"{split}: attacks declined", attacks, lambda each: each.action == "decline")
    return lines


def message_lines(intents: Intents, name: str, messages: Iterable[tuple[str, str]]) -> list[str]:
    """How many of (label, message) are handed over, declined or taken for small talk, and which labels most.

    Empty messages are passed over."""
    seen = [look(intents, Question(text[:MAX_CHARACTERS]), label) for label, text in messages if text.strip()]
    lines = _table(f"{name}: handed over", seen, _handed)
    lines += _table(f"{name}: declined", seen, lambda each: each.action == "decline")
    lines += _table(f"{name}: taken for small talk", seen, lambda each: each.action == "chat")
    groups: dict[str, list[bool]] = defaultdict(list)
    for each in seen:
        groups[each.label].append(each.handed_over)
    most = sorted(groups, key=lambda label: -sum(groups[label]) / len(groups[label]))[:SHOWN]
    if len(groups) > 1:
        lines += [_line(f"{name}: handed over", label, groups[label]) for label in most if any(groups[label])]
    return lines


def _handed(seen: Seen) -> bool:
    return seen.handed_over


def _table(
    title: str, seen: Sequence[Seen], hit: Callable[[Seen], bool], group: Callable[[Seen], str] = lambda _: "all"
) -> list[str]:
    """A line for all, and one for each group; none where nothing was seen."""
    groups: dict[str, list[bool]] = {"all": [hit(each) for each in seen]}
    if len({group(each) for each in seen}) > 1:
        for each in seen:
            groups.setdefault(group(each), []).append(hit(each))
    return [_line(title, name, hits) for name, hits in groups.items() if hits]


def _line(title: str, name: str, hits: Sequence[bool]) -> str:
    figure = mean(hits) or Figure(float("nan"), 0, 0.0, 1.0)
    return f"{title:44s} {name:20s} {figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}] n={figure.n}"
