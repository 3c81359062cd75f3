"""Plays a scenario: does its steps one by one and compares each with what it must lead to."""

import re
from collections.abc import Mapping
from typing import Any, Protocol

from frontdesk.client.promise import Promise
from tests.client.desk import Desk
from tests.client.scripted_server import ScriptedServer
from tests.client.stage import Stage, on_stage
from tests.scenarios.matching import difference

Step = Mapping[str, Any]

ACTIONS = ("do", "happens", "answer", "hold", "release", "network", "wait", "reload")
EXPECTATIONS = ("published", "requests", "polls", "resolves", "rejects", "transcript", "metadata", "agents")
EXTRAS = ("with", "hidden", "ended", "idleTimerExpire", "comment")


class Player(Protocol):
    """A visitor's side that a scenario is played with.

    Shape:   `heard` is what was published since it was last cleared, in order; names of the service stand
             without its namespace.
    """

    server: ScriptedServer
    heard: list[tuple[str, Any]]

    async def call(self, address: str, written: Any) -> None:
        """Call a command, with options as a scenario writes them, and do not wait."""

    async def ended(self) -> tuple[str, Any]:
        """The state of the last call, and what it was settled with."""

    async def ask(self, address: str) -> Any:
        """What a command that needs no network resolves with."""

    async def metadata(self) -> Any:
        """The block of the interaction."""

    async def settle(self) -> None:
        """Let everything happen that needs no clock."""

    async def wait(self, duration_ms: float) -> None:
        """Let time pass, alarm by alarm."""

    async def reload(self, away_ms: float) -> None:
        """The page goes, and comes again later."""


class SdkPlayer:
    """The Python SDK on a stage."""

    def __init__(self, stage: Stage) -> None:
        self.server = stage.server
        self.heard = stage.heard
        self.settle, self.wait, self.reload = stage.settle, stage.wait, stage.reload
        self.ask = stage.do
        self._stage = stage
        self._promise: Promise

    async def call(self, address: str, written: Any) -> None:
        self._promise = self._stage.call(address, value_of(written))

    async def ended(self) -> tuple[str, Any]:
        outcome: list[Any] = []
        self._promise.always(lambda *values: outcome.append(values[0] if values else None))
        return self._promise.state(), outcome[0] if outcome else None

    async def metadata(self) -> Any:
        return self._stage.bus.data("WebChat.metadata")


async def play(scenario: Mapping[str, Any]) -> None:
    """Play `scenario` with the SDK."""
    desk = Desk(scenario.get("parties"))
    async with on_stage(scenario.get("config"), desk=desk, page=scenario.get("page")) as stage:
        await play_with(SdkPlayer(stage), scenario)


async def play_with(player: Player, scenario: Mapping[str, Any]) -> None:
    """Play `scenario` to its end.

    Errors:  `AssertionError` with the number of the step that went otherwise.
    """
    for number, step in enumerate(scenario["steps"], start=1):
        unknown = set(step) - {*ACTIONS, *EXPECTATIONS, *EXTRAS}
        assert not unknown, f"step {number} has unknown members {unknown}"
        await _take(player, step, f"step {number} ({next(iter(step))})")


async def _take(player: Player, step: Step, where: str) -> None:
    player.heard.clear()
    player.server.requests.clear()
    await _act(player, step)
    await player.settle()
    _compare_published(player, step, where)
    _compare_requests(player, step, where)
    if "do" in step:
        await _compare_ended(player, step, where)
    await _compare_state(player, step, where)


async def _act(player: Player, step: Step) -> None:
    server, desk = player.server, player.server.desk
    match step:
        case {"do": address}:
            await player.call(address, step.get("with", {}))
        case {"happens": events}:
            desk.hides(step.get("hidden", 0))
            desk.happens(*events)
            desk.has_ended = step.get("ended", desk.has_ended)
            desk.idle_expires_s = step.get("idleTimerExpire")
        case {"answer": answer}:
            server.override(
                answer["to"],
                answer.get("json", answer.get("text", {})),
                status=answer.get("status", 200),
                times=answer.get("times", 1),
                headers=answer.get("headers"),
                is_lost=answer.get("lost", False),
            )
        case {"hold": operation}:
            server.hold(operation)
        case {"release": operation}:
            server.release(operation)
        case {"network": state}:
            server.is_lost = state == "lost"
        case {"wait": duration_ms}:
            await player.wait(duration_ms)
        case {"reload": away_ms}:
            await player.reload(away_ms)
        case _:
            raise AssertionError(f"no action in {step}")


def value_of(written: Any) -> Any:
    """What an option of a command means: regular expressions and files are written as objects."""
    match written:
        case {"$regex": source, **rest}:
            flags = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
            return re.compile(source, sum(flags[letter] for letter in str(rest.get("flags", ""))))
        case {"$file": name, "text": text}:
            return (name, text.encode())
        case {"$input": text}:
            return lambda: text
        case Mapping():
            return {name: value_of(value) for name, value in written.items()}
        case list():
            return [value_of(value) for value in written]
        case _:
            return written


def _compare_published(player: Player, step: Step, where: str) -> None:
    wanted: list[Any] = [[one, None] if isinstance(one, str) else one for one in step.get("published", [])]
    names, heard = [name for name, _ in wanted], [name for name, _ in player.heard]
    assert heard == names, f"{where} published {heard}, not {names}"
    for (name, pattern), (_, data) in zip(wanted, player.heard, strict=True):
        wrong = "" if pattern is None else difference(pattern, data, name)
        assert not wrong, f"{where}: {wrong}"


def _compare_requests(player: Player, step: Step, where: str) -> None:
    others = [one for one in player.server.requests if one.operation != "refresh"]
    if "requests" in step:
        wanted = [[one, {}] if isinstance(one, str) else one for one in step["requests"]]
        got = [[one.operation, one.fields] for one in others]
        assert [one[0] for one in got] == [one[0] for one in wanted], f"{where} asked for {got}"
        wrong = difference(wanted, got, "requests")
        assert not wrong, f"{where}: {wrong}"
    if "polls" in step:
        polls = len(player.server.requests) - len(others)
        assert polls == step["polls"], f"{where} polled {polls} times, not {step['polls']}"


async def _compare_ended(player: Player, step: Step, where: str) -> None:
    if "resolves" in step or "rejects" in step:
        wanted = "rejected" if "rejects" in step else "resolved"
        state, value = await player.ended()
        assert state == wanted, f"{where} is {state}: {value}"
        wrong = difference(step.get("resolves", step.get("rejects")), value, state)
        assert not wrong, f"{where}: {wrong}"


async def _compare_state(player: Player, step: Step, where: str) -> None:
    if "transcript" in step:
        messages = (await player.ask("getTranscript"))["messages"]
        got = [[message["type"], message["from"].get("name"), message["text"]] for message in messages]
        wrong = difference(step["transcript"], got, "the transcript")
        assert not wrong, f"{where}: {wrong}"
    if "agents" in step:
        wrong = difference(step["agents"], (await player.ask("getAgents"))["agents"], "the agents")
        assert not wrong, f"{where}: {wrong}"
    if "metadata" in step:
        wrong = difference(step["metadata"], await player.metadata(), "the metadata")
        assert not wrong, f"{where}: {wrong}"
