"""The `frontdesk` command: its subcommands, and how a failure is told."""

import os
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from frontdesk import __version__
from frontdesk.cli.console import errors
from frontdesk.errors import DeskError

FAILED = 1
MISUSED = 2
INTERRUPTED = 130  # As shells number it.

app = App(
    name="frontdesk",
    help="Self-hosted web chat: a server, agents, bots and visitors.",
    version=__version__,
    help_format="markdown",
)
# By their addresses, so that one command does not load what only another one needs.
app.command("frontdesk.cli.demo:demo", name="demo")
app.command("frontdesk.cli.serve:serve", name="serve")
app.command("frontdesk.cli.chat:chat", name="chat")
app.command("frontdesk.cli.agent:agent", name="agent")
app.command("frontdesk.cli.migrate:migrate", name="migrate")
app.command("frontdesk.cli.transfer:transfer", name="transfer")
app.command("frontdesk.cli.doctor:doctor", name="doctor")
app.command("frontdesk.cli.export:export", name="export")
app.command("frontdesk.cli.users:app", name="users")
app.command("frontdesk.cli.services:app", name="services")
app.command("frontdesk.cli.queues:app", name="queues")
app.command("frontdesk.cli.orchestration:app", name="orchestration")


def _load_what_is_listed(arguments: Sequence[str]) -> None:
    """Load the commands that help is about to list: only then it can say what each is for."""
    group, rest = app, list(arguments)
    while rest and not rest[0].startswith("-") and rest[0] in group:
        group = group[rest.pop(0)]
    if not rest or rest[0] in group.help_flags:
        for name in group:
            group[name]


def main() -> None:
    """Run the command that the arguments name, and leave with its exit code."""
    arguments = sys.argv[1:]
    _load_what_is_listed(arguments)
    try:
        code = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        errors.print(f"frontdesk: {error}")
        errors.print("frontdesk --help tells what there is.")
        sys.exit(MISUSED)
    except DeskError as error:
        errors.print(f"frontdesk: {error}")
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # Whoever read the output, as `head` does, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    sys.exit(code if isinstance(code, int) else 0)
