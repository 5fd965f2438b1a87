"""A question's time against the raw embedding's, in one process, one run: ratios, since machines differ."""

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.assistant import Assistant
from bot.models import Question

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Speed:
    """Milliseconds, and how many questions they come from."""

    questions: int
    raw: float
    p50: float
    p99: float
    first: float
    stages: dict[str, float]

    def lines(self) -> list[str]:
        stages = ", ".join(f"{name} {value:.2f}" for name, value in self.stages.items())
        return [
            f"raw embedding     p50 {self.raw:.2f} ms (our fastest English form, tokenising included)",
            f"a question        p50 {self.p50:.2f} ms = {self.p50 / self.raw:.1f} x raw; "
            f"p99 {self.p99:.2f} ms = {self.p99 / self.raw:.1f} x raw; n={self.questions}",
            f"the first         {self.first:.2f} ms = {self.first / self.p50:.1f} x p50",
            f"by stage, mean    {stages}",
        ]


def measure(assistant: Assistant, texts: Sequence[str], raw: Callable[[str], object]) -> Speed:
    """Ask every text ROUNDS times, each time with a mark of its own so that no cache answers."""
    with assistant.shelf.library() as library:
        assistant.warm_up(library)
    first = _timed(lambda: assistant.answer(Question(f"{texts[0]} (once)")))
    whole, bare, stages = [], [], defaultdict(list)
    for number in range(ROUNDS):
        for text in texts:
            marked = f"{text} {number}"
            bare.append(_timed(lambda marked=marked: raw(marked)))  # type: ignore[misc]
            start = time.perf_counter()
            outcome = assistant.answer(Question(marked))
            whole.append((time.perf_counter() - start) * 1000)
            for stage, spent in outcome.evidence.timings.items():
                stages[stage].append(spent)
    return Speed(
        len(whole),
        statistics.median(bare),
        statistics.median(whole),
        sorted(whole)[int(len(whole) * 0.99)],
        first,
        {stage: statistics.fmean(spent) for stage, spent in stages.items()},
    )


def _timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000
