"""Queues: who may take what waits in one, and before what.

The people a chat may go to grow with the time that it waits and never shrink, so of chats that wait alike the
one that has waited longest may go to everybody that the others may go to. What chooses relies on that.
"""

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from frontdesk.domain.reception import OPEN, ReceptionRules
from frontdesk.domain.skill_expressions import (
    COMPARISONS_MAX,
    EXPRESSION_CHARS_MAX,
    Statistic,
    comparisons,
    explained,
    parse,
    written,
)
from frontdesk.errors import Refused

ANYBODY = ""
MINUTE_MS = 60_000
NAME_CHARS_MAX = 200
DEMANDS_MAX = 20  # Each may add its comparisons to what one chat asks for.

_STEP = re.compile(r"(?:after\s+(?P<count>[0-9]{1,6})\s*(?P<unit>s|min)\s*:)?\s*(?P<who>.*)", re.DOTALL)
_DEMAND = re.compile(r"(?P<key>[^=]+)=(?P<value>.+?)(?:->|→)(?P<skills>.+)", re.DOTALL)


class Step(Struct, frozen=True):
    """From `after_ms` of waiting on, whom `who` means as well; `ANYBODY` is everybody."""

    after_ms: int
    who: str


class Demand(Struct, frozen=True):
    """Where the user data `key` has this value, who takes the chat must have these skills."""

    key: str
    value: str
    skills: str


class Telling(Struct, frozen=True):
    """What those who wait are told, and how often: nothing where `every_s` is 0.

    Shape:   `{position}` and, in `wait_text`, `{minutes}` stand for numbers; `text` is for when the time
             cannot be said.
    """

    every_s: int = 0
    text: str = ""
    wait_text: str = ""

    def says(self, position: int, wait_ms: int | None) -> str:
        """What is told; minutes are rounded up, so that rather too much is said than too little."""
        text = (self.text if wait_ms is None else self.wait_text).replace("{position}", str(position))
        return text.replace("{minutes}", str(max(1, -(-(wait_ms or 0) // MINUTE_MS))))


class QueueRules(Struct, frozen=True, kw_only=True):
    """How one queue behaves. Points decide who is next: the queue's and the chat's priority, and waiting.

    Shape:   `steps` by their time, at least one; a session of `application`, where there is one, decides
             what becomes of the chats that are handed over to this queue.
    Units:   `ageing` is points for each minute.
    """

    priority: int = 0
    ageing: int = 1
    steps: tuple[Step, ...] = (Step(0, ANYBODY),)
    demands: tuple[Demand, ...] = ()
    answer_s: int = 0
    prefer_s: int = 0
    prefer_key: str = ""
    overflow_queue: str = ""
    overflow_s: int = 0
    reception: ReceptionRules = OPEN
    telling: Telling = Telling()
    application: str = ""

    def points(self, priority: int, waited_ms: int) -> int:
        """What a chat stands at: points, times the milliseconds of a minute so that none is lost."""
        return (self.priority + priority) * MINUTE_MS + self.ageing * max(0, waited_ms)

    def demand_of(self, user_data: Mapping[str, str]) -> str:
        """The skills that a chat with this user data asks for, as an expression; empty for none."""
        asked = dict.fromkeys(d.skills for d in self.demands if _says(user_data.get(d.key, ""), d.value))
        return " & ".join(f"({skills})" for skills in asked) if len(asked) > 1 else "".join(asked)

    def wanted_by(self, user_data: Mapping[str, str]) -> str:
        """The agent whom a chat with this user data names, as it says it; empty for none."""
        return user_data.get(self.prefer_key, "").strip()[:NAME_CHARS_MAX] if self.prefer_key else ""


def _says(said: str, value: str) -> bool:
    return said.strip().lower() == value.lower()


DEFAULT = QueueRules()


def steps_of(texts: Iterable[str]) -> tuple[Step, ...]:
    """The ladder that lines such as `german >= 5` and `after 20 s: german >= 1` are; none is anybody at once.

    Errors:  `Refused` with `step_invalid` or `skill_expression_invalid`, saying what to write.
    """
    steps = sorted((_step(text) for text in texts), key=lambda step: step.after_ms)
    if not steps:
        return DEFAULT.steps
    if steps[0].after_ms:
        raise Refused("step_invalid", "the first target has to count at once: leave out its `after …:`")
    return tuple(steps)


def _step(text: str) -> Step:
    found = _STEP.fullmatch(text.strip())
    assert found is not None, "what follows the time may be anything"
    who = found["who"].strip()
    if re.match(r"after\b(?!\s*[<>=!])", who):
        example = "after 20 s: german >= 1, or after 2 min: anybody"
        raise Refused("step_invalid", f"{text!r} does not say after how long: write it as {example}")
    after_ms = int(found["count"] or 0) * (MINUTE_MS if found["unit"] == "min" else 1000)
    return Step(after_ms, ANYBODY if who.lower() == "anybody" else skills_alone(who))


def demands_of(texts: Iterable[str]) -> tuple[Demand, ...]:
    """What lines such as `language = de -> german >= 1` ask for.

    Errors:  `Refused` with `demand_invalid`, `skill_expression_invalid` or `too_many_demands`.
    """
    demands = tuple(_demand(text) for text in texts)
    sizes = [(len(d.skills), sum(1 for _ in comparisons(parse(d.skills)))) for d in demands]
    chars, count = (sum(size[n] for size in sizes) for n in (0, 1))
    if len(demands) > DEMANDS_MAX or chars > EXPRESSION_CHARS_MAX // 2 or count > COMPARISONS_MAX:
        text = f"a queue may have {DEMANDS_MAX} demands of {EXPRESSION_CHARS_MAX // 2} characters in all"
        raise Refused("too_many_demands", text, limit=DEMANDS_MAX)
    return demands


def _demand(text: str) -> Demand:
    found = _DEMAND.fullmatch(text.strip())
    if found is None or not found["key"].strip() or not found["value"].strip():
        example = "language = de -> german >= 1"
        raise Refused("demand_invalid", f"{text!r} is no demand: write a key, a value and skills: {example}")
    return Demand(found["key"].strip(), found["value"].strip(), skills_alone(found["skills"]))


def skills_alone(text: str) -> str:
    """A skill expression in its one form; statistics are known to applications only."""
    expression = parse(text.strip())
    if any(isinstance(one.data, Statistic) for one in comparisons(expression)):
        raise Refused("skill_expression_invalid", f"{text!r}: a queue compares skills only, no statistics")
    return written(expression)


def in_words(rules: QueueRules) -> list[str]:
    """Who may take what waits in a queue, a line for each step and demand."""
    lines = []
    for step in rules.steps:
        who = f"whose {explained(parse(step.who))}" if step.who else "anybody"
        lines.append(f"after {step.after_ms // 1000} s also {who}" if step.after_ms else f"at once {who}")
    for demand in rules.demands:
        skills = explained(parse(demand.skills))
        lines.append(f"where {demand.key} is {demand.value} only whose {skills}")
    return lines
