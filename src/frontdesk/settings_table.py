"""From tables of a file and texts of the environment to the types of the settings."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

import msgspec
from msgspec import inspect

from frontdesk.errors import Refused
from frontdesk.settings import Settings

SECRETS = (
    "server.api_key",
    "chat_v3.token_secrets",
    "database.url",
    "files.s3_access_key",
    "files.s3_secret_key",
    "orchestration.http.keys",
    "orchestration.http.debug_keys",
    "mail.smtp_password",
    "mail.imap_password",
    "mail.inbound_key",
    "orchestration.http.manage_keys",
    "orchestration.fetch.secrets.NAME.value",
    "journeys.server_keys",
    "journeys.admin_keys.NAME.key",
    "journeys.webhooks.secrets.NAME",
)


def is_secret(path: str) -> bool:
    """Whether a setting is one that nobody may read."""
    words = path.split(".")
    return any(
        len(words) == len(secret)
        and all(known in ("NAME", word) for known, word in zip(secret, words, strict=True))
        for secret in (secret.split(".") for secret in SECRETS)
    )


class Said(str):
    """A value out of the environment: text that may mean a number, a truth or a list."""

    __slots__ = ("variable",)
    variable: str

    def __new__(cls, value: str, variable: str) -> "Said":
        said = super().__new__(cls, value)
        said.variable = variable
        return said


def fill(annotation: Any, value: Any, path: str, mistakes: list[str]) -> Any:
    """`value` as its type wants it; None after noting in `mistakes` why not."""
    match kind := inspect.type_info(annotation):
        case inspect.StructType() if isinstance(value, dict):
            return _section(kind.cls, value, path, mistakes)
        case inspect.DictType() if isinstance(value, dict):
            each = get_args(annotation)[1]
            return {name: fill(each, inner, f"{path}.{name}", mistakes) for name, inner in value.items()}
        case inspect.StructType() | inspect.DictType():
            mistakes.append(f"{_name(path, value)}: is a section: write [{path}] and its keys below it")
            return None
    try:
        return msgspec.convert(_parsed(kind, value), annotation, strict=not isinstance(value, Said))
    except msgspec.ValidationError:
        shown = "the value" if is_secret(path) else repr(value)
        mistakes.append(f"{_name(path, value)}: {shown} does not fit; it must be {accepted(annotation)}")
        return None


def _section(kind: type[msgspec.Struct], table: Mapping[str, Any], path: str, mistakes: list[str]) -> Any:
    known = {field.name: field.type for field in msgspec.structs.fields(kind)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        inner = f"{path}.{key}" if path else key
        if key in known:
            values[key] = fill(known[key], value, inner, mistakes)
        else:
            advice = _advice(key, path, known)
            mistakes.append(f"{_name(inner, value)}: there is no such setting{advice}")
    try:
        return None if mistakes else kind(**values)
    except Refused as refused:
        mistakes.append(f"{path}: {refused.text}" if path else refused.text)
        return None


def _parsed(kind: inspect.Type, value: Any) -> Any:
    """A list, which the environment can only say as text: `a, b`."""
    if not isinstance(value, Said):
        return value
    if isinstance(kind, inspect.VarTupleType):
        return [part.strip() for part in value.split(",") if part.strip()]
    return str(value)


def _name(path: str, value: Any) -> str:
    return value.variable if isinstance(value, Said) else path


def _advice(key: str, path: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(key, known, n=1)
    if near:
        return f"; did you mean {f'{path}.' if path else ''}{near[0]}?"
    section = next((p.rpartition(".")[0] for p in every_setting() if p.rpartition(".")[2] == key), "")
    if section:
        return f" here; it belongs in [{section}]"
    return f"; here are: {', '.join(sorted(known))}"


def every_setting(annotation: Any = Settings, path: str = "") -> Iterator[str]:
    """The path of every setting; one of a service is told as `services.NAME.…`."""
    match kind := inspect.type_info(annotation):
        case inspect.StructType():
            for field in msgspec.structs.fields(kind.cls):
                yield from every_setting(field.type, f"{path}.{field.name}" if path else field.name)
        case inspect.DictType():
            yield from every_setting(get_args(annotation)[1], f"{path}.NAME")
        case _:
            yield path


def accepted(annotation: Any) -> str:
    """What values a setting takes, in words."""
    match inspect.type_info(annotation):
        case inspect.IntType(ge=None, le=None):
            return "a whole number"
        case inspect.IntType(ge=low, le=high):
            return f"a whole number from {low} to {high}"
        case inspect.BoolType():
            return "true or false"
        case inspect.VarTupleType():
            return "a list of texts"
        case inspect.LiteralType(values=values):
            return " or ".join(f"`{value}`" for value in values)
        case _:
            return "text"
