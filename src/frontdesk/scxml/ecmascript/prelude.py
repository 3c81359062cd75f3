"""The script that makes a context ours, out of the parts beside this file.

Compiling it is most of what a context costs, so every context begins with as little as will do, and is given
the other parts as texts: each is compiled when something first needs it, which in most sessions is never.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from frontdesk.scxml.enums import MEDIA_TYPES, TABLES

PARTS = ("measure", "world", "values")
PLATFORM = ("ors",)
LAST = ("engine",)
LATER = ("clock", "lists", "rare", "graph", "dom", "source")
PLATFORM_LATER = ("genesys", "user_data", "media", "routing", "calendar")

NO_BRACKET = "0,"  # The engine reads what is in brackets twice: it may be the head of an arrow function.


@cache
def prelude(*, is_asking: bool) -> str:
    """What every context begins with: a function of the parts for later, `later`, that gives the engine.

    Shape:   `is_asking` adds what documents find that use the platform.
    """
    parts = (*PARTS, *(PLATFORM if is_asking else ()), *LAST)
    added = "\n".join(f"add({_source(part)})" for part in parts)
    return f"""{NO_BRACKET}function (...texts) {{
let kit = {{ later: {{}} }}
for (let at = 0; at < texts.length; at += 2) kit.later[texts[at]] = texts[at + 1]
function add(part) {{
kit = part(kit) ?? kit
}}
{added}
return kit
}}"""


@cache
def later(*, is_asking: bool) -> tuple[str, ...]:
    """The other parts: each by its name, and then its text."""
    texts = {name: NO_BRACKET + _source(name) for name in (*LATER, *(PLATFORM_LATER if is_asking else ()))}
    if is_asking:
        tables: dict[str, Any] = {"media": json.dumps(MEDIA_TYPES)}
        for part, of_part in TABLES.items():
            tables[part] = {name: json.dumps(table) for name, table in of_part.items()}
        texts["tables"] = json.dumps(tables)
    return tuple(text for pair in texts.items() for text in pair)


def _source(part: str) -> str:
    """A part, a function, without brackets and what is for people; no text in it goes over several lines."""
    written = (files(__package__) / f"{part}.js").read_text(encoding="utf-8")
    lines = (line.strip() for line in written.splitlines())
    bare = "\n".join(line for line in lines if line and not line.startswith("//"))
    return bare.removeprefix("(").removesuffix(")")
