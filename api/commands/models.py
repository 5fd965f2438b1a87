"""`firstline models`: the models' files, checked and prepared once."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.options import say, settings_for

app = typer.Typer(no_args_is_help=True)


@app.command()
def prepare() -> None:
    """Check every model file by its sha256, make the fast form, learn the intent file. Needs no network."""
    from api import wiring

    settings = settings_for(None)
    say("models: checking the files and making the fast form")
    encoders = wiring.make_encoders(settings)
    say("models: learning the intent file")
    wiring.make_intents(settings, encoders)
    print(f"models are ready in {settings.models}")


@app.command()
def export(
    source: Annotated[str, typer.Argument(help="A sentence-transformers model: a local folder or a hub name.")],
    target: Annotated[Path, typer.Argument(help="Folder to write.")],
) -> None:
    """Make the fast form of another embedding model, for the setting embedder = onnx:TARGET. Needs the extra."""
    from bot.adapters.onnx_export import export as write

    card, nearness = write(source, target)
    print(f"{target}: {card.name}, {card.dimensions} dimensions, cosine to the source at least {nearness:.3f}")
    say(f"use it with FIRSTLINE_EMBEDDER=onnx:{target}, and publish again with 'firstline index'")


@app.command("list")
def list_models() -> None:
    """The model files that Firstline uses, with their package and licence."""
    from bot.adapters.model_files import ALL

    for file in ALL:
        print(f"{file.package}/{file.path}  sha256 {file.sha256}  {file.licence}")
