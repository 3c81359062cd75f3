"""Plays a scenario: does its steps one by one and compares each with what it must lead to."""

import re
from collections.abc import Mapping
from typing import Any

from frontdesk.client.promise import Promise
from tests.client.desk import Desk
from tests.client.stage import Stage, on_stage
from tests.scenarios.matching import difference

Step = Mapping[str, Any]

ACTIONS = ("do", "happens", "answer", "hold", "release", "network", "wait", "reload")
EXPECTATIONS = ("published", "requests", "polls", "resolves", "rejects", "transcript", "metadata", "agents")
EXTRAS = ("with", "hidden", "ended", "idleTimerExpire", "comment")


async def play(scenario: Mapping[str, Any]) -> None:
    """Play `scenario` to its end.

    Errors:  `AssertionError` with the number of the step that went otherwise.
    """
    desk = Desk(scenario.get("parties"))
    async with on_stage(scenario.get("config"), desk=desk, page=scenario.get("page")) as stage:
        for number, step in enumerate(scenario["steps"], start=1):
            unknown = set(step) - {*ACTIONS, *EXPECTATIONS, *EXTRAS}
            assert not unknown, f"step {number} has unknown members {unknown}"
            await _take(stage, step, f"step {number} ({next(iter(step))})")


async def _take(stage: Stage, step: Step, where: str) -> None:
    stage.heard.clear()
    stage.server.requests.clear()
    promise = await _act(stage, step)
    await stage.settle()
    _compare_published(stage, step, where)
    _compare_requests(stage, step, where)
    if promise is not None:
        _compare_promise(promise, step, where)
    await _compare_state(stage, step, where)


async def _act(stage: Stage, step: Step) -> Promise | None:
    """Do what `step` says; the promise of the command it calls, if it does."""
    match step:
        case {"do": address}:
            return stage.call(address, _value(step.get("with", {})))
        case {"happens": events}:
            stage.desk.hides(step.get("hidden", 0))
            stage.desk.happens(*events)
            stage.desk.has_ended = step.get("ended", stage.desk.has_ended)
            stage.desk.idle_expires_s = step.get("idleTimerExpire")
        case {"answer": answer}:
            stage.server.override(
                answer["to"],
                answer.get("json", answer.get("text", {})),
                status=answer.get("status", 200),
                times=answer.get("times", 1),
                headers=answer.get("headers"),
                is_lost=answer.get("lost", False),
            )
        case {"hold": operation}:
            stage.server.hold(operation)
        case {"release": operation}:
            stage.server.release(operation)
        case {"network": state}:
            stage.server.is_lost = state == "lost"
        case {"wait": duration_ms}:
            await stage.wait(duration_ms)
        case {"reload": away_ms}:
            await stage.reload(away_ms)
        case _:
            raise AssertionError(f"no action in {step}")
    return None


def _value(written: Any) -> Any:
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
            return {name: _value(value) for name, value in written.items()}
        case list():
            return [_value(value) for value in written]
        case _:
            return written


def _compare_published(stage: Stage, step: Step, where: str) -> None:
    wanted: list[Any] = [[one, None] if isinstance(one, str) else one for one in step.get("published", [])]
    names = [name for name, _ in wanted]
    assert stage.names == names, f"{where} published {stage.names}, not {names}"
    for (name, pattern), (_, data) in zip(wanted, stage.heard, strict=True):
        wrong = "" if pattern is None else difference(pattern, data, name)
        assert not wrong, f"{where}: {wrong}"


def _compare_requests(stage: Stage, step: Step, where: str) -> None:
    others = [one for one in stage.server.requests if one.operation != "refresh"]
    if "requests" in step:
        wanted = [[one, {}] if isinstance(one, str) else one for one in step["requests"]]
        got = [[one.operation, one.fields] for one in others]
        assert [one[0] for one in got] == [one[0] for one in wanted], f"{where} asked for {got}"
        wrong = difference(wanted, got, "requests")
        assert not wrong, f"{where}: {wrong}"
    if "polls" in step:
        polls = len(stage.server.requests) - len(others)
        assert polls == step["polls"], f"{where} polled {polls} times, not {step['polls']}"


def _compare_promise(promise: Promise, step: Step, where: str) -> None:
    state = "rejected" if "rejects" in step else "resolved"
    if "hold" not in step and ("resolves" in step or "rejects" in step):
        outcome: list[Any] = []
        promise.always(lambda *values: outcome.append(values[0] if values else None))
        assert promise.state() == state, f"{where} is {promise.state()}: {outcome}"
        wrong = difference(step.get("resolves", step.get("rejects")), outcome[0], state)
        assert not wrong, f"{where}: {wrong}"


async def _compare_state(stage: Stage, step: Step, where: str) -> None:
    if "transcript" in step:
        messages = (await stage.do("getTranscript"))["messages"]
        got = [[message["type"], message["from"].get("name"), message["text"]] for message in messages]
        wrong = difference(step["transcript"], got, "the transcript")
        assert not wrong, f"{where}: {wrong}"
    if "agents" in step:
        wrong = difference(step["agents"], (await stage.do("getAgents"))["agents"], "the agents")
        assert not wrong, f"{where}: {wrong}"
    if "metadata" in step:
        wrong = difference(step["metadata"], stage.bus.data("WebChat.metadata"), "the metadata")
        assert not wrong, f"{where}: {wrong}"
