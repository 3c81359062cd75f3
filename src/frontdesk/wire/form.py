"""`application/x-www-form-urlencoded`: bytes to fields, and values to a body.

Nested values travel in bracket notation: `userData[a]=1`, `userData[a][b]=1`, `userData[list][]=1`.

What a field's text may hold: any Unicode text, line breaks and tabs. Other control characters (C0, DEL, C1)
mean nothing in a chat and harm terminals, logs and databases, so they are taken out of every name and value
here, where text comes in. What is not UTF-8, or not a percent escape, is refused: guessing would change
somebody's words.

Source:  URL Standard, "application/x-www-form-urlencoded"; chat-api-v2 §2.2 for the bracket notation.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote_plus

import msgspec

from frontdesk.errors import Refused

FIELDS_MAX = 10_100  # The most user-data keys that rules can allow, and room for the other fields.
NAME_CHARS_MAX = 1000
DEPTH_MAX = 8  # Levels of brackets after the field's own name.

Value = None | str | bool | int | float | Mapping[str, "Value"] | Sequence["Value"]

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ESCAPES = re.compile("(?:%[0-9A-Fa-f]{2})+")
_BROKEN_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
_ASCII = {f"%{code:{form}}": chr(code) for code in range(128) for form in ("02x", "02X")}


class Form(dict[str, str]):
    """The fields of a form by name; of fields with the same name the last one.

    Shape:   `nested` has the fields with brackets in their names, in the order they came.
    """

    __slots__ = ("nested",)

    def __init__(self) -> None:
        self.nested: list[tuple[str, str]] = []

    def add(self, name: str, value: str) -> None:
        """Take in one decoded field.

        Errors:  `Refused("bad_form")`: the name is too long.
        """
        if len(name) > NAME_CHARS_MAX:
            raise Refused("bad_form", f"a field's name is longer than {NAME_CHARS_MAX} characters")
        if "[" in name:
            self.nested.append((name, value))
        else:
            self[name] = value


def parse_form(body: bytes) -> Form:
    """The fields of a form body; an empty body is an empty form.

    Errors:  `Refused("bad_form")`: not UTF-8, a broken percent escape, too many fields, a name too long.
    """
    form = Form()
    if not body:
        return form
    text = decode_text(body)
    if text.count("&") >= FIELDS_MAX:
        raise Refused("bad_form", f"there are more than {FIELDS_MAX} fields")
    if "+" in text:
        text = text.replace("+", " ")
    if "%" in text or "[" in text or len(text) > NAME_CHARS_MAX:
        for piece in text.split("&"):
            if piece:
                name, _, value = piece.partition("=")
                form.add(unescape(name), unescape(value))
        return form
    for piece in text.split("&"):  # By far the most frequent form: nothing in it needs decoding.
        if piece:
            name, _, value = piece.partition("=")
            form[name] = value
    return form


def without_controls(text: str) -> str:
    """`text` without the characters that no text may hold."""
    return text if text.isprintable() else _CONTROLS.sub("", text)  # What is printable holds none of them.


def decode_text(raw: bytes) -> str:
    """UTF-8 as text without control characters.

    Errors:  `Refused("bad_form")`: it is not UTF-8.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Refused("bad_form", "the form is not UTF-8") from error
    return without_controls(text)


def unescape(text: str) -> str:
    """`text` with its percent escapes decoded, without control characters.

    Errors:  `Refused("bad_form")`: a broken escape, or escapes that are not UTF-8.
    """
    if "%" not in text:
        return text
    if _BROKEN_ESCAPE.search(text):
        raise Refused("bad_form", "a percent sign is not followed by two hexadecimal digits")
    try:
        plain = _ESCAPES.sub(_decoded_run, text)
    except UnicodeDecodeError as error:
        raise Refused("bad_form", "the form is not UTF-8") from error
    return without_controls(plain)


def _decoded_run(run: re.Match[str]) -> str:
    escapes = run[0]
    return _ASCII.get(escapes) or bytes.fromhex(escapes.replace("%", "")).decode()


def user_data(form: Form, name: str = "userData") -> dict[str, str]:
    """The nested values under `name`, flat.

    Shape:   `userData[a][b]` has the key `a.b`; the items of `userData[list][]` are one value, the JSON text
             of their array; quotes around a bracket's content are taken off. What is no path of brackets is
             left out.
    Errors:  `Refused("bad_form")`: brackets nested too deep.
    """
    opening = f"{name}["
    values: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    for field, value in form.nested:
        if not field.startswith(opening) or not field.endswith("]"):
            continue
        path = [_unquoted(step) for step in field[len(opening) : -1].split("][")]
        if len(path) > DEPTH_MAX:
            raise Refused("bad_form", f"a field is nested deeper than {DEPTH_MAX} levels")
        if path[-1]:
            values[".".join(path)] = value
        elif len(path) > 1:
            lists.setdefault(".".join(path[:-1]), []).append(value)
    for key, items in lists.items():
        values[key] = msgspec.json.encode(items).decode()
    return values


def _unquoted(step: str) -> str:
    if len(step) > 1 and step[0] == step[-1] and step[0] in "\"'":
        return step[1:-1]
    return step


def encode_form(values: Mapping[str, Value]) -> bytes:
    """A form body in the notation that `parse_form` and `user_data` read.

    Shape:   booleans become `true` and `false`, None an empty value, an empty object or list no field at all.
    """
    return "&".join(
        f"{quote_plus(name)}={quote_plus(text)}"
        for key, value in values.items()
        for name, text in fields_of(key, value)
    ).encode("ascii")


def fields_of(name: str, value: Value) -> Iterator[tuple[str, str]]:
    """The fields that carry `value` under `name`, with brackets where it is nested."""
    match value:
        case None:
            yield name, ""
        case str():
            yield name, value
        case bool():
            yield name, "true" if value else "false"
        case int() | float():
            yield name, str(value)
        case Mapping():
            for key, item in value.items():
                yield from fields_of(f"{name}[{key}]", item)
        case _:
            for place, item in enumerate(value):
                is_nested = isinstance(item, Mapping | Sequence) and not isinstance(item, str)
                yield from fields_of(f"{name}[{place if is_nested else ''}]", item)
