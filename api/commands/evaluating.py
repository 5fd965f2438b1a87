"""`firstline eval`: QA's measurements, and what is learned from data sets."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.options import say, settings_for

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
    from api import wiring
    from bot.language import SPOKEN
    from evals.cases import golden_cases, questions_of
    from evals.dataset import read_dataset
    from evals.training.prior import observe, outside_questions, train

    workbench = wiring.make_workbench(settings_for(None))
    strangers = outside_questions(outside)
    sets = []
    read = [read_dataset(folder) for folder in datasets]
    if golden:
        read += [questions_of(golden_cases(language), f"golden-{language}", Path("kb_articles")) for language in SPOKEN]
    for dataset in read:
        say(f"asking {dataset.name} …")
        sets.append(observe(dataset, strangers, workbench))
    prior, lines = train(sets)
    print("\n".join(lines))
    if write is not None:
        write.write_text(json.dumps(prior, indent=1) + "\n", encoding="utf-8")
        print(f"written to {write}")


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
