"""`firstline eval words`, `grounding`, `redaction` and `injections`: what an answer says, and what it must not say."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.options import DataOption, progress_bar, settings_for
from ingestion.corpus import Corpus, read_corpus

if TYPE_CHECKING:
    from evals.figures import Figure

app = typer.Typer()
TWINS = {"benign twins": ("injection_benign",), "ordinary questions": ("answerable", "benign_twin")}
"""Kinds of golden cases that must be left alone, by the name of their figure."""
ArticlesOption = Annotated[Path, typer.Option(help="A folder of articles.")]


@app.command()
def words(
    dataset: Annotated[
        Path | None, typer.Option(help="A folder with corpus.jsonl, queries.jsonl and qrels.tsv. Default: QA's cases.")
    ] = None,
    articles: ArticlesOption = Path("kb_articles"),
    split: Annotated[str | None, typer.Option(help="Only this split: tune or held_out.")] = None,
    language: Annotated[str | None, typer.Option(help="Only questions in this language.")] = None,
    data: DataOption = None,
) -> None:
    """What is shown of an article, beside its first words and its best chunk: key facts, or likeness to an expert."""
    from api import wiring
    from evals.asking import chosen, of_cases, of_dataset
    from evals.cases import golden_cases
    from evals.composers import lines, show_all
    from evals.dataset import read_dataset

    settings = settings_for(data)
    read = read_dataset(dataset) if dataset else None
    asked = chosen(of_dataset(read) if read else of_cases(golden_cases()), split=split, language=language)
    workbench = wiring.make_workbench(settings, remember=settings.data / "evals" / "vectors")
    with workbench(read.corpus if read else articles) as assistant, progress_bar("asking") as progress:
        print("\n".join(lines(show_all(assistant, asked, progress))))


@app.command()
def grounding(
    articles: ArticlesOption = Path("kb_articles"),
    vectors: Annotated[bool, typer.Option(help="Also ask how near the vectors are, as answering does.")] = True,
) -> None:
    """The check of generated sentences, on sentences made true and false from every second article."""
    from api import wiring
    from api.models import make_nearness
    from evals.counterfactuals import made_from
    from evals.grounding import by_kind, detection, kept

    read = read_corpus([articles]).articles
    measured = sorted({article.id for article in read})[1::2]  # the others were looked at when the limits were chosen
    made = made_from([article for article in read if article.id in measured])
    nearness = make_nearness(wiring.make_encoders(settings_for(None)).embedder) if vectors else None
    passed = kept(made, nearness)
    _print({f"let through: {kind}, {language}": each for (kind, language), each in by_kind(made, passed).items()})
    _print(detection(made, passed))


@app.command()
def redaction(file: Annotated[Path, typer.Argument(help="JSON lines with text and spans.")]) -> None:
    """What is taken out of a text before it leaves for a language model, by kind of personal data."""
    from evals.redaction import read_spans
    from evals.redaction import redaction as measure

    _print(measure(read_spans(file)))


@app.command()
def injections(
    folder: Annotated[Path, typer.Argument(help="A folder with prompts.jsonl (text, label).")],
    articles: ArticlesOption = Path("kb_articles"),
    questions: Annotated[int, typer.Option(min=1, help="How many questions are asked of planted articles.")] = 150,
    data: DataOption = None,
) -> None:
    """Injections alone, beside a question and planted in articles; ordinary messages that look like one."""
    from api import wiring
    from evals.cases import golden_cases
    from evals.injections import (
        false_alarms,
        from_an_article,
        from_the_learner,
        kept_in,
        plant,
        read_injections,
    )

    workbench = wiring.make_workbench(settings_for(data))
    found = read_injections(folder)
    cases = [case for case in golden_cases() if not case.question.turns]
    plain = [case.question for case in cases if case.kind == "answerable"]
    plain = plain[:: max(1, len(plain) // questions)][:questions]
    corpus = read_corpus([articles])
    with workbench(corpus) as assistant, progress_bar("asking") as progress:
        _print(from_the_learner(assistant, found, [each.text for each in plain], progress))
        asked = [
            *(each.text for each in found),
            *(case.question.text for case in cases if case.kind == "internal_only"),
        ]
        _print({"nothing internal given away": kept_in(assistant, asked)})
        clean = [assistant.answer(question) for question in plain]
    with workbench(Corpus(tuple(plant(corpus.articles, found)))) as assistant:
        _print(from_an_article(clean, [assistant.answer(question) for question in plain], found))
        for name, kinds in TWINS.items():
            texts = (case.question.text for case in cases if case.kind in kinds)
            _print({f"false alarms, {name}": false_alarms(assistant, texts)})


def _print(figures: "dict[str, Figure | None]") -> None:
    """One line a figure, with its interval and n."""
    for name, each in figures.items():
        if each is not None:
            print(f"{name:70s} {each.value:.3f} [{each.low:.3f} … {each.high:.3f}] n={each.n}")
