"""Ready means: a version is live, and a question it must know finds its article."""

from collections.abc import Callable

from bot.errors import FirstlineError
from bot.models import Audience
from bot.ports import Library
from bot.retrieval import Retrieval
from bot.shelf import Shelf


class Readiness:
    """Warms up for each index version, and asks it once for the title of one of its own articles."""

    def __init__(self, shelf: Shelf, retrieval: Retrieval, warm_up: Callable[[Library], None] = lambda _: None) -> None:
        self._shelf, self._retrieval, self._warm_up = shelf, retrieval, warm_up
        self._proven: int | None = None

    def problem(self) -> str | None:
        """None when ready, else the reason in one sentence."""
        try:
            with self._shelf.library() as library:
                if library.version != self._proven:
                    self._warm_up(library)
                    if not self._finds_its_own(library):
                        return f"index version {library.version} does not find an article by its own title"
                    self._proven = library.version
        except FirstlineError as error:
            return str(error)
        return None

    def _finds_its_own(self, library: Library) -> bool:
        for chunk in library.chunks:
            try:
                article = library.article(chunk.article_key)
            except KeyError:
                continue
            if Audience.LEARNER.reads(article.audience):
                text = article.title or chunk.text[:200]
                found = self._retrieval.search(library, text, article.locale, Audience.LEARNER)
                return article.id in found.article_ids[:10]
        return False
