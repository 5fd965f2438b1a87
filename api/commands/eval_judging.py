"""`firstline eval list`, `compare`, `baseline` and `gate`: what is done with runs once they are made."""

import json
from pathlib import Path
from typing import Annotated

import typer

from api.commands.options import DataOption, say, settings_for
from bot.errors import GateRefused

app = typer.Typer()
RunArgument = Annotated[str, typer.Argument(help="A run's id, or a file that 'eval run --json' wrote.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]


@app.command("list")
def list_runs(data: DataOption = None, as_json: JsonOption = False) -> None:
    """The runs that are kept, newest first."""
    from evals.report.runs import listed, listed_row
    from evals.store import stored

    for run in stored(settings_for(data).data):
        print(json.dumps(listed_row(run)) if as_json else listed(run))


@app.command()
def compare(
    a: RunArgument,
    b: RunArgument,
    data: DataOption = None,
    as_json: JsonOption = False,
    html: Annotated[Path | None, typer.Option("--html", help="Write it as one page here.")] = None,
) -> None:
    """What B does better and worse than A: paired differences with intervals, the cases won and lost by name."""
    from evals.compare import compare as put_side_by_side
    from evals.compare import comparison_row
    from evals.report.comparison_page import comparison_page
    from evals.report.comparison_table import print_comparison
    from evals.store import load

    folder = settings_for(data).data
    comparison = put_side_by_side(load(folder, a), load(folder, b))
    if as_json:
        print(json.dumps(comparison_row(comparison), indent=1))
    else:
        print_comparison(comparison)
    if html is not None:
        html.write_text(comparison_page(comparison), encoding="utf-8")
        say(f"written to {html}")


@app.command()
def baseline(
    run: RunArgument,
    to: Annotated[Path | None, typer.Option(help="Default: evals/baselines/<data set>.json.")] = None,
    data: DataOption = None,
) -> None:
    """Make a run the one that later runs are judged by."""
    from evals.baselines import FOLDER, baseline_of, write
    from evals.store import load

    made = load(settings_for(data).data, run)
    file = to or FOLDER / f"{made.dataset}.json"
    found = baseline_of(made)
    write(found, file)
    kept = f"{len(found.cases)} cases" if found.cases else "no case, since they are not ours"
    print(f"{file}: {len(found.figures)} figures and {kept}, of run {made.id}")


@app.command()
def gate(
    run: Annotated[str | None, typer.Option(help="A run's id or file. Default: the newest on this data set.")] = None,
    baseline: Annotated[Path | None, typer.Option(help="Default: the golden cases' baseline.")] = None,
    tolerances: Annotated[Path | None, typer.Option(help="Default: evals/baselines/tolerances.toml.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether a run may replace the baseline; if not, exit 3 with the reasons."""
    from evals import baselines
    from evals.gating import TOLERANCES, judge, read_tolerances, verdict_row
    from evals.report.verdict import passed
    from evals.store import load, newest

    folder = settings_for(data).data
    held = baselines.read(baseline or baselines.FOLDER / f"{baselines.GOLDEN}.json")
    judged = newest(folder, held.dataset) if run is None else load(folder, run)
    say(f"run {judged.id} against the baseline of {held.created_at[:10]} (run {held.run})")
    verdict = judge(judged, held, read_tolerances(tolerances or TOLERANCES))
    if as_json:
        print(json.dumps(verdict_row(verdict), indent=1))
    if not verdict.passed:
        listed = "\n".join(f"  {reason}" for reason in verdict.reasons)
        raise GateRefused(f"the gate says no to run {judged.id}:\n{listed}")
    if not as_json:
        print(passed(verdict, judged))
