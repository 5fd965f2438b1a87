"""`firstline agents`: accounts of the people who work on tickets."""

import sys
from typing import Annotated, Literal

import typer

from api.commands.options import DataOption, settings_for
from bot.errors import BadInput

app = typer.Typer(no_args_is_help=True)
Login = Annotated[str, typer.Argument(help="Name or e-mail by which the agent signs in.")]


@app.command()
def add(
    login: Login,
    role: Literal["agent", "lead"] = "agent",
    name: Annotated[str | None, typer.Option(help="What learners read as the agent's name in the chat.")] = None,
    data: DataOption = None,
) -> None:
    """Add an agent; the password is asked for, or read from standard input."""
    from api import wiring

    agent = wiring.open_storage(settings_for(data)).agents.create(login, role, _password(), name=name)
    print(f"{agent.login} can sign in at /desk")


@app.command()
def password(login: Login, data: DataOption = None) -> None:
    """Set a new password; it signs the agent out everywhere."""
    from api import wiring

    wiring.open_storage(settings_for(data)).agents.set_password(login, _password())
    print(f"{login} has a new password")


@app.command()
def name(
    login: Login,
    name: Annotated[str, typer.Argument(help="What learners read in the chat; empty: somebody from the team.")],
    data: DataOption = None,
) -> None:
    """Set the name that learners know the agent by."""
    from api import wiring

    wiring.open_storage(settings_for(data)).agents.set_name(login, name)
    print(f"learners know {login} as {name.strip() or 'somebody from the team'}")


@app.command()
def remove(login: Login, data: DataOption = None) -> None:
    """Remove an agent's account; the chats that the agent is in go back to the assistant."""
    from api import wiring

    settings = settings_for(data)
    storage = wiring.open_storage(settings)
    wiring.make_takeover(settings, storage).release_all_of(login.strip().casefold(), "firstline")
    storage.agents.remove(login)
    print(f"{login} is removed")


@app.command()
def link(login: Login, base: str = "http://127.0.0.1:8000", data: DataOption = None) -> None:
    """Print a link that signs this agent in once, within ten minutes."""
    from api import wiring

    agents = wiring.open_storage(settings_for(data)).agents
    if agents.get(login) is None:
        raise BadInput(f"there is no agent '{login}'; add one with 'firstline agents add {login}'")
    print(f"{base}/desk/login?token={agents.login_link(login)}")


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\n")
