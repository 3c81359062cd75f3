"""How a value is compared with those of a criterion.

Text is compared in Unicode's composed form (NFC), and without regard to case, where that is wanted, by case
folding. What is absent, or not a number where one is wanted, satisfies only those operators that deny.

Source:  journey.md §6.3.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from frontdesk.domain.journey.criteria import Operator
from frontdesk.domain.journey.globs import globbed
from frontdesk.domain.journey.web_events import Scalar

Comparable = Scalar | tuple[Scalar, ...] | list[Scalar] | None
"""What may stand under a key: a value, several, or nothing."""

_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\s*")
NUMBER_CHARS_MAX = 64


class Comparison(Struct, frozen=True):
    """A criterion made ready: the operator that does not deny, its values as they are compared.

    Shape:   `number` is that of the numeric operators, None where there is none to compare with.
    """

    operator: Operator
    values: tuple[str, ...]
    folds: bool
    denies: bool = False
    number: float | None = None
    globs: tuple[Callable[[str], bool], ...] = ()

    def holds(self, value: Comparable) -> bool:
        """Whether a value satisfies it. Several do if any does, or for an operator that denies, if all do."""
        if value is None:
            return self.denies
        if isinstance(value, (tuple, list)):
            return any(map(self._fits, value)) is not self.denies
        return self._fits(value) is not self.denies

    def _fits(self, value: Scalar) -> bool:
        if self.operator in NUMERIC:
            found = number_of(value)
            return (
                found is not None and self.number is not None and NUMERIC[self.operator](found, self.number)
            )
        text = comparable_text(value, folds=self.folds)
        if self.globs:
            return any(fits(text) for fits in self.globs)
        return _TEXTS[self.operator](text, self.values)


def comparison(operator: Operator, values: Sequence[str], *, folds: bool) -> Comparison:
    """The comparison that a criterion asks for."""
    plain = _DENIED.get(operator, operator)
    compared = tuple(comparable_text(value, folds=folds) for value in values)
    return Comparison(
        operator=plain,
        values=compared,
        folds=folds,
        denies=plain is not operator,
        number=number_of(values[0]) if plain in NUMERIC and values else None,
        globs=tuple(map(globbed, compared)) if plain is Operator.GLOB else (),
    )


def comparable_text(value: Scalar, *, folds: bool) -> str:
    """A value as the text that is compared: numbers as people write them, `true` and `false`."""
    text = value if isinstance(value, str) else _written(value)
    if text.isascii():
        return text.lower() if folds else text
    text = unicodedata.normalize("NFC", text)
    return unicodedata.normalize("NFC", text.casefold()) if folds else text


def number_of(value: Scalar) -> float | None:
    """The number that a value is, or None."""
    if isinstance(value, str):
        if len(value) > NUMBER_CHARS_MAX or _NUMBER.fullmatch(value) is None:
            return None
        return float(value)
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _written(value: bool | int | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


_DENIED: Mapping[Operator, Operator] = {
    Operator.NOT_EQUAL: Operator.EQUAL,
    Operator.NOT_CONTAINS_ANY: Operator.CONTAINS_ANY,
    Operator.NOT_CONTAINS_ALL: Operator.CONTAINS_ALL,
}
NUMERIC: Mapping[Operator, Callable[[float, float], bool]] = {
    Operator.GREATER_THAN: float.__gt__,
    Operator.GREATER_THAN_OR_EQUAL: float.__ge__,
    Operator.LESS_THAN: float.__lt__,
    Operator.LESS_THAN_OR_EQUAL: float.__le__,
}
_TEXTS: Mapping[Operator, Callable[[str, tuple[str, ...]], bool]] = {
    Operator.EQUAL: lambda text, values: text in values,
    Operator.CONTAINS_ANY: lambda text, values: any(value in text for value in values),
    Operator.CONTAINS_ALL: lambda text, values: all(value in text for value in values),
    Operator.STARTS_WITH: str.startswith,
    Operator.ENDS_WITH: str.endswith,
}
