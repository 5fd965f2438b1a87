"""The `firstline` command: results on standard output, everything else on standard error.

Exit codes: 0 done, 2 bad input (one plain sentence), 3 a gate said no, 1 anything else.
"""

import os
import sys

# Before NumPy is imported, which reads it once: with more threads than cores a question's tail is ruined.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import typer

from api.commands import (
    agents,
    articles,
    asking,
    benching,
    calibrating,
    conversations,
    delivery,
    eval_answers,
    eval_cases,
    eval_conversation,
    eval_judging,
    eval_run,
    evaluating,
    mail,
    models,
    outbox,
    serving,
    settings,
    versions,
)
from bot.errors import FirstlineError

app = typer.Typer(
    name="firstline",
    help="First-line support that knows when it does not know.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
own = (serving, delivery, articles, asking, calibrating, conversations, settings)
for commands in (module.app for module in own):
    app.registered_commands += commands.registered_commands
for commands in (
    eval_run.app,
    eval_cases.app,
    eval_conversation.app,
    eval_judging.app,
    eval_answers.app,
    benching.app,
):
    evaluating.app.registered_commands += commands.registered_commands
app.add_typer(versions.app, name="versions", help="List, roll back to and prune index versions.")
app.add_typer(evaluating.app, name="eval", help="QA's measurements.")
app.add_typer(models.app, name="models", help="The models' files.")
app.add_typer(delivery.desk_app, name="desk", help="The desks that tickets are delivered to.")
app.add_typer(mail.app, name="mail", help="The mailboxes that answers are read from.")
app.add_typer(outbox.app, name="outbox", help="Deliveries to desks: look, try again, drop.")
app.add_typer(agents.app, name="agents", help="The people who work on tickets.")


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        code = app(standalone_mode=False)
    except FirstlineError as error:
        _say(str(error))
        sys.exit(error.exit_code)
    except typer.TyperException as error:
        _say(error.format_message())
        sys.exit(2)
    except (typer.Abort, KeyboardInterrupt):
        _say("stopped")
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    sys.exit(code or 0)


def _say(sentence: str) -> None:
    """The help text, which is what a bare `firstline` says, stands for itself."""
    print(sentence if sentence.startswith("Usage: ") else f"firstline: {sentence}", file=sys.stderr)


if __name__ == "__main__":
    main()
