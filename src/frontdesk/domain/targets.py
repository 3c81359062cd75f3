"""Targets: whom a submitted chat may go to, said as `{StatAgentsAvailable>0}[25]?:german > 5@.GA`.

```
entry = [ "{" threshold "}" ] [ "[" weight "]" ] ( name | "?" [group] ":" skillexpr ) "@" [server] "." type
type  = A | AP | GA | GP | Q | DN | C | GC | RP | DL | GQ
```

Of a queue the `@server` may be missing. A name that would be read as something else stands between single
quotes. The server names where another product would have looked the target up; it is kept and says nothing.

Source:  orchestration §12.3.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from frontdesk.domain.skill_expressions import OPERATORS, Both, Comparison, Either, Expression, parse
from frontdesk.errors import Refused

TARGETS_MAX = 100  # Of one submit: each is looked at in every decision.
TEXT_CHARS_MAX = 8000
WEIGHT_MAX = 1_000_000


class Sort(StrEnum):
    """What kind of thing a target names, as its last letters say."""

    AGENT = "A"
    PLACE = "AP"
    GROUP = "GA"
    PLACE_GROUP = "GP"
    QUEUE = "Q"
    DN = "DN"
    CAMPAIGN = "C"
    CAMPAIGN_GROUP = "GC"
    ROUTE_POINT = "RP"
    LABEL = "DL"
    QUEUE_GROUP = "GQ"


# As elements of documents call them.
WORDS: Mapping[str, Sort] = {
    "agent": Sort.AGENT,
    "place": Sort.PLACE,
    "agentgroup": Sort.GROUP,
    "placegroup": Sort.PLACE_GROUP,
    "queue": Sort.QUEUE,
    "dn": Sort.DN,
    "skill": Sort.GROUP,
    "campaigngroup": Sort.CAMPAIGN_GROUP,
    "routepoint": Sort.ROUTE_POINT,
    "label": Sort.LABEL,
}
PEOPLE = (Sort.AGENT, Sort.PLACE)
GROUPS = (Sort.GROUP, Sort.PLACE_GROUP)


class Target(Struct, frozen=True, omit_defaults=True):
    """Whom, or which queue.

    Shape:   with `skills` it is everybody whom that expression means, of the group `name` when there is one;
             it counts only while `threshold` holds; one without a weight has 1.
    """

    name: str
    sort: Sort
    server: str = ""
    skills: str = ""
    threshold: str = ""
    weight: float = 1

    @property
    def object(self) -> str:
        """The target without threshold and weight, as results and statistics name it."""
        name = f"?{_written(self.name)}:{self.skills}" if self.skills else _written(self.name)
        return f"{name}@{self.server}.{self.sort}"


def written(target: Target) -> str:
    """The target as text, which is read as the same."""
    threshold = f"{{{target.threshold}}}" if target.threshold else ""
    weight = f"[{target.weight:.15g}]" if target.weight != 1 else ""
    return threshold + weight + target.object


def holds(threshold: Expression, value: Callable[[str], float]) -> bool:
    """Whether a threshold holds, where `value` gives the statistic of a name."""
    match threshold:
        case Comparison(data, op, number):
            return OPERATORS[op][0](value(data.name), number)
        case Both(parts):
            return all(holds(part, value) for part in parts)
        case Either(parts):
            return any(holds(part, value) for part in parts)


# --- reading ---------------------------------------------------------------------------------------


def parse_targets(text: str) -> tuple[Target, ...]:
    """The targets that a list such as `{StatCallsInQueue<10}[25]8001.Q, amy@.A` names, at least one.

    Errors:  `Refused("target_invalid")`, saying which entry is not right and what to write.
    """
    if len(text) > TEXT_CHARS_MAX:
        raise _fault(text[:40] + "…", f"a list of targets may have {TEXT_CHARS_MAX} characters")
    return tuple(parse_target(entry) for entry in _entries(text))


def parse_target(text: str) -> Target:
    """One target. Errors: `Refused("target_invalid")`."""
    rest = text.strip()
    threshold, rest = _bracketed(text, rest, "{", "}")
    weight, rest = _bracketed(text, rest, "[", "]")
    found = _PLACED.fullmatch(rest) or _QUEUE.fullmatch(rest)
    if found is None or found["sort"] not in Sort.__members__.values():
        raise _fault(text, "write a name, @, perhaps a server, and a type: amy@.A, ?:german > 5@.GA, 8001.Q")
    server = found.groupdict().get("server") or ""
    named, sort = found["name"].strip(), Sort(found["sort"])
    if not named.startswith("?"):
        return target_of(_name(text, named), sort, server=server, threshold=threshold, weight=weight)
    by_skill = _SKILLED.fullmatch(named)
    if by_skill is None:
        raise _fault(text, "write the skills behind the colon: ?:german > 5@.GA")
    group, skills = (by_skill["quoted"] or by_skill["group"] or "").strip(), by_skill["skills"].strip()
    return target_of(group, sort, skills=skills, server=server, threshold=threshold, weight=weight)


def target_of(
    name: str, sort: Sort, *, skills: str = "", server: str = "", threshold: str = "", weight: str = ""
) -> Target:
    """A target of these parts, each as it is written. Errors: `Refused("target_invalid")`."""
    said = f"?{name}:{skills}" if skills else name
    if skills and sort is not Sort.GROUP:
        raise _fault(said, "those whom skills mean are a group: end with .GA")
    if not skills and not name:
        raise _fault(said, "name somebody")
    if not name.isprintable() or "'" in name:
        raise _fault(said, "a name is of printable characters without quotation marks (')")
    if not re.fullmatch(r"[^@,'{}\[\]]*", server):
        raise _fault(said, f"{server!r} is no name of a server")
    for expression in (skills, threshold):
        if expression:
            _check(said, expression)
    return Target(name, sort, server, skills, threshold, _weight(said, weight))


_PLACED = re.compile(r"(?P<name>.+)@(?P<server>[^@]*)\.\s*(?P<sort>[A-Z]{1,2})\s*", re.DOTALL)
_QUEUE = re.compile(r"(?P<name>[^@]+)\.\s*(?P<sort>Q|GQ)\s*", re.DOTALL)
_SKILLED = re.compile(r"\?\s*(?:'(?P<quoted>[^']*)'\s*|(?P<group>[^':]*)):(?P<skills>.*\S.*)", re.DOTALL)
_UNQUOTED = re.compile(r"[^\s?'{}\[\](),:][^'{}\[\](),:]*(?<!\s)")


def _entries(text: str) -> Iterator[str]:
    """The entries of a list: a comma within quotes, parentheses or brackets separates nothing."""
    begun, open_, count = 0, 0, 0
    is_quoted = False
    for place, character in enumerate(text + ","):
        if character == "'":
            is_quoted = not is_quoted
        elif not is_quoted and character in "([{":
            open_ += 1
        elif not is_quoted and character in ")]}":
            open_ -= 1
        elif character == "," and (place == len(text) or not (is_quoted or open_ > 0)):
            count += 1
            if count > TARGETS_MAX:
                raise _fault(text[:40] + "…", f"a list may name {TARGETS_MAX} targets")
            yield text[begun:place]
            begun = place + 1


def _bracketed(text: str, rest: str, begin: str, end: str) -> tuple[str, str]:
    """What stands between the brackets at the beginning, and what follows them."""
    if not rest.startswith(begin):
        return "", rest
    inside, is_closed, after = rest[1:].partition(end)
    if not is_closed or not inside.strip():
        raise _fault(text, f"write something between {begin} and {end}, or leave them out")
    return inside.strip(), after.strip()


def _name(text: str, named: str) -> str:
    if named.startswith("'"):
        if len(named) < 3 or not named.endswith("'"):
            raise _fault(text, "close the name with another single quote")
        return named[1:-1]
    if not _UNQUOTED.fullmatch(named):
        raise _fault(text, f"put the name between single quotes: {named!r} is not plain")
    return named


def _written(name: str) -> str:
    return name if not name or _UNQUOTED.fullmatch(name) else f"'{name}'"


def _weight(said: str, weight: str) -> float:
    if not weight:
        return 1
    if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,6})?", weight.strip()) or float(weight) > WEIGHT_MAX:
        raise _fault(said, f"a weight is a number from 0 to {WEIGHT_MAX}, such as [25]")
    return float(weight)


def _check(said: str, expression: str) -> None:
    try:
        parse(expression)
    except Refused as refused:
        raise _fault(said, refused.text) from None


def _fault(text: str, what_to_do: str) -> Refused:
    return Refused("target_invalid", f"the target {text.strip()!r} is not right: {what_to_do}")


# --- what elements say ------------------------------------------------------------------------------


def targets_of(lists: Sequence[Mapping[str, object]]) -> tuple[Target, ...]:
    """The targets that `<queue:targets>` elements name, as a request carries them.

    Shape:   each `{"type", "statserver", "items": [{"kind": "target" | "targetid", …}]}`.
    Errors:  `Refused("target_invalid")`.
    """
    found: list[Target] = []
    for element in lists:
        items = element.get("items")
        for item in items if isinstance(items, list) else ():
            found += _named(element, item)
    if len(found) > TARGETS_MAX:
        raise _fault(str(found[0].object), f"a submit may name {TARGETS_MAX} targets")
    return tuple(found)


def _named(element: Mapping[str, object], item: Mapping[str, object]) -> Sequence[Target]:
    match item.get("kind"):
        case "targetid":
            return parse_targets(_said(item, "expr"))
        case "target":
            skills, name = _said(item, "skillexpr"), _said(item, "name")
            word = _said(item, "type") or _said(element, "type") or ("skill" if skills else "agent")
            sort = WORDS.get(word.lower())
            if sort is None:
                raise _fault(name or skills, f"{word!r} is no type of target")
            if word.lower() == "skill" and not skills:
                name, skills = "", name
            return (
                target_of(
                    name,
                    Sort.GROUP if skills else sort,
                    skills=skills,
                    server=_said(item, "statserver") or _said(element, "statserver"),
                    threshold=_said(item, "threshold"),
                    weight=_said(item, "weight"),
                ),
            )
        case kind:
            raise _fault(str(kind), "targets are named by <target> and <targetid>")


def _said(values: Mapping[str, object], name: str) -> str:
    value = values.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # What scripts hand over as a number is text all the same.
    return "" if value is None else str(value).strip()
