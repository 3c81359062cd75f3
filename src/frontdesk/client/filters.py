"""Which messages are not for the visitor's eyes: text that matches a filter of the page."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

INVALID = (
    "Missing or invalid filters provided. "
    "Please provide a regular expression or an array of regular expressions."
)
CO_BROWSE_TOKEN = re.compile(r"\{start:[0-9]{9}\}")

_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}


class Filter(Struct, frozen=True):
    """A regular expression in the form in which it is kept.

    Shape:   `flags` are letters of `i`, `m` and `s`; the others of a browser have no meaning here.
    """

    source: str
    flags: str = ""

    def matches(self, text: str) -> bool:
        """Whether `text` has such a part anywhere."""
        flags = re.NOFLAG
        for letter in self.flags:
            flags |= _FLAGS[letter]
        return re.search(self.source, text, flags) is not None


def read_filters(value: object) -> list[Filter] | None:
    """The filters that `value` means; `None` when there is none, or one of them is no regular expression.

    Shape:   a compiled pattern, `{"source", "flags"}`, or a list of such.
    """
    many = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    filters = [_read(one) for one in many]
    known = [one for one in filters if one is not None]
    return known if known and len(known) == len(filters) else None


def merged(filters: Iterable[Filter], more: Iterable[Filter]) -> list[Filter]:
    """Both, each filter once, the older first."""
    return list(dict.fromkeys([*filters, *more]))


def hides(filters: Iterable[Filter], text: str) -> bool:
    """Whether `text` is to be kept from the visitor."""
    return CO_BROWSE_TOKEN.search(text) is not None or any(one.matches(text) for one in filters)


def _read(value: object) -> Filter | None:
    match value:
        case re.Pattern(pattern=str() as source, flags=flags):
            return Filter(source, "".join(letter for letter, flag in _FLAGS.items() if flags & flag))
        case Mapping():
            return _from_mapping(value)
        case _:
            return None


def _from_mapping(value: Mapping[Any, Any]) -> Filter | None:
    source, letters = value.get("source"), str(value.get("flags") or "")
    if not isinstance(source, str):
        return None
    try:
        re.compile(source)
    except re.error:
        return None
    return Filter(source, "".join(letter for letter in _FLAGS if letter in letters))
