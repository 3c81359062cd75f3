"""Modules that answer by a script, on the virtual clock of a rehearsal."""

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from frontdesk.scxml.events import Event
from frontdesk.scxml.memory import Status
from frontdesk.scxml.outputs import Requested
from frontdesk.scxml.packed import pack, unpack
from frontdesk.scxml.rehearsal import Rehearsal

Answer = tuple[int, Event]
"""After how many milliseconds, and with what."""


def event(name: str, mirror: Mapping[str, object] | None = None, **data: object) -> Event:
    """An event with data, and with what it changes of interactions."""
    return Event(name, data=pack(data), mirror=pack({"ixn": mirror}) if mirror is not None else "")


class Answering:
    """A stage whose sessions' requests are answered; `requests` are all of them, in order."""

    def __init__(
        self, stage: Rehearsal, answers: Callable[[Requested, dict[str, Any]], Sequence[Answer]]
    ) -> None:
        self.stage = stage
        self.requests: list[Requested] = []
        self._answers = answers
        self._told = 0
        self._waiting: list[tuple[int, int, str, Event]] = []
        self._count = 0

    def send(self, session_id: str, *events: Event) -> None:
        """Give a session events, one after the other."""
        for one in events:
            self.stage.send(session_id, one)

    def pass_time(self, ms: int) -> None:
        """Let time go by, and answer meanwhile."""
        until = self.stage.now_ms + ms
        while True:
            self._take_requests()
            next_ms = min([until, *(at_ms for at_ms, *_ in self._waiting[:1]), *self._due()])
            if next_ms > self.stage.now_ms or (self._due() and min(self._due()) <= self.stage.now_ms):
                self.stage.pass_time(max(0, next_ms - self.stage.now_ms))
            elif self._waiting and self._waiting[0][0] <= self.stage.now_ms:
                _, _, session_id, answer = heapq.heappop(self._waiting)
                if self.stage.sessions[session_id].status is Status.RUNNING:
                    self.stage.send(session_id, answer)
            else:
                return

    def _due(self) -> list[int]:
        sessions = self.stage.sessions.values()
        return [session.next_due_ms for session in sessions if session.next_due_ms is not None]

    def _wait(self, at_ms: int, session_id: str, answer: Event) -> None:
        self._count += 1
        heapq.heappush(self._waiting, (at_ms, self._count, session_id, answer))

    def _take_requests(self) -> None:
        for session_id, request in self._new_requests():
            self.requests.append(request)
            for after_ms, answer in self._answers(request, unpack(request.attributes)):
                self._wait(self.stage.now_ms + after_ms, session_id, answer)

    def _new_requests(self) -> Iterator[tuple[str, Requested]]:
        told = self.stage.told[self._told :]
        self._told = len(self.stage.told)
        return ((one.session_id, one.output) for one in told if isinstance(one.output, Requested))
