"""The script that makes a context ours, out of the parts beside this file."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from frontdesk.scxml.enums import MEDIA_TYPES, TABLES

PARTS = ("measure", "world", "values")
PLATFORM = ("ors",)
LAST = ("engine",)
LATER = ("graph", "dom", "source")  # Compiled when something first needs them; most sessions never do.
PLATFORM_LATER = ("genesys", "calendar")


@cache
def prelude(*, is_asking: bool) -> str:
    """What every context begins with, and so is made small.

    Shape:   `is_asking` adds what documents find that use the platform.
    """
    parts = (*PARTS, *(PLATFORM if is_asking else ()), *LAST)
    later = {name: _source(name) for name in (*LATER, *(PLATFORM_LATER if is_asking else ()))}
    tables: dict[str, Any] = {"media": json.dumps(MEDIA_TYPES)}
    for part, of_part in TABLES.items():
        tables[part] = {name: json.dumps(table) for name, table in of_part.items()}
    kit = json.dumps({"later": later, "tables": tables if is_asking else {}})
    return f"[{','.join(map(_source, parts))}].reduce((kit, part) => part(kit) ?? kit, {kit})"


def _source(part: str) -> str:
    """A part without what is for people; no text in it goes over several lines."""
    written = (files(__package__) / f"{part}.js").read_text(encoding="utf-8")
    lines = (line.strip() for line in written.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
