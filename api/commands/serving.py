"""`firstline serve`, and `firstline models` that it needs first."""

import typer

app = typer.Typer()
