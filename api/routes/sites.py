"""What the widget needs to know of its site, and the help center's search."""

from typing import Annotated

from fastapi import APIRouter, Header, Query

from api.context import Address, Here
from api.origins import check_origin
from api.schemas import SearchResult, SearchResults, SiteOut, errors
from bot.citations import quote
from bot.language import base, detect
from bot.models import Audience

router = APIRouter(prefix="/v1", tags=["sites"])
MOST_RESULTS = 10


@router.get("/sites/{site}", responses=errors(403, 404, 422, 429))
def describe(
    site: str, here: Here, address: Address, locale: str = "en", origin: Annotated[str | None, Header()] = None
) -> SiteOut:
    """Name, languages and suggested questions of a site."""
    here.limiters.address.check(address, "requests")
    found = here.site(site)
    check_origin(found, origin)
    language = base(locale)
    if language not in found.locales:
        language = found.locales[0]
    return SiteOut(
        site=site,
        name=found.name,
        locales=list(found.locales),
        locale=language,
        suggestions=list(found.suggestions.get(language, ())),
    )


@router.get("/search", responses=errors(404, 422, 429, 503))
def search(
    here: Here,
    address: Address,
    q: Annotated[str, Query(min_length=1, max_length=300, description="What to look for")],
    locale: Annotated[str | None, Query(max_length=35)] = None,
    site: Annotated[str | None, Query(max_length=64)] = None,
) -> SearchResults:
    """Articles for learners, best first."""
    here.limiters.address.check(address, "requests")
    collections = here.site(site).collections if site else ()
    assistant = here.service.assistant
    with assistant.shelf.library() as library:
        language = detect(q, locale)
        found = assistant.retrieval.search(library, q, language, Audience.LEARNER, collections)
    return SearchResults(
        results=[
            SearchResult(
                article_id=passage.article.id,
                title=passage.article.title,
                url=passage.article.address,
                locale=passage.article.locale,
                snippet=quote(passage.chunk.text, found.term_weights),
            )
            for passage in found.passages[:MOST_RESULTS]
        ]
    )
