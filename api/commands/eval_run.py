"""`firstline eval run`: ask every case or every question of a data set, and report."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.options import DataOption, progress_bar, say, settings_for
from bot.errors import BadInput

if TYPE_CHECKING:
    from bot.settings import Settings
    from evals.asking import Asked
    from evals.judging import Judge

app = typer.Typer()
FileOption = Path | None
JUDGE_KEY = "EVAL_JUDGE_KEY"
"""Environment variable with the key of the judge's server, where it wants one."""


@app.command()
def run(
    dataset: Annotated[
        Path | None, typer.Option(help="A folder with corpus.jsonl, queries.jsonl and qrels.tsv. Default: QA's cases.")
    ] = None,
    articles: Annotated[Path, typer.Option(help="The articles that QA's cases are asked of.")] = Path("kb_articles"),
    cases: Annotated[list[Path] | None, typer.Option(help="Case files. Default: the golden cases.")] = None,
    split: Annotated[str | None, typer.Option(help="Only this split: tune or held_out.")] = None,
    language: Annotated[str | None, typer.Option(help="Only questions in this language.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind, as answerable or injection.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A small part of everything, in seconds.")] = False,
    as_json: Annotated[FileOption, typer.Option("--json", help="Write the run and its figures here.")] = None,
    html: Annotated[FileOption, typer.Option("--html", help="Write the report as one page here.")] = None,
    junit: Annotated[FileOption, typer.Option("--junit", help="Write the cases as JUnit XML here.")] = None,
    pictures: Annotated[FileOption, typer.Option(help="Write two plots (SVG) into this folder.")] = None,
    with_ragas: Annotated[bool, typer.Option("--ragas", help="Add ragas' metrics that need no model.")] = False,
    judge_url: Annotated[str, typer.Option(help="An OpenAI-compatible server whose model judges answers.")] = "",
    judge_model: Annotated[str, typer.Option(help="The judge's name on that server.")] = "",
    judge_cases: Annotated[int, typer.Option(min=2, help="How many answers are judged.")] = 20,
    data: DataOption = None,
) -> None:
    """Ask all questions of an index of their own and print the figures; the run is kept under DATA/evals."""
    from api import wiring
    from evals.configuration import git_revision, models_of, settings_of
    from evals.judging import judge_run
    from evals.ragas_metrics import load, without_a_model
    from evals.report.files import write_html, write_json, write_junit, write_pictures
    from evals.report.sheet import sheet_of
    from evals.report.table import print_sheet
    from evals.running import run as ask
    from evals.store import save

    settings = settings_for(data)
    judge = _judge(judge_url, judge_model, settings)
    if judge or with_ragas:
        load()
    name, corpus, asked = _questions(dataset, articles, cases, split, language, kind, quick)
    workbench = wiring.make_workbench(settings, remember=settings.data / "evals" / "vectors")
    with workbench(corpus) as assistant:
        with progress_bar("asking") as progress:
            found = ask(
                assistant,
                name,
                asked,
                settings=settings_of(settings, assistant, corpus),
                models=models_of(settings, assistant),
                git_revision=git_revision(),
                progress=progress,
                passages=judge is not None,
            )
        save(settings.data, found)
        sheet, embedder = sheet_of(found), assistant.retrieval.embedder
        if with_ragas:
            sheet = replace(sheet, ragas=without_a_model(found.results, embedder))
        if judge is not None:
            say(f"{judge.model} is judging {judge_cases} answers …")
            sheet = replace(sheet, judgement=judge_run(found.results, judge, embedder, judge_cases))
    for file, write in ((as_json, write_json), (html, write_html), (junit, write_junit), (pictures, write_pictures)):
        if file is not None:
            write(file, sheet)
            say(f"written to {file}")
    print_sheet(sheet)


def _questions(
    dataset: Path | None,
    articles: Path,
    cases: list[Path] | None,
    split: str | None,
    language: str | None,
    kind: str | None,
    quick: bool,
) -> "tuple[str, Path, list[Asked]]":
    """The data set's name, its corpus and what is to be asked."""
    from evals.asking import chosen, of_cases, of_dataset
    from evals.asking import quick as few
    from evals.cases import golden_cases, read_cases
    from evals.dataset import problems_of, read_dataset

    if dataset is not None:
        read = read_dataset(dataset)
        for problem in problems_of(dataset)[:5]:
            say(problem)
        name, corpus, asked = read.name, read.corpus, of_dataset(read)
    else:
        if not articles.is_dir():
            raise BadInput(f"{articles}: no such folder of articles; name one with --articles")
        name = "+".join(file.stem for file in cases) if cases else "golden"
        corpus, asked = articles, of_cases(read_cases(cases) if cases else golden_cases())
    asked = chosen(asked, split=split, language=language, kind=kind)
    if not asked:
        raise BadInput("no question is left to ask; name another split, language or kind")
    return name, corpus, few(asked) if quick else asked


def _judge(url: str, model: str, settings: "Settings") -> "Judge | None":
    from evals.judging import Judge, judge_apart

    if not url and not model:
        return None
    if not url or not model:
        raise BadInput("a judge needs both --judge-url and --judge-model")
    judge = Judge(url, model, os.environ.get(JUDGE_KEY, "none"))
    judge_apart(judge, settings.generator_model)
    return judge
