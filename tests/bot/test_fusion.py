"""What several looks at an article come to, and how languages are evened out."""

import pytest

from bot.fusion import Views, Weights, even_out, fuse, keyword_weight


def test_fusion_prefers_what_both_find() -> None:
    alone, both = Views(0.5, 0.5, 0.5, 0.5, 0.0), Views(0.5, 0.5, 0.5, 0.5, 1.0)
    assert fuse(alone) == pytest.approx(0.5)
    assert fuse(both) > fuse(alone)
    assert fuse(both, keyword_weight=0.0) == fuse(alone)


def test_a_view_that_an_article_lacks_counts_like_its_text() -> None:
    bare = Views(0.4, None, None, None, 0.0)
    assert fuse(bare) == pytest.approx(0.4)
    assert fuse(Views(0.4, None, 0.8, None, 0.0)) > fuse(bare) > fuse(Views(0.4, None, 0.0, None, 0.0))


def test_an_article_that_says_it_twice_comes_first() -> None:
    once, twice = Views(0.6, 0.1, 0.5, None, 0.0), Views(0.6, 0.55, 0.5, None, 0.0)
    assert fuse(twice) > fuse(once)


def test_a_look_without_weight_does_not_count() -> None:
    words_alone = Weights(text=0, second=0, label=0, name=0, keyword=1)
    assert fuse(Views(0.9, 0.9, 0.9, 0.9, 0.25), weights=words_alone) == pytest.approx(0.25)
    assert fuse(Views(0.4, 0.9, 0.9, 0.9, 1.0), weights=Weights(1, 0, 0, 0, 0)) == pytest.approx(0.4)


@pytest.mark.parametrize(("share", "weight"), [(0.0, 0.0), (0.25, 0.0), (0.4, 0.5), (0.55, 1.0), (1.0, 1.0)])
def test_keywords_count_where_most_articles_are_in_the_questions_language(share: float, weight: float) -> None:
    assert keyword_weight(share) == pytest.approx(weight)


def test_a_translation_does_not_crowd_out_what_stands_in_one_language_alone() -> None:
    own = {"refunds": 0.60, "receipts": 0.55}
    main = {"refunds": 0.40, "receipts": 0.35, "certificates": 0.50}
    scores = even_out(own, main)
    assert max(scores, key=scores.__getitem__) == "certificates"
    assert scores["refunds"] == pytest.approx(0.40), "0.20 nearer, as every article is in the reader's language"


def test_the_translation_that_is_nearer_than_others_gains() -> None:
    scores = even_out({"a": 0.7, "b": 0.5}, {"a": 0.4, "b": 0.4})
    assert scores["a"] > scores["b"]
    assert (scores["a"] + scores["b"]) / 2 == pytest.approx(0.4)


def test_without_a_translated_pair_scores_stay_as_they_are() -> None:
    assert even_out({"a": 0.6}, {"b": 0.5}) == {"a": pytest.approx(0.6), "b": pytest.approx(0.5)}
    assert even_out({}, {}) == {}
