"""ROUGE-L of a text against a reference: the longest common subsequence of their terms.

Source: Lin, ROUGE: A Package for Automatic Evaluation of Summaries (2004), with beta 1;
words folded as in keyword search.
"""

from collections.abc import Sequence

from bot.keywords import terms


def rouge_l(text: str, reference: str) -> tuple[float, float]:
    """Recall and F1, each in [0, 1]; both 0 where either side has no words."""
    said, wanted = terms(text), terms(reference)
    common = _common(said, wanted)
    if not common:
        return 0.0, 0.0
    recall, precision = common / len(wanted), common / len(said)
    return recall, 2 * recall * precision / (recall + precision)


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(right) + 1)
    for word in left:
        corner = 0
        for at, other in enumerate(right, start=1):
            above = row[at]
            row[at] = corner + 1 if word == other else max(above, row[at - 1])
            corner = above
    return row[-1]
