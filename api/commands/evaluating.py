"""`firstline eval`: QA's measurements, and what is learned from data sets."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.options import say, settings_for
from bot.errors import BadInput

if TYPE_CHECKING:
    from evals.training.observing import Observed

if TYPE_CHECKING:
    from evals.dataset import Dataset

app = typer.Typer(no_args_is_help=True)


@app.command("train-prior")
def train_prior(
    datasets: Annotated[list[Path], typer.Argument(help="Folders with corpus.jsonl, queries.jsonl and qrels.tsv.")],
    outside: Annotated[Path, typer.Option(help="JSON lines of questions from elsewhere (text, intent oos).")],
    golden: Annotated[bool, typer.Option("--golden", help="Add the golden cases' tune split.")] = False,
    write: Annotated[Path | None, typer.Option(help="Where to write the coefficients.")] = None,
) -> None:
    """Train the calibrator that ships with Firstline, each figure measured on a data set it did not see."""
    from evals.training.prior import left_out, train, without_background
    from evals.training.report import report

    parts = _observed(datasets, outside, golden)
    judged = left_out(parts)
    print("\n".join(report(judged, left_out(without_background(parts)))))
    if write is not None:
        write.write_text(json.dumps(train(parts, judged), indent=1) + "\n", encoding="utf-8")
        print(f"written to {write}")


@app.command("train-map")
def train_map(
    corpora: Annotated[list[Path], typer.Argument(help="Folders of Markdown, or corpus.jsonl files, in English.")],
    write: Annotated[Path | None, typer.Option(help="Where to write the map.")] = None,
) -> None:
    """Learn how questions in other languages are looked up by the English model, from English text alone."""
    from bot.adapters.default_embedder import DefaultEmbedder
    from evals.training.mapping import fit, pairs_of, report

    settings = settings_for(None)
    embedder = DefaultEmbedder(settings.models, settings.threads)
    pairs = []
    for corpus in corpora:
        say(f"embedding {corpus} …")
        pairs.append(pairs_of(corpus, embedder))
    print("\n".join(report(pairs)))
    if write is not None:
        fit(pairs).save(write)
        print(f"written to {write}")


@app.command()
def promise(
    datasets: Annotated[list[Path], typer.Argument(help="Folders with corpus.jsonl, queries.jsonl and qrels.tsv.")],
    golden: Annotated[bool, typer.Option("--golden", help="Add the golden cases' tune split.")] = False,
) -> None:
    """Over 100 random splits: what each way of choosing a line promises, and how often it held."""
    from evals.promise import promises
    from evals.training.prior import left_out

    judged = left_out(_observed(datasets, None, golden))
    if not judged:
        raise BadInput("confidence is tried on a corpus that it did not learn from; name two data sets or more")
    print("\n".join(promises(judged)))


def _observed(datasets: list[Path], outside: Path | None, golden: bool) -> "list[Observed]":
    """Every data set published and asked; the vectors are kept for the next time."""
    from api import wiring
    from bot.language import SPOKEN
    from evals.cases import golden_cases, questions_of
    from evals.dataset import read_dataset
    from evals.training.observing import observe, outside_questions

    settings = settings_for(None)
    workbench = wiring.make_workbench(settings, remember=settings.data / "evals" / "vectors")
    strangers = outside_questions(outside) if outside else []
    read = [read_dataset(folder) for folder in datasets]
    if golden:
        read += [questions_of(golden_cases(language), f"golden-{language}", Path("kb_articles")) for language in SPOKEN]
    parts = []
    for dataset in read:
        say(f"asking {dataset.name} …")
        parts += observe(dataset, strangers, workbench)
    return parts


@app.command()
def speed(
    corpus: Annotated[Path, typer.Option(help="What to publish for it.")] = Path("kb_articles"),
) -> None:
    """Time questions in process against the raw embedding, in the same run."""
    from api import wiring
    from bot.adapters.minilm import MiniLM
    from evals.bench.speed import measure
    from evals.cases import golden_cases

    settings = settings_for(None)
    texts = [case.question.text for case in golden_cases("en") if case.kind == "answerable"][:100]
    minilm = MiniLM(settings.models, settings.threads)
    with wiring.make_workbench(settings)(corpus) as assistant:
        found = measure(assistant, texts, lambda text: minilm.embed([text]))
    print("\n".join(found.lines()))


@app.command()
def retrieval(
    datasets: Annotated[
        list[Path] | None, typer.Argument(help="Folders of corpus.jsonl, queries.jsonl, qrels.tsv.")
    ] = None,
    golden: Annotated[
        bool, typer.Option("--golden", help="Add the golden cases' tune split, in every language.")
    ] = False,
    ablation: Annotated[bool, typer.Option("--ablation", help="What each part of the search is worth.")] = False,
) -> None:
    """The right article in front (hit@1, 3, 5), beside keywords alone and the dense view alone."""
    from api import wiring
    from bot.errors import BadInput
    from evals.bench.retrieval import compare
    from evals.dataset import read_dataset

    read = [read_dataset(folder) for folder in datasets or []] + (_golden() if golden else [])
    if not read:
        raise BadInput("nothing to search; name folders of data sets, or use --golden")
    settings = settings_for(None)
    workbench = wiring.make_workbench(settings, settings.data / "evals" / "vectors")
    looked = []
    for dataset in read:
        say(f"asking {dataset.name} …")
        with workbench(dataset.corpus) as assistant:
            if ablation:
                from evals.bench.ablation import look

                looked.append(look(assistant, dataset.questions, dataset.name))
            else:
                print("\n".join(compare(assistant, dataset.questions, dataset.name).lines()))
    if looked:
        from evals.bench.ablation import table

        print("\n".join(table(looked)))


def _golden() -> "list[Dataset]":
    """The golden questions of each language over all articles, and the others' over the English articles alone."""
    from bot.language import SPOKEN
    from evals.cases import golden_cases, questions_of

    kb = Path("kb_articles")
    places = [("golden", kb, SPOKEN), ("english", kb / "en", SPOKEN[1:])]
    return [
        questions_of(golden_cases(language), f"{name}-{language}", corpus)
        for name, corpus, languages in places
        for language in languages
    ]


@app.command("intents")
def intents_command(
    dataset: Annotated[
        list[Path] | None,
        typer.Option(help="JSON lines with 'text' (and 'intent'), or a folder with queries.jsonl; may be repeated."),
    ] = None,
) -> None:
    """Who is handed to a person at once: recall by topic and false alarms over the golden cases, with intervals."""
    from api import wiring
    from evals.bench.intents import case_lines, message_lines
    from evals.cases import golden_cases
    from evals.dataset import read_messages

    settings = settings_for(None)
    further = [(file.stem if file.is_file() else file.name, read_messages(file)) for file in dataset or ()]
    intents = wiring.make_intents(settings, wiring.make_encoders(settings))
    print("\n".join(case_lines(intents, golden_cases())))
    for name, messages in further:
        print("\n".join(message_lines(intents, name, messages)))
