"""docs/reference/cli.md, made from the command line itself."""

import sys
from unittest import mock

from frontdesk.cli.app import app

HEAD = """<!-- Made by `python -m scripts.reference` from frontdesk.cli; do not edit. -->

# The command line

Every command tells what it takes with `--help`. Errors are one line and say what to do; the exit code is 1
when something could not be done, 2 when the command was not understood, 130 after Ctrl-C.

"""


def page() -> str:
    """The whole page, in Markdown."""
    # A program started with `python -m` would leave its own name in every line of usage.
    with mock.patch.object(sys.modules["__main__"], "__spec__", None):
        text = app.generate_docs(output_format="markdown")
    _contents, commands, rest = text.partition("**Commands**:")
    return HEAD + (commands + rest).strip() + "\n"
