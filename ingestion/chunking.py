"""Articles into chunks: by heading, sized by the embedder's own tokenizer, the title path included, never truncated."""

import hashlib
import re
from collections.abc import Callable, Iterator

from langchain_text_splitters import RecursiveCharacterTextSplitter

from bot.models import Article, Chunk, View, title_path

TARGET_TOKENS = 180
"""Where a chunk stops growing: about 120 English words with the title path. Measured best over several corpora."""
SEPARATORS = ["\n\n", "\n", ". ", "。", "! ", "? ", "! ", "? ", "; ", ";", ", ", ",", " ", ""]


def chunks_of(article: Article, count_tokens: Callable[[str], int], limit: int) -> list[Chunk]:
    """Chunks of at most `limit` tokens each, title path included, in the order of the article."""
    chunks: list[Chunk] = []
    for number, section in enumerate(article.sections):
        path = title_path(article, number)
        fitting = _fitting(path, count_tokens, limit // 2)
        room = max(32, min(TARGET_TOKENS, limit - 8) - count_tokens(fitting))
        texts = [block.text for block in section.blocks]
        for text in _packed(texts, count_tokens, room):
            chunk_id = _id(article, number, text)
            chunks.append(Chunk(chunk_id, article.key, number, text, path=None if fitting == path else fitting))
    return chunks


def names_of(article: Article, count_tokens: Callable[[str], int], limit: int) -> list[Chunk]:
    """What the article is called: title and keywords together, and where there are keywords each alone."""
    if not article.title:
        return []
    label = f"{article.title}. {', '.join(article.keywords)}" if article.keywords else article.title
    names: list[tuple[View, str]] = [("label", label)]
    if article.keywords:
        names += [("name", name) for name in dict.fromkeys((article.title, *article.keywords))]
    return [
        Chunk(_id(article, -1, f"{view}:{text}"), article.key, 0, _fitting(text, count_tokens, limit), view=view)
        for view, text in names
        if text.strip()
    ]


def _fitting(path: str, count_tokens: Callable[[str], int], limit: int) -> str:
    """The beginning of a title path that leaves room for the text."""
    while count_tokens(path) > limit:
        path = path[: len(path) * 3 // 4].rstrip()
    return path


def _id(article: Article, section: int, text: str) -> str:
    return hashlib.sha256(f"{article.key}\0{section}\0{text}".encode()).hexdigest()[:24]


def _packed(texts: list[str], count_tokens: Callable[[str], int], room: int) -> Iterator[str]:
    """Join neighbouring blocks while they fit; split one that does not fit alone."""
    pending = ""
    for piece in (piece for text in texts for piece in _split(text, count_tokens, room)):
        joined = f"{pending}\n\n{piece}" if pending else piece
        if pending and count_tokens(joined) > room:
            yield pending
            pending = piece
        else:
            pending = joined
    if pending:
        yield pending


def _split(text: str, count_tokens: Callable[[str], int], room: int) -> list[str]:
    if count_tokens(text) <= room:
        return [text]
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=room,
        chunk_overlap=0,
        length_function=count_tokens,
        separators=SEPARATORS,
        keep_separator="end",
        strip_whitespace=True,
    )
    return [part for part in splitter.split_text(text) if re.search(r"\w", part)]
