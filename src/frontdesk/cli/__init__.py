"""The command line, one file a command: thin, for people at a terminal.

What a command does is done by the server's parts or by the SDK; what went wrong is told in one line."""

from frontdesk.cli.app import main

__all__ = ["main"]
