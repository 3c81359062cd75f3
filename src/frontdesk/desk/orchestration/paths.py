"""The way a session came, by its stream: nothing is run again, so looking at it costs and risks nothing."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from frontdesk.domain.orchestration.facts import Ended, Fact, Received, Stepped
from frontdesk.scxml.events import Event
from frontdesk.scxml.outputs import Invoke, Logged, Output, Requested, Sent

TEXT_CHARS_MAX = 4_000
TIMER = "(a timer)"


class Taken(Struct, frozen=True):
    """An event that was taken. Shape: `data` is packed, and cut where it is long."""

    name: str
    data: str


class Passage(Struct, frozen=True):
    """One step. Shape: `outputs` in words; `active` are the states after it."""

    number: int
    at_ms: int
    events: tuple[Taken, ...]
    left: tuple[str, ...]
    entered: tuple[str, ...]
    active: tuple[str, ...]
    outputs: tuple[str, ...]


def path_of(history: Sequence[tuple[Fact, int]]) -> list[Passage]:
    """The steps of a stream, oldest first. Shape: `history` are its facts and when they were written."""
    waiting: list[Event] = []
    path: list[Passage] = []
    before: tuple[str, ...] = ()
    number = 0
    for fact, at_ms in history:
        match fact:
            case Received():
                gone = set(fact.merged)
                waiting = [event for at, event in enumerate(waiting) if at not in gone]
                waiting += fact.events
            case Stepped():
                number += 1
                events = [Taken(event.name, cut(event.data)) for event in waiting[: fact.consumed]]
                del waiting[: fact.consumed]
                if not events:
                    events = [Taken(TIMER if fact.kind == "step" else f"({fact.kind})", "")]
                path.append(
                    Passage(
                        number,
                        fact.now_ms,
                        tuple(events),
                        tuple(state for state in before if state not in fact.active),
                        tuple(state for state in fact.active if state not in before),
                        fact.active,
                        tuple(_words(fact.outputs)),
                    )
                )
                before = fact.active
            case Ended():
                reason = f"{fact.how.value}: {fact.reason}" if fact.reason else fact.how.value
                path.append(Passage(number, at_ms, (Taken(f"({reason})", ""),), before, (), (), ()))
            case _:
                pass
    return path


def _words(outputs: Sequence[Output]) -> Iterator[str]:
    for output in outputs:
        match output:
            case Requested():
                yield f"asks {output.module}.{output.action} {cut(output.attributes)}"
            case Logged():
                yield (
                    f"logs {output.label}: {cut(output.text)}" if output.label else f"logs {cut(output.text)}"
                )
            case Sent():
                yield f"sends {output.event.name} to {output.target or 'itself'}"
            case Invoke():
                yield f"invokes {output.id}: {output.src or 'a document of its own'}"
            case _:
                pass


def cut(text: str) -> str:
    """A text that a page has room for."""
    return text if len(text) <= TEXT_CHARS_MAX else f"{text[:TEXT_CHARS_MAX]}… ({len(text)} characters)"
