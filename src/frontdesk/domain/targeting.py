"""Who is put to whom.

Chats that wait alike, in the same queue with the same priority and demand or submitted alike, stand in one
line, the one that has waited longest first. So only the heads of the lines need be compared, however many
wait.
"""

import heapq
from collections.abc import Callable, Iterable

from msgspec import Struct

from frontdesk.domain.asks import Aim
from frontdesk.domain.benches import People
from frontdesk.domain.queues import QueueRules
from frontdesk.domain.seats import Seats
from frontdesk.domain.waiting import Line, Waiting


class Choice(Struct, frozen=True):
    """Whom a chat goes to; where an application asked, for which `request_id` and by which `aim`.

    Shape:   where `agent_id` is empty, `aim` is a queue.
    """

    interaction_id: str
    agent_id: str
    request_id: str = ""
    aim: Aim | None = None


def choose(lines: Iterable[Line], people: People, now_ms: int) -> list[Choice]:
    """Whom to ring, and what goes to which queue.

    Shape:   in the order of who is next: most points, then the longest wait. Each interaction at most once;
             an agent at most `slots` times, and each time behind those who have had fewer.
    """
    standing = [line for line in lines if line.chats]
    anyhow = sum(1 for line in standing if _goes_anyhow(line))
    if not people.free and not anyhow:
        return []
    seats = Seats(people, now_ms)
    heap = [(turn(line, line.chats[0], now_ms), number, 0) for number, line in enumerate(standing)]
    heapq.heapify(heap)
    chosen: dict[str, Choice] = {}
    while heap and (seats.mask or anyhow):
        _, number, place = heap[0]
        line = standing[number]
        chat = line.chats[place]
        others_may = _given(line, chat, seats, people, chosen, now_ms)
        if others_may and place + 1 < len(line.chats):
            heapq.heapreplace(heap, (turn(line, line.chats[place + 1], now_ms), number, place + 1))
        else:
            heapq.heappop(heap)
            anyhow -= _goes_anyhow(line)
    return list(chosen.values())


def _goes_anyhow(line: Line) -> bool:
    """Whether its chats may go somewhere though nobody is ready."""
    return line.ask is not None and line.ask.needs_nobody_ready


def _given(
    line: Line, chat: Waiting, seats: Seats, people: People, chosen: dict[str, Choice], now_ms: int
) -> bool:
    """Choose for a chat, if that can be; whether somebody may be left for those behind it."""
    if chat.interaction_id in chosen:
        return True
    if line.ask is None:
        meant = whom(line, chat, people.mask, now_ms) & seats.mask
        agent_id = seats.take(chat, meant, line.rules.prefer_s) if meant else None
        if not meant:
            return False
        choice = Choice(chat.interaction_id, agent_id) if agent_id is not None else None
    else:
        found = seats.take_asked(line.ask, chat)
        choice = Choice(chat.interaction_id, found[1], chat.request_id, found[0]) if found else None
    if choice is not None:
        chosen[chat.interaction_id] = choice
        return True
    return bool(chat.avoid or chat.prefers)  # Those behind one to whom nothing is special may go to nobody.


def whom(line: Line, chat: Waiting, mask: Callable[[str], int], now_ms: int) -> int:
    """The benches that a chat may go to by now, as a mask."""
    waited_ms = now_ms - chat.queued_ms
    meant = 0
    for step in line.rules.steps:
        if step.after_ms > waited_ms and step.after_ms:
            break
        meant |= mask(step.who)
    return meant & mask(line.demand)


def whom_ever(rules: QueueRules, demand: str, mask: Callable[[str], int]) -> int:
    """The benches that a chat may go to sooner or later, as a mask."""
    meant = 0
    for step in rules.steps:
        meant |= mask(step.who)
    return meant & mask(demand)


def whom_at_best(line: Line, mask: Callable[[str], int]) -> int:
    """The benches that the chats of a line may go to sooner or later, as a mask."""
    return line.ask.benches(mask) if line.ask is not None else whom_ever(line.rules, line.demand, mask)


def turn(line: Line, chat: Waiting, now_ms: int) -> tuple[int, int, str]:
    """When it is a chat's turn: of two, the one for which this is less goes first."""
    return -line.points(now_ms - chat.queued_ms), chat.queued_ms, chat.name
