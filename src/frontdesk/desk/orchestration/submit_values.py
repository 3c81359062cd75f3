"""What documents write in `<queue:submit>` and `<queue:update>`, read as the desk means it.

Source:  orchestration §12.1.
"""

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from frontdesk.desk.statistics import Statistics, is_known
from frontdesk.domain.asks import Aim, Order, expression_of
from frontdesk.domain.skill_expressions import Expression, Statistic, comparisons
from frontdesk.domain.submit import NO_QUEUE
from frontdesk.domain.targets import GROUPS, PEOPLE, Sort, Target, targets_of
from frontdesk.errors import Refused

NAME_CHARS_MAX = 200
PRIORITY_MAX = 1_000_000
TIMEOUT_S_MAX = 31_536_000

Given = Mapping[str, Any]
FindAgent = Callable[[str], Awaitable[str]]
"""The id of the agent with this id or login; empty when there is none."""


class Reader:
    """Reads attributes. `knows_queue` says whether something may wait in a queue of this name."""

    def __init__(
        self, find_agent: FindAgent, statistics: Statistics, knows_queue: Callable[[str], bool]
    ) -> None:
        self._find_agent = find_agent
        self._statistics = statistics
        self._knows_queue = knows_queue

    async def aims(self, given: Given) -> tuple[Aim, ...]:
        """The targets, each understood. Errors: `Refused` with `target_invalid`."""
        lists = given.get("targets")
        if not isinstance(lists, Sequence) or isinstance(lists, str):
            return ()
        aims = [await self._aim(target) for target in targets_of(lists)]
        return tuple(dict.fromkeys(aims))

    async def _aim(self, target: Target) -> Aim:
        if target.threshold:
            for one in comparisons(expression_of(target.threshold)):
                check_statistic(one.data.name)
        if target.sort in PEOPLE:
            agent_id = await self._find_agent(target.name)
            if not agent_id:
                raise _no_such(target, "there is no such agent")
            return Aim(target, agent_id=agent_id)
        if target.sort in GROUPS:
            who = self._statistics.who(target)
            if who is None:
                raise _no_such(target, f"there is no section [groups.{target.name}]")
            _check_expression(expression_of(target.skills) if target.skills else None)
            return Aim(target, who=who)
        if target.sort is Sort.QUEUE:
            if not self._knows_queue(target.name):
                raise _no_such(target, "there is no such queue")
            return Aim(target)
        raise _no_such(target, "chats go to agents, groups of agents and queues")

    async def agent_ids(self, value: object) -> tuple[str, ...]:
        """The agents of a list, or of a text with commas; those who are nobody are left out."""
        names = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
        found = [await self._find_agent(_agent_in(str(name).strip())) for name in names]
        return tuple(dict.fromkeys(agent_id for agent_id in found if agent_id))


def _agent_in(text: str) -> str:
    """The name in a target such as `amy@stat.A`, or the text itself."""
    return text.removesuffix(".A").rpartition("@")[0] if text.endswith(".A") and "@" in text else text


def timeout_ms(given: Given) -> int | None:
    """How long somebody is to be sought; None for ever. Errors: `Refused("value_invalid")`."""
    seconds = number(given, "timeout")
    if seconds is not None and not 0 <= seconds <= TIMEOUT_S_MAX:
        raise _invalid("timeout", f"is a time from 0 to {TIMEOUT_S_MAX} seconds")
    return None if seconds is None else round(seconds * 1000)


def priority(given: Given) -> int | None:
    """None where nothing is said. Errors: `Refused("value_invalid")`."""
    value = number(given, "priority")
    if value is not None and (not value.is_integer() or abs(value) > PRIORITY_MAX):
        raise _invalid("priority", f"is a whole number up to {PRIORITY_MAX}")
    return None if value is None else int(value)


def order(given: Given) -> tuple[Order, str]:
    """Who of several is chosen, and by which statistic. Errors: `Refused("value_invalid")`."""
    said = str(given.get("ordertype") or Order.ANY).strip().lower()
    if said not in Order.__members__.values():
        raise _invalid("ordertype", f"is one of {', '.join(Order)}")
    by = str(given.get("orderstat") or "").strip()
    if by:
        check_statistic(by)
    return Order(said), by


def queue_name(given: Given) -> str:
    """A virtual queue. Errors: `Refused("value_invalid")`."""
    name = str(given.get("queue") or "").strip()
    if len(name) > NAME_CHARS_MAX:
        raise _invalid("queue", f"has at most {NAME_CHARS_MAX} characters")
    return name or NO_QUEUE


def number(given: Given, name: str) -> float | None:
    """A number, also where a script says it as text. Errors: `Refused("value_invalid")`."""
    value = given.get(name)
    if value is None or value == "":
        return None
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = math.nan
    if not math.isfinite(found):
        raise _invalid(name, "is a number")
    return found


def is_true(given: Given, name: str, *, default: bool) -> bool:
    """A truth value, also where a script says it as text."""
    value = given.get(name)
    if isinstance(value, str):
        return value.strip().lower() == "true"
    return default if value is None else bool(value)


def check_statistic(name: str) -> None:
    """Errors: `Refused("value_invalid")` where there is no such statistic."""
    if not is_known(name):
        raise Refused("value_invalid", f"there is no statistic {name}")


def _check_expression(expression: Expression | None) -> None:
    for one in comparisons(expression) if expression is not None else ():
        if isinstance(one.data, Statistic):
            check_statistic(one.data.name)


def _no_such(target: Target, why: str) -> Refused:
    return Refused("target_invalid", f"{target.object}: {why}")


def _invalid(name: str, what: str) -> Refused:
    return Refused("value_invalid", f"{name} {what}")
