"""Articles and chunks as JSON lines, the form in which an index version keeps them."""

from dataclasses import asdict
from typing import Any

from bot.models import Article, Audience, Block, Chunk, Section


def article_row(article: Article) -> dict[str, Any]:
    return asdict(article)


def article_from(row: dict[str, Any]) -> Article:
    sections = tuple(
        Section(tuple(section["headings"]), tuple(Block(**block) for block in section["blocks"]))
        for section in row["sections"]
    )
    kept = {**row, "audience": Audience(row["audience"]), "keywords": tuple(row["keywords"]), "sections": sections}
    return Article(**kept)


def chunk_row(chunk: Chunk) -> dict[str, Any]:
    return asdict(chunk)


def chunk_from(row: dict[str, Any]) -> Chunk:
    return Chunk(**row)
