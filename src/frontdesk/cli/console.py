"""The terminal: where output and errors go, and what other people's text may do there."""

import re

from rich.console import Console
from rich.text import Text

output = Console(highlight=False, markup=False, soft_wrap=True)
errors = Console(highlight=False, markup=False, soft_wrap=True, stderr=True)

# Control characters steer terminals; the others turn the direction of what follows.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """Text of other people, without what would steer the terminal."""
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def spoken(name: str, text: str, style: str = "") -> Text:
    """A line of a chat: who, and what."""
    return Text.assemble((harmless(name), f"bold {style}".strip()), ("  ", ""), harmless(text))


def aside(text: str) -> Text:
    """A line about a chat that nobody said."""
    return Text(harmless(text), style="dim italic")
