"""The ablation's arithmetic: ranks under any weights, weights learned, differences in pairs."""

import numpy as np
import pytest

from bot.fusion import DEFAULT, Views, Weights, fuse
from evals.bench.ablation import LEARNED, LOOKS, PLAIN, Looked, LookedSet, Mix, learn, shares, table, weighing
from evals.bootstrap import Floats

ONLY_TEXT = Weights(1, 0, 0, 0, 0)


def alike(looks: Floats) -> dict[tuple[bool, bool], Floats]:
    return {(even, mapped): looks for even in (True, False) for mapped in (True, False)}


def looked(right: list[bool], *rows: list[float]) -> Looked:
    looks = np.array(rows)
    return Looked(np.array(right), alike(looks))


def made(name: str, telling: int, questions: int = 12) -> LookedSet:
    """A set in which one look always knows the right article and the others are noise."""
    draw = np.random.default_rng(len(name) + telling)
    made = []
    for _ in range(questions):
        looks = draw.uniform(0, 1, (6, len(LOOKS)))
        looks[:, telling] = [0.9, 0.1, 0.2, 0.3, 0.1, 0.2]
        made.append(Looked(np.arange(6) == 0, alike(looks), english=telling != 1))
    return LookedSet(name, tuple(made))


def test_shares_give_the_score_of_the_search() -> None:
    row = [0.6, 0.5, 0.4, 0.3, 0.8]
    for weights in (DEFAULT, ONLY_TEXT, Weights(0, 0, 0, 0, 1), Weights(2, 0.1, 0.7, 0, 0.3)):
        assert np.array(row) @ shares(weights) == pytest.approx(fuse(Views(*row), weights=weights))


def test_the_rank_is_that_of_the_first_right_article() -> None:
    question = looked([False, True, True], [0.9] + [0.0] * 4, [0.5] + [0.0] * 4, [0.1] + [0.9] * 4)
    assert question.rank(Mix(ONLY_TEXT)) == 2
    assert question.rank(Mix(Weights(0, 1, 0, 0, 0))) == 1
    assert looked([False], [0.9] * 5).rank(Mix()) == np.inf


def test_languages_evened_out_and_the_map_are_ranked_by_their_own_scores() -> None:
    first, second = np.zeros((2, 5)), np.zeros((2, 5))
    first[0], second[1] = 1.0, 1.0
    scores = {(True, True): first, (False, True): second, (True, False): second, (False, False): first}
    question = Looked(np.array([True, False]), scores)
    assert question.rank(Mix(ONLY_TEXT)) == 1
    assert question.rank(Mix(Weights(1, 0, 0, 0, 0, even=False))) == 2
    assert question.rank(Mix(ONLY_TEXT, mapped=False)) == 2
    assert question.rank(Mix(Weights(1, 0, 0, 0, 0, even=False), mapped=False)) == 1


@pytest.mark.parametrize("telling", range(4))
def test_what_tells_is_learned(telling: int) -> None:
    weights = learn([made("one", telling), made("two", telling)])
    found = [weights.text, weights.second, weights.label, weights.name]
    assert np.argmax(found) == telling
    assert all(question.rank(Mix(weights)) == 1 for question in made("three", telling).questions)


def test_weighing_changes_one_look() -> None:
    assert weighing(DEFAULT, "label", 0.0) == Weights(label=0.0)


def test_the_table_has_every_way_of_every_set_and_the_differences() -> None:
    lines = table([made("one", 0), made("two", 0)])
    one = [line for line in lines if line.startswith("one ")]
    assert sum("text alone  " in line and "hit@1/3/5 1.000 / 1.000 / 1.000  MRR 1.000" in line for line in one) == 1
    assert sum(LEARNED in line and "hit@1/3/5 1.000" in line for line in one) == 1
    pooled = [line for line in lines if line.startswith("all sets")]
    assert len(pooled) == len(one) - 1
    assert all(" n=  24 " in line for line in pooled)
    assert any(f"Firstline - {PLAIN}" in line for line in pooled)


def test_languages_but_english_are_told_apart() -> None:
    lines = table([made("one", 0), made("two", 1)])
    foreign = [line for line in lines if line.startswith("not English")]
    assert foreign
    assert all(" n=  12 " in line for line in foreign)
    assert not any(line.startswith("not English") for line in table([made("one", 0)]))


def test_a_set_alone_has_nothing_to_learn_from() -> None:
    assert not any(LEARNED in line for line in table([made("one", 0)]))
