"""`firstline eval conversation`: follow-ups, changes of topic, questions back, two questions in one."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.options import say, settings_for
from bot.errors import BadInput

app = typer.Typer()


@app.command()
def conversation(
    dataset: Annotated[
        Path | None, typer.Option(help="A folder with corpus.jsonl, qrels.tsv and queries.jsonl whose rows have turns.")
    ] = None,
    golden: Annotated[bool, typer.Option("--golden", help="Ask the golden cases inside conversations too.")] = False,
    split: Annotated[str, typer.Option(help="Of the golden cases: tune or held_out.")] = "tune",
    articles: Annotated[Path, typer.Option(help="The articles that the golden cases are asked of.")] = Path(
        "kb_articles"
    ),
) -> None:
    """What becomes of messages that are understood only by those before them."""
    from api import wiring
    from evals.asking import chosen, of_cases
    from evals.bench import conversation as report
    from evals.cases import golden_cases
    from evals.dataset import read_dataset
    from evals.running import ask_all

    if dataset is None and not golden:
        raise BadInput("name a --dataset, or --golden for QA's cases, or both")
    workbench = wiring.make_workbench(settings_for(None))
    if dataset is not None:
        questions = read_dataset(dataset)
        say(f"asking {questions.name} …")
        with workbench(questions.corpus) as assistant:
            for line in report.of_dataset(assistant, questions):
                print(line)
    if golden:
        asked = [each for each in chosen(of_cases(golden_cases()), split=split) if report.concerns(each.row)]
        if not asked:
            raise BadInput(f"no golden case is in the split '{split}'; use tune or held_out")
        say(f"asking {len(asked)} golden cases …")
        with workbench(articles) as assistant:
            for line in report.of_cases(ask_all(assistant, asked)):
                print(line)
