"""What scores mean in one help center: how a question's own article scores there, how strangers do, who draws much.

Learned without labels when a version is published (ingestion.background); the signs of a search are read by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LEAST = 0.05
"""The least distance of own and stranger that is believed."""


@dataclass(frozen=True, slots=True)
class Space:
    """One way of searching: by the English model, or by the multilingual one alone."""

    own: float = 0.7
    """What a question scores whose article is there (the median)."""
    stranger: float = 0.5
    """What the best article scores when those that settle the question are not there (the mean)."""
    usual: float = 0.0
    """What an article draws that `draws` does not name."""
    draws: Mapping[str, float] = field(default_factory=dict)
    """By article id, its mean score over the sentences of others that come nearest to it."""

    def level(self, score: float) -> float:
        """Where a score stands: 0 like a stranger's, 1 like that of a question's own article."""
        return (score - self.stranger) / max(self.own - self.stranger, LEAST)

    def outstanding(self, article_id: str, score: float) -> float:
        """The score less half of what the article draws anyway."""
        return score - self.draws.get(article_id, self.usual) / 2


@dataclass(frozen=True, slots=True)
class Background:
    """Both spaces of an index version; the defaults serve a version that was published without."""

    english: Space = Space()
    shared: Space = Space()

    def of(self, language: str) -> Space:
        return self.english if language == "en" else self.shared


def background_row(background: Background) -> dict[str, Any]:
    return {
        name: {"own": space.own, "stranger": space.stranger, "usual": space.usual, "draws": dict(space.draws)}
        for name, space in (("english", background.english), ("shared", background.shared))
    }


def background_from(row: dict[str, Any]) -> Background:
    return Background(Space(**row["english"]), Space(**row["shared"]))
