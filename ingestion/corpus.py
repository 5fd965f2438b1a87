"""What `firstline index` was given, read: articles that can be published, and problems named by file and line."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.errors import BadInput
from bot.models import Article
from ingestion.sources import Broken, jsonl, markdown_folder

FORMAT = "1"
"""Changes whenever the same sources would be read differently."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one article cannot be published."""

    place: str
    """File and line, as `courses/refunds.md:3`."""
    sentence: str
    id: str = ""
    """Which article it is; empty where that cannot be told."""
    locale: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"

    def concerns(self, key: str) -> bool:
        """Whether the article `<locale>/<id>` is this broken one; without a locale, each translation may be."""
        locale, _, article_id = key.partition("/")
        return article_id == self.id and self.locale in ("", locale)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything the sources hold. Article keys are unique; problems are in the order of reading."""

    articles: tuple[Article, ...]
    problems: tuple[Problem, ...] = ()
    fingerprint: str = ""
    """What `fingerprint` gave for the sources; empty where nobody asked."""


def fingerprint(sources: Iterable[Path]) -> str:
    """A digest of everything that `read_corpus` would read; cheap, since nothing is parsed."""
    digest = hashlib.sha256(FORMAT.encode())
    for source in sources:
        files = markdown_folder.files(source) if source.is_dir() else [source]
        for file in files:
            name = str(file.relative_to(source)) if source.is_dir() else file.name
            content = file.read_bytes() if file.is_file() else b""
            digest.update(f"{len(name)}:{name}:{len(content)}:".encode())
            digest.update(content)
    return digest.hexdigest()


def read_corpus(sources: Iterable[Path]) -> Corpus:
    """Read folders of Markdown and `.jsonl` files; raises BadInput where a source itself cannot be used."""
    articles: dict[str, tuple[Article, str]] = {}
    problems: list[Problem] = []
    for source in sources:
        for place, read in _entries(source):
            if isinstance(read, Broken):
                problems.append(Problem(place, read.sentence, read.id, read.locale))
            elif earlier := articles.get(read.key):
                problems.append(Problem(place, f"the id '{read.id}' ({read.locale}) is already used in {earlier[1]}"))
            else:
                articles[read.key] = (read, place)
    return Corpus(tuple(article for article, _ in articles.values()), tuple(problems))


def _entries(source: Path) -> Iterable[tuple[str, Article | Broken]]:
    if source.is_dir():
        return markdown_folder.read(source)
    if not source.is_file():
        raise BadInput(f"{source}: no such file or folder; give a folder of Markdown files or a corpus.jsonl")
    if source.suffix != ".jsonl":
        raise BadInput(f"{source}: not a folder and not a .jsonl file; give one of the two")
    return jsonl.read(source)
