"""What is shown of an article beside two simpler bots, and how its words are scored."""

import pytest

from bot.pieces import length
from evals.composers import OURS, SIMPLER, Shown, compared, lines
from evals.looking import opening
from evals.rouge import rouge_l


@pytest.mark.parametrize(
    ("text", "reference", "scores"),
    [
        ("the cat sat", "the cat sat", (1.0, 1.0)),
        ("the cat", "the black cat sat", (0.5, 2 / 3)),
        ("cat the", "the cat", (0.5, 0.5)),
        ("dog", "cat", (0.0, 0.0)),
        ("", "cat", (0.0, 0.0)),
        ("cat", "", (0.0, 0.0)),
    ],
)
def test_rouge_l(text: str, reference: str, scores: tuple[float, float]) -> None:
    assert rouge_l(text, reference) == pytest.approx(scores)


@pytest.mark.parametrize("text", ["word " * 300, "退款申请需要十四天" * 40, "mixed 退款 " * 100])
def test_an_opening_has_as_many_words_as_an_answer_may_have(text: str) -> None:
    assert abs(length(opening(text)) - 120) <= 1


def shown(ours: float, other: float, end_to_end: bool = False) -> Shown:
    scores = {way: {"key facts": other, "ROUGE-L recall": float("nan")} for way in SIMPLER}
    return Shown(
        end_to_end,
        scores | {OURS: {"key facts": ours, "ROUGE-L recall": float("nan")}},
        dict.fromkeys((OURS, *SIMPLER), 9),
    )


def test_ways_are_compared_in_pairs() -> None:
    rows = [shown(1.0, 0.5)] * 30 + [shown(0.5, 0.5)] * 30 + [shown(0.0, 1.0, end_to_end=True)]
    found = compared(rows, "key facts", "first words", end_to_end=False)
    assert found is not None
    assert (found.after, found.before, found.n) == (0.75, 0.5, 60)
    assert found.clear
    assert compared(rows, "ROUGE-L recall", "first words", end_to_end=False) is None
    assert compared([], "key facts", "first words", end_to_end=True) is None


def test_the_table_says_what_is_better() -> None:
    rows = [shown(1.0, 0.5)] * 30 + [shown(0.5, 0.5)] * 30
    for each in rows:
        for scores in each.scores.values():
            scores |= {"ROUGE-L F1": float("nan"), "semantic similarity": float("nan")}
    text = "\n".join(lines(rows))
    assert "given the article (mean words: Firstline 9, first words 9, best chunk 9)" in text
    assert "key facts            0.750  first words 0.500  difference +0.250" in text
    assert "n=60  better" in text
    assert "end to end" not in text
    assert "ROUGE" not in text
