"""Everything that the reports show of a run, computed once."""

from dataclasses import dataclass, field

from evals.figures import Figure
from evals.judging import Judgement
from evals.metrics import breakdown, summarise
from evals.metrics.escalation_recall import recall_by_topic
from evals.metrics.false_alarms import alarms_by_topic
from evals.metrics.summary import Part
from evals.results import Run

Figures = dict[str, Figure]
PARTS: tuple[Part, ...] = ("language", "kind", "split", "tag")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A run with its figures; `parts[part][name]` are those of one language, kind, split or tag."""

    run: Run
    figures: Figures
    parts: dict[Part, dict[str, Figures]]
    recall_by_topic: dict[tuple[str, str], Figure]
    alarms_by_topic: dict[tuple[str, str], Figure]
    ragas: Figures = field(default_factory=dict)
    """ragas' metrics without a model, where they were asked for."""
    judgement: Judgement | None = None

    @property
    def languages(self) -> dict[str, Figures]:
        return self.parts["language"]


def sheet_of(run: Run) -> Sheet:
    parts = {part: breakdown(run, part) for part in PARTS}
    return Sheet(run, summarise(run), parts, recall_by_topic(run.results), alarms_by_topic(run.results))
