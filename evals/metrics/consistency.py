"""Consistency: whether the same aim in other wordings gives the same, right article.

Questions of one language whose one expected outcome is an answer from the same articles are wordings of one aim.
pass^k: the chance that k of a group's n wordings, drawn without return, all find a settling article first, with c that
do: C(c, k) / C(n, k); mean over groups of at least k. Answered or not, it is the article that counts. Source: Yao et
al., tau-bench (2024). `same_article`: of groups of two or more, the share in which all wordings give one article.
"""

import math
from collections import defaultdict
from collections.abc import Sequence

from evals.bootstrap import mean
from evals.figures import Figure
from evals.results import Result


def pass_hat_k(results: Sequence[Result], k: int) -> Figure | None:
    groups = [group for group in wordings(results) if len(group) >= k]
    return mean([math.comb(sum(r.best_right for r in group), k) / math.comb(len(group), k) for group in groups])


def same_article(results: Sequence[Result]) -> Figure | None:
    groups = [group for group in wordings(results) if len(group) > 1]
    return mean([len({_given(result) for result in group}) == 1 for group in groups])


def wordings(results: Sequence[Result]) -> list[list[Result]]:
    """The questions that stand alone, by language and settling articles."""
    groups: dict[tuple[str, tuple[str, ...]], list[Result]] = defaultdict(list)
    for result in results:
        if result.answerable and result.settled_by and not result.turns:
            groups[result.language, tuple(sorted(result.settled_by))].append(result)
    return list(groups.values())


def _given(result: Result) -> str | None:
    first = result.cited if result.answered else result.retrieved
    return first[0] if first else None
