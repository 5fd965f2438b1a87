"""Publishing: from a corpus to a live index version, whole or not at all."""

import json
import shutil
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bot.adapters.chroma import write_vectors
from bot.adapters.snapshot import BACKGROUND, Snapshot, write_rows
from bot.background import background_row
from bot.errors import BadInput, GateRefused, Refused
from bot.models import Article
from bot.ports import Embedder
from bot.retrieval import Retrieval
from bot.serial import article_row, chunk_row
from ingestion.background import learn
from ingestion.corpus import Corpus
from ingestion.draft import (
    Changes,
    Draft,
    Gate,
    Previous,
    Progress,
    compare,
    embed,
    no_progress,
    rows_by_audience,
)
from ingestion.ports import Publications, VersionRecord
from ingestion.pruning import version_folder

REMOVAL_LIMIT = 0.2
"""The largest share of the live articles that a publish removes without being told twice."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a publish did, or with `dry_run` would do."""

    changes: Changes
    skipped: int
    restored: tuple[str, ...]
    embeddings: int
    version: int | None
    """The version that is live now; None where there is none yet."""
    published: bool


@dataclass(frozen=True, slots=True)
class Publisher:
    """Publishes into `folder/versions/<N>`; the register says which one is live."""

    folder: Path
    publications: Publications
    embedder: Embedder

    def unchanged(self, digest: str) -> Summary | None:
        """What there is to say when the live version was made from sources with this fingerprint by this embedder,
        and nothing of it was deleted since; else None. It parses nothing and loads no model."""
        live = self.publications.live()
        folder = self._folder_of(live)
        manifest = _manifest_of(folder) if folder is not None else {}
        if not digest or (manifest.get("fingerprint"), manifest.get("embedder")) != (digest, self.embedder.name):
            return None
        if self.publications.tombstones() & set(manifest["keys"]):
            return None
        return Summary(Changes((), (), (), tuple(manifest["keys"])), 0, (), 0, live, published=False)

    def publish(
        self,
        corpus: Corpus,
        *,
        gates: Sequence[Gate] = (),
        dry_run: bool = False,
        skip_invalid: bool = False,
        allow_removals: bool = False,
        allow_audience: Collection[str] = (),
        progress: Progress = no_progress,
    ) -> Summary:
        """Make the corpus live. Unchanged: nothing happens. Raises BadInput, Refused, GateRefused or Busy, and then
        the version that was live still is."""
        refuse_problems(corpus, skip_invalid)
        with self.publications.publishing():
            live = self.publications.live()
            tombstones = self.publications.tombstones()
            folder = self._folder_of(live)
            previous = Previous(folder, tombstones)
            changes = compare(previous.articles, corpus.articles)
            refuse_wiping(corpus, changes, len(previous.articles), allow_removals)
            refuse_opening(previous.articles, corpus.articles, allow_audience)
            restored = tuple(sorted(tombstones & {a.key for a in corpus.articles}))
            manifest = _manifest_of(folder) if folder is not None else {}
            same_model = not manifest or manifest["embedder"] == self.embedder.name
            deleted, left_out = parted(corpus, {*changes.removed, *manifest.get("left_out", ())})
            if dry_run or not (changes.any or previous.buried or deleted or not same_model):
                return Summary(changes, len(corpus.problems), restored, 0, live, published=False)
            kept = previous if same_model else Previous(None)
            draft, computed = self._build(corpus, kept, changes, left_out, progress)
            try:
                refuse_by_gates(gates, draft)
                self._go_live(draft, deleted)
            except BaseException:
                if self.publications.live() != draft.version:
                    shutil.rmtree(draft.folder, ignore_errors=True)
                raise
            return Summary(changes, len(corpus.problems), restored, computed, draft.version, published=True)

    def _folder_of(self, live: int | None) -> Path | None:
        """The live version's folder; None where it is gone, and everything has to be made anew."""
        folder = None if live is None else version_folder(self.folder, live)
        return folder if folder is not None and (folder / "manifest.json").is_file() else None

    def _build(
        self, corpus: Corpus, previous: Previous, changes: Changes, left_out: Collection[str], progress: Progress
    ) -> tuple[Draft, int]:
        """Write a complete version under a name of its own; the last step, a rename, gives it its place."""
        version = self.publications.reserve()
        folder = version_folder(self.folder, version)
        unfinished = folder.with_name(f"{version}.unfinished")
        for leftover in unfinished.parent.glob("*.unfinished"):
            shutil.rmtree(leftover)
        unfinished.mkdir(parents=True)
        chunks, vectors, computed = embed(corpus.articles, self.embedder, previous.vectors(), progress)
        write_rows(unfinished / "articles.jsonl", (article_row(article) for article in corpus.articles))
        write_rows(unfinished / "chunks.jsonl", (chunk_row(chunk) for chunk in chunks))
        np.save(unfinished / "vectors.npy", vectors)
        write_vectors(unfinished / "chroma", rows_by_audience(corpus.articles, chunks), vectors)
        manifest = {
            "version": version,
            "embedder": self.embedder.name,
            "dimensions": self.embedder.dimensions,
            "articles": len(corpus.articles),
            "keys": [article.key for article in corpus.articles],
            "left_out": sorted(left_out),
            "fingerprint": "" if corpus.problems else corpus.fingerprint,
            "chunks": len(chunks),
            "created_at": datetime.now(UTC).isoformat(),
        }
        (unfinished / "manifest.json").write_text(json.dumps(manifest, indent=1))
        with closing(Snapshot(unfinished)) as library:
            background = learn(library, Retrieval(self.embedder))
        (unfinished / BACKGROUND).write_text(json.dumps(background_row(background)), encoding="utf-8")
        unfinished.rename(folder)
        return Draft(version, folder, corpus.articles, tuple(chunks), changes), computed

    def _go_live(self, draft: Draft, deleted: frozenset[str]) -> None:
        """Move the pointer, and bury what was deleted."""
        record = VersionRecord(
            draft.version, datetime.now(UTC), len(draft.articles), len(draft.chunks), self.embedder.name, live=True
        )
        self.publications.go_live(record, deleted, frozenset(article.key for article in draft.articles))


def _manifest_of(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def parted(corpus: Corpus, gone: Collection[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Of the article keys that were known and are not in the corpus: the deleted ones, and those that are only broken.
    A broken one that nobody can name counts as deleted, the safe side: publishing it again restores it."""
    absent = frozenset(gone) - {article.key for article in corpus.articles}
    broken = frozenset(key for key in absent if any(problem.concerns(key) for problem in corpus.problems))
    return absent - broken, broken


def refuse_problems(corpus: Corpus, skip_invalid: bool) -> None:
    if corpus.problems and not skip_invalid:
        listed = "\n".join(f"  {problem}" for problem in corpus.problems[:20])
        more = f"\n  … and {len(corpus.problems) - 20} more" if len(corpus.problems) > 20 else ""
        count = f"{len(corpus.problems)} article{'s' if len(corpus.problems) > 1 else ''}"
        raise BadInput(
            f"{count} cannot be published; mend them or pass --skip-invalid to leave them out:\n{listed}{more}"
        )


def refuse_wiping(corpus: Corpus, changes: Changes, live_articles: int, allowed: bool) -> None:
    """The sources are the whole corpus; an empty or much smaller one is more likely a mistake than a wish."""
    if allowed:
        return
    if not corpus.articles:
        raise Refused("the sources hold no article that can be published; check the path, or pass --allow-removals")
    if live_articles and len(changes.removed) / live_articles > REMOVAL_LIMIT:
        raise Refused(
            f"this would remove {len(changes.removed)} of {live_articles} articles, more than "
            f"{REMOVAL_LIMIT:.0%}; pass --allow-removals if that is what you want"
        )


def refuse_opening(before: Mapping[str, Article], after: Sequence[Article], allowed: Collection[str]) -> None:
    """An internal article that learners could suddenly read is more likely a slip of the front matter than a wish."""
    opened = [
        f"'{article.id}' was for {before[article.key].audience} and would become readable by {article.audience}"
        for article in after
        if article.id not in allowed
        and article.key in before
        and not article.audience.reads(before[article.key].audience)
    ]
    if opened:
        raise Refused(f"{'; '.join(opened)}; pass --allow-audience ID for each that is meant")


def refuse_by_gates(gates: Sequence[Gate], draft: Draft) -> None:
    reasons = [reason for gate in gates for reason in gate.check(draft)]
    if reasons:
        raise GateRefused("a gate refused the new version:\n" + "\n".join(f"  {reason}" for reason in reasons))
