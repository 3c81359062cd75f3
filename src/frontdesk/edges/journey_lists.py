"""Lists of the journey API: which of them, in which order, which page. Source: journey.md §13.1."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from starlette.datastructures import QueryParams

from frontdesk.domain.journey.checks.wrong import Wrong, invalid

PAGE_SIZE = 25
PAGE_SIZE_MAX = 200
IDS_MAX = 100

Row = Mapping[str, Any]
_MISSING = object()


def page(rows: Sequence[Row], query: QueryParams, fields: Iterable[str], ids: str = "") -> dict[str, Any]:
    """The page of a list that is asked for.

    Shape:   `fields` are the first parts of the names that may be asked by; a name of a part in it has
             dots: `action.mediaType`. `ids` is the parameter that names what is wanted, by comma.
    Errors:  `Wrong` naming the parameter.
    """
    known = frozenset(fields)
    found = list(rows)
    if ids and (wanted := words_of(query, ids)):
        if len(wanted) > IDS_MAX:
            raise Wrong("too_many_ids", ids, f"at most {IDS_MAX} at once", limit=IDS_MAX)
        found = [row for row in found if row["id"] in wanted]
    found = _filtered(found, query, known)
    found = _sorted(found, query, known)
    size = number_of(query, "pageSize", PAGE_SIZE, PAGE_SIZE_MAX)
    number = number_of(query, "pageNumber", 1, 1_000_000)
    return {
        "entities": found[(number - 1) * size : number * size],
        "pageNumber": number,
        "pageSize": size,
        "pageCount": -(-len(found) // size),
        "total": len(found),
    }


def _filtered(rows: list[Row], query: QueryParams, known: frozenset[str]) -> list[Row]:
    searched, value = words_of(query, "queryFields"), query.get("queryValue", "").casefold()
    for name in searched:
        _check(name, known, "queryFields")
    if value:
        if not searched:
            raise invalid("queryFields", "say in which fields to look, such as displayName,description")
        holds: Callable[[str], bool] = lambda text: value in text.casefold()  # noqa: E731
        rows = [row for row in rows if any(_any(row, name, holds) for name in searched)]
    if name := query.get("filterField", ""):
        _check(name, known, "filterField")
        wanted = query.get("filterValue", "")
        rows = [row for row in rows if _any(row, name, lambda text: text == wanted)]
    return rows


def _sorted(rows: list[Row], query: QueryParams, known: frozenset[str]) -> list[Row]:
    for word in reversed(words_of(query, "sortBy")):
        name = word.removeprefix("-")
        _check(name, known, "sortBy")
        rows = sorted(rows, key=lambda row: _rank(_value(row, name)), reverse=word.startswith("-"))
    return rows


def _rank(value: object) -> tuple[int, float, str]:
    """What has no value comes first, then what is false, numbers, and texts whatever their case."""
    if isinstance(value, bool | int | float):
        return (1, float(value), "")
    return (0, 0, "") if value is _MISSING else (2, 0, str(value).casefold())


def _any(row: Row, name: str, holds: Callable[[str], bool]) -> bool:
    value = _value(row, name)
    if value is _MISSING:
        return False
    return any(holds(_text(of)) for of in (value if isinstance(value, list) else [value]))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(row: Row, name: str) -> object:
    found: object = row
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return _MISSING
        found = found[part]
    return found


def _check(name: str, known: frozenset[str], parameter: str) -> None:
    if name.partition(".")[0] not in known:
        raise Wrong("unknown_field", parameter, f"there is no field {name!r}")


def words_of(query: QueryParams, name: str) -> list[str]:
    """The values of a parameter that takes several, by comma or by naming it again."""
    return [word.strip() for given in query.getlist(name) for word in given.split(",") if word.strip()]


def number_of(query: QueryParams, name: str, default: int, most: int) -> int:
    """The number that a parameter says. Errors: `Wrong`."""
    text = query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise invalid(name, f"a number from 1 to {most}")
    return int(text)
