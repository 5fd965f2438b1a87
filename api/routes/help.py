"""The articles as pages, for whoever follows a citation."""

from collections.abc import Iterable

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from api.articles import article_html
from api.context import Here
from api.pages import WITH_SCRIPTS, page
from api.problems import Problem
from bot.language import base
from bot.models import Article, Audience

router = APIRouter(include_in_schema=False)


@router.get("/help", response_class=HTMLResponse)
def index(here: Here, locale: str = "en") -> HTMLResponse:
    """All articles for learners, by collection."""
    language = base(locale)
    with here.service.assistant.shelf.library() as library:
        articles = [article for article in library.articles if _readable(article) and base(article.locale) == language]
    return page("help.html", policy=WITH_SCRIPTS, language=language, collections=_by_collection(articles))


@router.get("/help/{locale}/{article_id}", response_class=HTMLResponse)
def read(locale: str, article_id: str, here: Here) -> HTMLResponse:
    """One article; one that is not for learners does not exist here."""
    with here.service.assistant.shelf.library() as library:
        versions = {article.locale: article for article in library.translations(article_id) if _readable(article)}
        article = versions.get(locale)
        if article is None:
            raise Problem(404, "there is no such article")

        def address_of(target: str) -> str | None:
            found = [other for other in library.translations(target) if _readable(other)]
            found.sort(key=lambda other: (other.locale != locale, other.locale != "en"))
            return found[0].address if found else None

        body = Markup(article_html(article, address_of))  # noqa: S704 - rendered by a parser that passes no HTML
    others = [other for other in versions.values() if other.locale != locale]
    return page("article.html", policy=WITH_SCRIPTS, article=article, body=body, others=others, language=base(locale))


def _readable(article: Article) -> bool:
    return Audience.LEARNER.reads(article.audience)


def _by_collection(articles: Iterable[Article]) -> dict[str, list[Article]]:
    collections: dict[str, list[Article]] = {}
    for article in articles:
        collections.setdefault(article.collection, []).append(article)
    return dict(sorted(collections.items()))
