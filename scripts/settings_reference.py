"""docs/reference/settings.md, made from the types that hold the settings, their docstrings and comments."""

import ast
import io
import json
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import inspect

from frontdesk import (
    settings,
    settings_groups,
    settings_journeys,
    settings_mail,
    settings_modules,
    settings_orchestration,
)
from frontdesk.domain import rules
from frontdesk.settings import Settings
from frontdesk.settings_file import PREFIX
from frontdesk.settings_table import SECRETS, accepted

MODULES = (
    settings,
    settings_groups,
    settings_journeys,
    settings_mail,
    settings_modules,
    settings_orchestration,
    rules,
)
SOURCES = tuple(Path(str(module.__file__)) for module in MODULES)

HEAD = """<!-- Made by `python -m scripts.reference` from settings.py and those beside it; do not edit. -->

# Settings

`frontdesk serve --config frontdesk.toml` reads a TOML file; each setting may also stand in the environment,
which wins: `FRONTDESK_SERVER__PORT=8080` is `port` of `[server]`, `FRONTDESK_SERVICES__SHOP__QUEUE=sales` is
`queue` of `[services.shop]`, and a list is written `a, b`. An unknown key is refused by its name, and a value
that does not fit with what would.

A secret may stand in a file of its own, whose path is given by a variable that ends in `_FILE`:

{secrets}

`frontdesk doctor --config frontdesk.toml` says whether the settings work here.
"""


def page() -> str:
    """The whole page, in Markdown. Errors: `KeyError` for a setting that its type does not explain."""
    notes = _notes()
    secrets = "\n".join(f"- `{PREFIX}{path.replace('.', '__').upper()}_FILE`" for path in SECRETS)
    return HEAD.format(secrets=secrets) + "".join(_section(Settings, "", notes))


def _section(kind: type[msgspec.Struct], path: str, notes: Mapping[str, str]) -> Iterator[str]:
    fields = msgspec.structs.fields(kind)
    rows = [f for f in fields if not _is_section(f.type)]
    if path:
        yield f"\n## `[{path}]`\n\n{notes[kind.__name__]}\n"
    if rows:
        yield "\n| key | default | takes | meaning |\n|---|---|---|---|\n"
    for field in rows:
        note = notes[f"{kind.__name__}.{field.name}"]
        yield f"| `{field.name}` | {_shown(field.default)} | {accepted(field.type)} | {note} |\n"
    for field in fields:
        inner = f"{path}.{field.name}" if path else field.name
        match inspect.type_info(field.type):
            case inspect.StructType() as info:
                yield from _section(info.cls, inner, notes)
            case inspect.DictType():
                note = notes.get(f"{kind.__name__}.{field.name}", "")
                yield from _table(get_args(field.type)[1], inner, note, notes)
            case _:
                pass


def _table(annotation: Any, path: str, note: str, notes: Mapping[str, str]) -> Iterator[str]:
    """Sections with names that operators choose; or keys that they choose, where there is nothing below."""
    match inspect.type_info(annotation):
        case inspect.StructType() as info:
            yield from _section(info.cls, f"{path}.NAME", notes)
        case inspect.DictType():
            yield from _table(get_args(annotation)[1], f"{path}.NAME", note, notes)
        case _:
            yield f"\n## `[{path}]`\n\n{note} Keys are names of yours, values {accepted(annotation)}.\n"


def _is_section(annotation: Any) -> bool:
    return isinstance(inspect.type_info(annotation), inspect.StructType | inspect.DictType)


def _shown(default: Any) -> str:
    if isinstance(default, tuple):
        return f"`{json.dumps(list(default))}`"
    return f"`{json.dumps(default, ensure_ascii=False)}`"


def _notes() -> dict[str, str]:
    """What the sources say of each class and each field, by `Class` and `Class.field`."""
    notes: dict[str, str] = {}
    for path in SOURCES:
        source = path.read_text("utf-8")
        comments = _comments(source)
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef):
                notes[node.name] = _first_paragraph(ast.get_docstring(node) or "")
                notes.update(_field_notes(node, comments))
    return notes


def _field_notes(node: ast.ClassDef, comments: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    """A field's docstring is the text below it; a comment on its line does as well."""
    for field, below in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            note = comments.get(field.lineno, "")
            match below:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    note = text
                case _:
                    pass
            if note:
                yield f"{node.name}.{field.target.id}", " ".join(note.split()).replace("|", "\\|")


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT}


def _first_paragraph(text: str) -> str:
    return text.partition("\n\n")[0].replace("\n", " ")
