"""The `frontdesk` command: its subcommands, and how a failure is told."""

import os
import sys

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
app.command(
    "frontdesk.cli.demo:demo", name="demo", help="Try everything: a server with a shop, an agent and a bot."
)
app.command("frontdesk.cli.serve:serve", name="serve", help="Run the server.")
app.command("frontdesk.cli.chat:chat", name="chat", help="Chat as a visitor, in the terminal.")
app.command("frontdesk.cli.agent:agent", name="agent", help="Answer chats as an agent, in the terminal.")
app.command("frontdesk.cli.migrate:migrate", name="migrate", help="Bring the database's tables up to date.")
app.command(
    "frontdesk.cli.doctor:doctor", name="doctor", help="See whether the settings work here, and what to do."
)
app.command("frontdesk.cli.export:export", name="export", help="Write interactions out: JSON, text or HTML.")
app.command("frontdesk.cli.users:app", name="users", help="The accounts of agents, supervisors and bots.")
app.command("frontdesk.cli.services:app", name="services", help="The chat services of the settings.")


def main() -> None:
    """Run the command that the arguments name, and leave with its exit code."""
    try:
        code = app(exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        errors.print(f"frontdesk: {error}", markup=False)
        errors.print("frontdesk --help tells what there is.", markup=False)
        sys.exit(MISUSED)
    except DeskError as error:
        errors.print(f"frontdesk: {error}", markup=False)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # Whoever read the output, as `head` does, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    sys.exit(code if isinstance(code, int) else 0)
