"""Key facts: of the facts that an answer must hold, the share it holds; beside it, what two simpler bots would show.

Stated facts / key facts of the question, mean over the answered questions that name any. `in_opening` is the share in
the first 120 words of the settling article, `in_best_chunk` that in the chunk of it which the run's own retrieval
ranks first, both over the same questions: a bot that knew the right article and quoted it blindly. Source: nugget
recall, Voorhees, Overview of the TREC 2003 Question Answering Track.
"""

import re
from collections.abc import Sequence

from evals.bootstrap import mean
from evals.figures import Figure
from evals.results import Result
from evals.wording import fold, states

_MARKS = re.compile(r"\*\*|__|`|^\s*(?:[-*>]|#+|\d+\.)\s+", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def key_facts(results: Sequence[Result]) -> Figure | None:
    return mean([share(str(r.outcome["text"]), r.key_facts) for r in _compared(results)])


def in_opening(results: Sequence[Result]) -> Figure | None:
    return mean([share(r.baselines["opening"], r.key_facts) for r in _compared(results)])


def in_best_chunk(results: Sequence[Result]) -> Figure | None:
    return mean([share(r.baselines["best_chunk"], r.key_facts) for r in _compared(results)])


def share(text: str, facts: Sequence[str]) -> float:
    """Of these facts, the share that the text states."""
    shown = plain(text)
    return sum(states(shown, fact) for fact in facts) / len(facts)


def plain(markdown: str) -> str:
    """As it reads, folded: no marks, links as their words."""
    return fold(_MARKS.sub("", _LINK.sub(r"\1", markdown)))


def _compared(results: Sequence[Result]) -> list[Result]:
    return [
        r
        for r in results
        if r.answered and r.answerable and r.key_facts and {"opening", "best_chunk"} <= set(r.baselines)
    ]
