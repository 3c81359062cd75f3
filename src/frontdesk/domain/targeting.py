"""Who is put to whom: the simple queue.

A chat that has waited longest (of those with the highest priority) goes to the agent who has been idle
longest and has a free slot.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

LOOK_AHEAD = 1000  # Chats that avoid whoever is free may stand before chats that do not.


class Waiting(Struct, frozen=True):
    """A chat that waits for a person.

    Shape:   `avoid` are agents who did not take it a moment ago; `prefers` is who knows it, or empty.
    """

    interaction_id: str
    priority: int
    queued_ms: int
    avoid: frozenset[str] = frozenset()
    prefers: str = ""


class Free(Struct, frozen=True):
    """An agent with `slots` free places, idle since `idle_ms`."""

    agent_id: str
    slots: int
    idle_ms: int


def choose(waiting: Iterable[Waiting], free: Sequence[Free]) -> list[tuple[str, str]]:
    """Whom to ring, as (interaction id, agent id).

    Shape:   in the order of who waits; each interaction at most once; an agent at most `slots` times.
             An agent who has just been given a chat goes behind the others.
    """
    slots = {agent.agent_id: agent.slots for agent in free if agent.slots > 0}
    places = sum(slots.values())
    if not places:
        return []
    line = [a.agent_id for a in sorted(free, key=lambda a: (a.idle_ms, a.agent_id)) if a.agent_id in slots]
    first = heapq.nsmallest(places + LOOK_AHEAD, waiting, key=_turn)
    chosen: list[tuple[str, str]] = []
    for chat in first:
        agent_id = _next(line, chat)
        if agent_id is None:
            continue
        chosen.append((chat.interaction_id, agent_id))
        line.remove(agent_id)
        slots[agent_id] -= 1
        if slots[agent_id]:
            line.append(agent_id)
        if not line:
            break
    return chosen


def _turn(chat: Waiting) -> tuple[int, int, str]:
    return -chat.priority, chat.queued_ms, chat.interaction_id


def _next(line: Sequence[str], chat: Waiting) -> str | None:
    if chat.prefers in line and chat.prefers not in chat.avoid:
        return chat.prefers
    return next((agent_id for agent_id in line if agent_id not in chat.avoid), None)


def slots_of(capacity: int, held: Mapping[str, object] | set[str]) -> int:
    """Free places of one who may have `capacity` chats and has or is rung for `held`."""
    return max(0, capacity - len(held))
