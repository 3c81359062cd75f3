"""What descriptions of HTTP interfaces are put together from.

Source:  the OpenAPI Specification 3.1.
"""

import inspect
from typing import Any

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
BYTES = "application/octet-stream"
REF = "#/components/schemas/{name}"


def form(fields: type) -> dict[str, Any]:
    schema = {"schema": ref(fields.__name__)}
    return {"content": {FORM: schema, MULTIPART: schema}}


def file_form() -> dict[str, Any]:
    file = {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
        "required": ["file"],
    }
    return {"content": {MULTIPART: {"schema": file}}}


def answer(text: str, schema: str) -> dict[str, Any]:
    return {"description": text, "content": {JSON: {"schema": ref(schema)}}}


def ref(name: str) -> dict[str, str]:
    return {"$ref": REF.format(name=name)}


def in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def first_line(thing: object) -> str:
    return (inspect.getdoc(thing) or "").partition("\n")[0]


def words(operation: str) -> str:
    return "".join(f" {c.lower()}" if c.isupper() else c for c in operation).capitalize() + "."
