"""`firstline eval lint` and `eval cases-from-conversations`: the cases that QA measures by."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from api.commands.options import DataOption, existing, say, settings_for
from bot.errors import BadInput
from evals.conversations import Only

app = typer.Typer()


@app.command()
def lint(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Case files, or folders of data sets. Default: the golden cases.")
    ] = None,
    articles: Annotated[Path, typer.Option(help="The articles that the cases speak of.")] = Path("kb_articles"),
) -> None:
    """Find what is wrong with case files: labels that articles contradict, duplicates, texts in both splits."""
    from evals.cases import GOLDEN
    from evals.dataset import problems_of
    from evals.lint import lint as find_problems
    from ingestion.corpus import read_corpus

    checked = files or sorted(GOLDEN.glob("*.jsonl"))
    cases = [file for file in checked if not file.is_dir()]
    problems = [problem for folder in checked if folder.is_dir() for problem in problems_of(folder)]
    if cases:
        named = {case.resolve() for case in cases}
        beside = [file for file in sorted(GOLDEN.glob("*.jsonl")) if file.resolve() not in named]
        ours = articles == Path("kb_articles")
        problems += map(str, find_problems(cases, read_corpus([articles]).articles, beside if ours else ()))
    for problem in problems:
        print(problem)
    if problems:
        raise BadInput(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} found; see the list above")
    counts = ((len(cases), "case file"), (len(checked) - len(cases), "data set"))
    print(", ".join(f"{n} {name}{'s' if n > 1 else ''}" for n, name in counts if n) + ": no problems")


@app.command("cases-from-conversations")
def cases_from_conversations(
    data: DataOption = None,
    days: Annotated[int, typer.Option(min=1, max=3660, help="How many days back.")] = 30,
    only: Annotated[Only, typer.Option(help="Which of the bot's replies are of interest.")] = "all",
    limit: Annotated[int, typer.Option(min=1, help="Most rows.")] = 1000,
) -> None:
    """Print stored conversations as case rows without labels; personal data that is recognised is taken out."""
    from itertools import islice

    from api import wiring
    from evals.conversations import case_rows

    now = datetime.now(UTC)
    with wiring.open_storage(existing(settings_for(data))).store.read() as work:
        started = work.conversations.started_between(now - timedelta(days=days), now)
        rows = list(islice(case_rows((work.messages.of(each.id) for each in started), only), limit))
    for row in rows:
        print(json.dumps(row, ensure_ascii=False))
    say(f"{len(rows)} rows; names are not recognised: read each one before it goes into a file, then label it")
