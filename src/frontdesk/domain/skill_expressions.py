"""Skill expressions: who may take a chat, said as `german >= 5 & (billing > 0 | sales > 0)`.

```
expr = term { ("&" | "|") term }     term = "(" expr ")" | data op number
data = skill | "$(" statistic ")"    op   = "=" | "!=" | "<" | "<=" | ">" | ">="
```

`&` and `|` bind equally and are read from left to right: `a > 0 | b > 0 & c > 0` means
`(a > 0 | b > 0) & c > 0`. A skill that somebody does not have counts as 0.

Source:  orchestration §12.4.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from frontdesk.domain.skills import NAME_CHARS_MAX, Skills, is_plain, skill_name
from frontdesk.errors import Refused

EXPRESSION_CHARS_MAX = 4000
COMPARISONS_MAX = 200
DEPTH_MAX = 50  # Parentheses within parentheses; each costs a level of the reader's stack.

Number = int | float

OPERATORS: Mapping[str, tuple[Callable[[Number, Number], bool], str]] = {
    "=": (operator.eq, "is exactly"),
    "!=": (operator.ne, "is not"),
    "<": (operator.lt, "is below"),
    "<=": (operator.le, "is at most"),
    ">": (operator.gt, "is above"),
    ">=": (operator.ge, "is at least"),
}


class Skill(Struct, frozen=True):
    """A skill's level, 0 for who does not have it."""

    name: str


class Statistic(Struct, frozen=True):
    """A number that is true of somebody now, 0 when it is not known."""

    name: str


class Comparison(Struct, frozen=True):
    data: Skill | Statistic
    op: str
    number: Number


class Both(Struct, frozen=True):
    """Every one of these."""

    parts: "tuple[Expression, ...]"


class Either(Struct, frozen=True):
    """At least one of these."""

    parts: "tuple[Expression, ...]"


Expression = Comparison | Both | Either

_NOTHING: Mapping[str, Number] = {}


def fits(expression: Expression, skills: Skills, statistics: Mapping[str, Number] = _NOTHING) -> bool:
    """Whether somebody with these skills is meant."""
    match expression:
        case Comparison(Skill(name), op, number):
            return OPERATORS[op][0](skills.get(name, 0), number)
        case Comparison(data, op, number):
            return OPERATORS[op][0](statistics.get(data.name, 0), number)
        case Both(parts):
            return all(fits(part, skills, statistics) for part in parts)
        case Either(parts):
            return any(fits(part, skills, statistics) for part in parts)


def comparisons(expression: Expression) -> Iterator[Comparison]:
    """Every comparison in it, in the order in which they are written."""
    if isinstance(expression, Comparison):
        yield expression
    else:
        for part in expression.parts:
            yield from comparisons(part)


def written(expression: Expression) -> str:
    """The expression as text, which parses to the same."""
    match expression:
        case Comparison(data, op, number):
            return f"{_written_data(data)} {op} {number}"
        case Both(parts) | Either(parts):
            sign = " & " if isinstance(expression, Both) else " | "
            rest = (part if isinstance(part, Comparison) else (part,) for part in parts[1:])
            others = (f"({written(p[0])})" if isinstance(p, tuple) else written(p) for p in rest)
            return sign.join((_written_first(expression, parts[0]), *others))


def _written_first(whole: Both | Either, first: Expression) -> str:
    """What comes first needs no parentheses, unless without them it would be one chain with the rest."""
    return f"({written(first)})" if type(first) is type(whole) else written(first)


def _written_data(data: Skill | Statistic) -> str:
    if isinstance(data, Statistic):
        return f"$({data.name})"
    return data.name if is_plain(data.name) else f"'{data.name}'"


def explained(expression: Expression) -> str:
    """The expression in words: `german is at least 5 and either billing is above 0 or sales is above 0`."""
    match expression:
        case Comparison(data, op, number):
            return f"{data.name} {OPERATORS[op][1]} {number}"
        case Both(parts):
            return " and ".join(_phrase(part) for part in parts)
        case Either(parts):
            return "either " + " or ".join(_phrase(part) for part in parts)


def _phrase(part: Expression) -> str:
    return explained(part) if isinstance(part, Comparison) else f"({explained(part)})"


# --- reading ---------------------------------------------------------------------------------------


def parse(text: str) -> Expression:
    """The expression that `text` is.

    Errors:  `Refused("skill_expression_invalid")` with the place, counted from 1, and what to write there.
    """
    if len(text) > EXPRESSION_CHARS_MAX:
        raise Refused(
            "skill_expression_invalid",
            f"a skill expression may have {EXPRESSION_CHARS_MAX} characters; this one has {len(text)}",
            limit=EXPRESSION_CHARS_MAX,
        )
    return _Reader(text).whole()


_TOKEN = re.compile(
    r"\s*(?:(?P<op><=|>=|!=|[<>=])|(?P<join>[&|])|(?P<open>\()|(?P<close>\))"
    r"|\$\((?P<statistic>[^()]*)\)|'(?P<quoted>[^']*)'|(?P<number>-?[0-9]+(?:\.[0-9]+)?)(?!\w)|(?P<name>[^\W\d]\w*))"
)
_END = "end"


class _Reader:
    """Reads one text, a token at a time."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next = 0
        self._comparisons = 0
        self._kind = self._value = ""
        self._place = 0
        self._step()

    def whole(self) -> Expression:
        expression = self._chain(0)
        if self._kind == "close":
            raise self._fault("this parenthesis was never opened: take it away")
        if self._kind != _END:
            raise self._fault("write & or | before the next comparison")
        return expression

    def _chain(self, depth: int) -> Expression:
        if depth > DEPTH_MAX:
            raise self._fault(f"parentheses may stand {DEPTH_MAX} deep: split the expression")
        parts, sign = [self._term(depth)], ""
        while self._kind == "join":
            if sign and self._value != sign:
                parts = [_joined(sign, parts)]
            sign = self._value
            self._step()
            parts.append(self._term(depth))
        return _joined(sign, parts) if sign else parts[0]

    def _term(self, depth: int) -> Expression:
        if self._kind == "open":
            self._step()
            inside = self._chain(depth + 1)
            if self._kind != "close":
                raise self._fault("close the parenthesis with )")
            self._step()
            return inside
        return self._comparison()

    def _comparison(self) -> Comparison:
        self._comparisons += 1
        if self._comparisons > COMPARISONS_MAX:
            raise self._fault(f"an expression may have {COMPARISONS_MAX} comparisons: split it")
        data = self._data()
        if self._kind != "op":
            raise self._fault("write one of = != < <= > >= and a number after the skill")
        op = self._value
        self._step()
        if self._kind != "number":
            raise self._fault("write a number to compare with, such as 5")
        number: Number = float(self._value) if "." in self._value else int(self._value)
        self._step()
        return Comparison(data, op, number)

    def _data(self) -> Skill | Statistic:
        kind, value = self._kind, self._value
        if kind == "statistic":
            if not value.strip():
                raise self._fault("name the statistic between $( and )")
            self._step()
            return Statistic(value.strip())
        if kind not in ("name", "quoted"):
            raise self._fault("write the name of a skill, such as german; other names between single quotes")
        try:
            name = skill_name(value)
        except Refused:
            raise self._fault(f"a skill's name has 1 to {NAME_CHARS_MAX} printable characters") from None
        self._step()
        return Skill(name)

    def _step(self) -> None:
        found = _TOKEN.match(self._text, self._next)
        if found is not None:
            self._kind = str(found.lastgroup)
            self._value, self._place = found[self._kind], found.end() - len(found[0].lstrip())
            self._next = found.end()
            return
        rest = self._text[self._next :].lstrip()
        self._place = len(self._text) - len(rest)
        self._kind, self._value = _END, ""
        if rest:
            raise self._fault(_advice(rest))

    def _fault(self, what_to_do: str) -> Refused:
        at = f"at character {self._place + 1}" if self._place < len(self._text) else "at its end"
        text = f"the skill expression {self._text!r} is not right {at}: {what_to_do}"
        return Refused("skill_expression_invalid", text)


def _advice(rest: str) -> str:
    match rest[0]:
        case "'":
            return "close the name with another single quote"
        case "$":
            return "write a statistic as $(name)"
        case character if character.isdigit() or character == "-":
            return (
                "a number has digits alone; a skill whose name begins with one stands between single quotes"
            )
        case character:
            return f"{character!r} means nothing here: take it away"


def _joined(sign: str, parts: list[Expression]) -> Expression:
    return Both(tuple(parts)) if sign == "&" else Either(tuple(parts))
