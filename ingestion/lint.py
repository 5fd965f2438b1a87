"""`firstline lint`: what is wrong with a folder of articles, before anybody publishes it."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.models import Article, Audience
from ingestion.corpus import Problem, read_corpus
from ingestion.draft import Draft
from ingestion.facts import read_facts
from ingestion.sources import markdown_folder

_LINK = re.compile(r"\[[^\]]+\]\(<?([^)\s>]+)>?(?:\s+[\"'][^)]*[\"'])?\)")
SAME_IN_TRANSLATION = ("collection", "audience", "facts")


def lint(folder: Path, only: Collection[str] | None = None) -> list[Problem]:
    """Unreadable articles, dead links, links to what the reader may not see, facts that are not so, translations
    that differ from their original. `only`: of the articles with these keys."""
    corpus = read_corpus([folder])
    facts = read_facts(folder / "facts.yaml") if (folder / "facts.yaml").is_file() else None
    readers = {article.id: article.audience for article in corpus.articles}
    heads = _heads(folder)
    problems = list(corpus.problems)
    for article in corpus.articles:
        if only is not None and article.key not in only:
            continue
        file, head, body = heads[article.key]
        sentences = [*_links(article, body, readers), *_translation(article, head, heads)]
        if facts is not None:
            sentences += facts.problems(head, body)
        problems += [Problem(str(file), sentence) for sentence in sentences]
    return problems


@dataclass(frozen=True, slots=True)
class LintGate:
    """An `ingestion.draft.Gate`: what is new or changed since the live version must pass the linter. The first version
    of a help center is published as it is."""

    folders: Sequence[Path]

    def check(self, draft: Draft) -> Sequence[str]:
        changes = draft.changes
        if not (changes.changed or changes.removed or changes.unchanged):
            return []
        touched = {*changes.added, *changes.changed}
        problems = [problem for folder in self.folders for problem in lint(folder, touched)]
        lines = [f"    {problem}" for problem in problems]
        return ["\n".join(("'firstline lint' finds in what is new or changed:", *lines))] if lines else []


Head = tuple[Path, dict[str, Any], str]


def _heads(folder: Path) -> dict[str, Head]:
    """File, front matter and body of every readable article, by article key."""
    heads: dict[str, Head] = {}
    for file in markdown_folder.files(folder):
        try:
            block, body = markdown_folder.split(markdown_folder.text_of(file))
        except markdown_folder.Wrong:
            continue
        if isinstance(fields := _loaded(block), dict):
            heads.setdefault(f"{fields.get('locale')}/{fields.get('id')}", (file, fields, body))
    return heads


def _loaded(text: str) -> object:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _links(article: Article, body: str, readers: dict[str, Audience]) -> Iterator[str]:
    for target in _LINK.findall(body):
        if re.match(r"https?://", target):
            continue
        if target not in readers:
            yield f"links to '{target}', which is no article"
        elif not article.audience.reads(readers[target]):
            yield f"links to '{target}', which its readers may not see"


def _translation(article: Article, head: dict[str, Any], heads: dict[str, Head]) -> Iterator[str]:
    if article.locale == "en":
        return
    original = heads.get(f"en/{article.id}")
    if original is None:
        yield "is a translation without an English original"
        return
    for name in SAME_IN_TRANSLATION:
        if _comparable(head.get(name)) != _comparable(original[1].get(name)):
            yield f"has another '{name}' than its English original"


def _comparable(value: object) -> object:
    return frozenset(value) if isinstance(value, list) else value
