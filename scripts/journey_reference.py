"""The reference of the journey API, from its description."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from frontdesk.domain.journey.defining import TYPES
from frontdesk.edges import openapi_journeys, openapi_trackers
from frontdesk.edges.journey_admin import PERMISSIONS
from frontdesk.edges.journey_answers import BASE, RESOURCES
from frontdesk.edges.journey_lists import PAGE_SIZE, PAGE_SIZE_MAX
from frontdesk.edges.openapi_journeys import FAULTS
from frontdesk.edges.openapi_parts import REF

HEAD = """# The journey API

<!-- Made from edges/openapi_journeys.py and openapi_trackers.py by `python -m scripts.reference`. -->

How to begin is told in [Offer a chat](../how-to/offer-a-chat.md); a running server has the whole description,
in OpenAPI, at `/api/`.

## For who manages journeys

With a key (`Authorization: Bearer …`) that has the permission, or the sign-in of a supervisor.

What is defined is listed with `GET` and made with `POST` at its address; one of it is read with `GET`,
changed with `PATCH` and removed with `DELETE` at the address with its id. The permission ends in `view`,
`add`, `edit` or `delete`. Predictors are not changed; templates and targets stay on record unless
`hardDelete=true` is asked for.

| address | of | permission |
|---|---|---|
{kinds}

Lists take `pageNumber` from 1 on and `pageSize` ({size}, at most {most}); `sortBy` with fields by comma, `-`
before one for descending; `queryFields` and `queryValue` to look for a part of a text; `filterField` and
`filterValue`. A change names the `version` that it is meant for.

| call | what it does | permission |
|---|---|---|
{managed}

Errors are `{{"code", "message", "field"}}`: `code` is stable, `message` says what to do, `field` where.

| status | |
|---|---|
{faults}

## For trackers

Without a key: pages of the deployment's origins.

| call | what it does |
|---|---|
{tracked}

## What is sent

Members with a default may be left out. The server gives ids, versions, dates and addresses itself.
"""
OWN = ("id", "version", "createdDate", "modifiedDate", "selfUri")
PERMISSION = re.compile(r"`(.*)`")


def page() -> str:
    """The whole page, as it is committed."""
    head = HEAD.format(
        kinds="\n".join(_kinds()),
        size=PAGE_SIZE,
        most=PAGE_SIZE_MAX,
        managed="\n".join(_managed()),
        tracked="\n".join(_tracked()),
        faults="\n".join(f"| {status} | {text} |" for status, text in FAULTS.items()),
    )
    _, schemas = msgspec.json.schema_components(openapi_journeys.TYPES, ref_template=REF)
    return head + "".join(_section(name, schemas[name]) for name in sorted(schemas))


def _kinds() -> Iterator[str]:
    for kind, resource in RESOURCES.items():
        name = TYPES[kind].__name__
        yield f"| `{BASE}/{resource}` | [{name}](#{name.lower()}) | `{PERMISSIONS[kind]}` |"


def _managed() -> Iterator[str]:
    of_kinds = {f"{BASE}/{resource}{one}" for resource in RESOURCES.values() for one in ("", "/{id}")}
    for path, item in openapi_journeys.paths().items():
        if path in of_kinds:
            continue
        for method, call in item.items():
            found = PERMISSION.search(call["description"])
            assert found is not None
            yield f"| `{method.upper()} {path}` | {call['summary']} | `{found[1]}` |"


def _tracked() -> Iterator[str]:
    for path, item in openapi_trackers.paths().items():
        for method, call in item.items():
            yield f"| `{method.upper()} {path}` | {call['summary']} |"


def _section(name: str, schema: Mapping[str, Any]) -> str:
    about = " ".join(schema.get("description", "").split())
    if "enum" in schema:
        values = ", ".join(f"`{value}`" for value in schema["enum"])
        return f"\n### {name}\n\n{about}\n\n{values}\n"
    needed = schema.get("required", ())
    rows = [
        f"| `{member}` | {_kind(of)} | {'needed' if member in needed else _default(of)} |"
        for member, of in schema.get("properties", {}).items()
        if member not in OWN
    ]
    table = "\n".join(("| member | of | default |", "|---|---|---|", *rows))
    return f"\n### {name}\n\n{about}\n\n{table}\n" if about else f"\n### {name}\n\n{table}\n"


def _kind(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"] if one != {"type": "null"})
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    bounds = [schema.get("minimum"), schema.get("maximum")]
    text = str(schema.get("type", "anything"))
    if bounds != [None, None]:
        low, high = ("" if bound is None else str(bound) for bound in bounds)
        return f"{text}, {low} to {high}" if high else f"{text} from {low} on"
    if "maxLength" in schema:
        return f"{text} of {schema['maxLength']} characters at most"
    return text


def _default(schema: Mapping[str, Any]) -> str:
    default = schema.get("default")
    return "" if default is None else f"`{msgspec.json.encode(default).decode()}`"
