"""`firstline index` and `firstline lint`: what the content team does with articles."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from api.commands.options import DataOption, progress_bar, say, settings_for
from bot.errors import BadInput
from evals.gating import Verdict
from ingestion.corpus import fingerprint, read_corpus
from ingestion.draft import Gate
from ingestion.publishing import Summary

app = typer.Typer()
Sources = Annotated[list[Path], typer.Argument(help="Folders of Markdown, or corpus.jsonl files: the whole corpus.")]


@app.command()
def index(
    sources: Sources,
    data: DataOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; publish nothing.")] = False,
    skip_invalid: Annotated[
        bool, typer.Option("--skip-invalid", help="Leave broken articles out until they are mended.")
    ] = False,
    allow_removals: Annotated[
        bool, typer.Option("--allow-removals", help="Publish even if over 20 % of the articles go.")
    ] = False,
    allow_audience: Annotated[
        list[str] | None, typer.Option(help="Id of an article that may be opened to more readers than before.")
    ] = None,
    gate: Annotated[
        bool, typer.Option("--gate", help="Ask QA's cases first; refuse a worse version (exit 3).")
    ] = False,
    full_gate: Annotated[
        bool, typer.Option("--full-gate", help="The same with every case, not a small part and those of what changes.")
    ] = False,
    baseline: Annotated[Path | None, typer.Option(help="For the gate. Default: that of the golden cases.")] = None,
    cases: Annotated[
        list[Path] | None, typer.Option(help="For the gate: case files. Default: the golden ones.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Publish articles as a new index version. Unchanged articles cost nothing; a running server takes it over."""
    from api import wiring
    from api.gate import make_gate
    from evals.quality_gate import read_measure
    from evals.report.verdict import gate_line
    from evals.store import forget
    from ingestion.lint import LintGate
    from ingestion.pruning import prune

    def said(verdict: Verdict) -> None:
        say(gate_line(verdict))

    settings = settings_for(data)
    measure = read_measure(baseline, cases) if gate or full_gate else None
    digest = fingerprint(sources)
    storage = wiring.open_storage(settings)
    publisher = wiring.make_publisher(settings, storage.publications, wiring.lazy_embedder(settings))
    if summary := publisher.unchanged(digest):
        _show(summary, dry_run, as_json)
        return
    corpus = replace(read_corpus(sources), fingerprint=digest)
    with progress_bar("embedding") as progress, progress_bar("asking") as asking:
        gates: list[Gate] = []
        if measure:
            quality = make_gate(settings, storage, measure, full=full_gate, progress=asking, passed=said)
            gates = [LintGate([source for source in sources if source.is_dir()]), quality]
        summary = publisher.publish(
            corpus,
            gates=gates,
            dry_run=dry_run,
            skip_invalid=skip_invalid,
            allow_removals=allow_removals,
            allow_audience=allow_audience or (),
            progress=progress,
        )
    for problem in corpus.problems:
        say(f"left out: {problem}")
    if summary.published:
        prune(settings.data, storage.publications, settings.keep_versions)
        forget(settings.data, {key.partition("/")[2] for key in storage.publications.tombstones()})
    _show(summary, dry_run, as_json)


def _show(summary: Summary, dry_run: bool, as_json: bool) -> None:
    print(json.dumps(summary_row(summary)) if as_json else summary_line(summary, dry_run))


def summary_row(summary: Summary) -> dict[str, object]:
    changes = summary.changes
    return {
        "added": len(changes.added),
        "changed": len(changes.changed),
        "removed": len(changes.removed),
        "unchanged": len(changes.unchanged),
        "skipped": summary.skipped,
        "embeddings": summary.embeddings,
        "version": summary.version,
        "published": summary.published,
    }


def summary_line(summary: Summary, dry_run: bool) -> str:
    counts = summary_row(summary)
    parts = [f"{counts[name]} {name}" for name in ("added", "changed", "removed", "unchanged")]
    if summary.skipped:
        parts.append(f"{summary.skipped} skipped")
    if summary.restored:
        parts.append(f"restored after an earlier deletion: {', '.join(summary.restored)}")
    parts.append(f"{summary.embeddings} embeddings computed")
    live = "nothing is live yet" if summary.version is None else f"version {summary.version}"
    if dry_run:
        return f"{', '.join(parts)}; dry run, nothing was published ({live})"
    return f"{', '.join(parts)}; {live}{'' if summary.published else ' stays, nothing changed'}"


@app.command()
def lint(folder: Annotated[Path, typer.Argument(help="Folder of Markdown articles.")]) -> None:
    """Find what is wrong with articles: form, links, translations, and quantities that facts.yaml does not know."""
    from ingestion.lint import lint as find_problems

    if not folder.is_dir():
        raise BadInput(f"{folder}: no such folder")
    problems = find_problems(folder)
    for problem in problems:
        print(problem)
    if problems:
        raise BadInput(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} found; see the list above")
    print(f"{folder}: no problems")
