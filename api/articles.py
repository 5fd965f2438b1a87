"""An article as HTML that holds nothing but what its Markdown says: no raw HTML, no image, no script address."""

from collections.abc import Callable
from html import escape

from markdown_it import MarkdownIt
from markupsafe import Markup

from bot.composing import with_links
from bot.models import Article

_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def article_html(article: Article, address_of: Callable[[str], str | None]) -> str:
    """Headings start at level 2; links between articles lead to their pages."""
    parts: list[str] = []
    for section in article.sections:
        if section.headings:
            level = min(6, 1 + len(section.headings))
            parts.append(f"<h{level}>{escape(section.headings[-1])}</h{level}>")
        for block in section.blocks:
            parts.append(_PARSER.render(with_links(block.markdown, address_of)))
    return "\n".join(parts)


def message_html(markdown: str) -> Markup:
    """A bot's message as it is shown to agents."""
    return Markup(_PARSER.render(markdown))  # noqa: S704 - rendered by a parser that passes no HTML
