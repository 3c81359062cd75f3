"""Plays a scenario with the browser's service against our own server, over any of its transports.

The clock of the page is ours, the network and the agents are real. What the scripted server decides (ids,
numbers, times, how much one answer brings) is the server's own here: what is published is compared by name
and order over the whole scenario, what was received by who said what.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, WebSocket

from tests.browser.stage import furnish
from tests.browser.transports import speaking
from tests.conformance.agents import Agent
from tests.patience import PATIENCE_S
from tests.scenarios.matching import difference

Step = Mapping[str, Any]

TRANSPORTS = ("v2", "v2-socket", "v2-cometd", "v3")
SERVICE = "s"
LOOKS_EVERY_S, LOOKS_EVERY_MS = 0.01, 100
# What only another server can say: its ids, numbers and times, and the form of its answers.
ITS_OWN = {"sessionID", "userId", "secureKey", "alias", "chatId", "index", "timestamp", "utcTime", "id"} | {
    *("agents", "statusCode", "chatEnded", "status", "originalMessages", "sessionData", "elapsed"),
    "waitingForAgent",
}
# Nobody polls over CometD; over version 3 typing ends with each word.
NOT_TOLD: Mapping[str, frozenset[str]] = {
    "v2": frozenset(),
    "v2-socket": frozenset(),
    "v2-cometd": frozenset(("pollingStarted", "pollingStopped")),
    "v3": frozenset(("agentTypingStopped",)),
}
# What may still come at the end: news that nobody has to wait for, and, where the last agent has
# left, the end of the chat.
UNASKED: Mapping[str, frozenset[str]] = {
    "v2": frozenset(),
    "v2-socket": frozenset(("clientConnected",)),
    "v2-cometd": frozenset(("clientConnected",)),
    "v3": frozenset(),
}
END = frozenset(("clientDisconnected", "pollingStopped", "ended", "WebChat.completed"))
LEAVE = {
    "v2": """async ({sessionID, ...keys}) => fetch(`/genesys/2/chat/s/${sessionID}/disconnect`,
        {method: 'POST', body: new URLSearchParams(keys)})""",
    "v3": """async ({sessionId, participantId, token}) => fetch(
        `/nexus/v3/chat/sessions/${sessionId}/participants/${participantId}`,
        {method: 'DELETE', headers: {'x-nexus-client-key': token}})""",
}


class RealStage:
    """A visitor's pages, one after the other, at a real server."""

    def __init__(self, page: Page, url: str, over: str, agents: Mapping[str, Agent], own: Any) -> None:
        self.page, self.over, self.agents = page, over, agents
        own = {"pollTimeout": 200, **own} if over == "v3" else own  # As often as scenarios expect news.
        self.config = {
            **speaking(over.removesuffix("-socket"), url, SERVICE, **own),
            "ajaxTimeout": PATIENCE_S * 1000,
        }
        if over == "v2":  # Named, so that polls alone bring the news.
            self.config["transport"] = {"type": "v2"}
        self.sockets = 0
        page.on("websocket", self._count)
        self.address = f"{url}/shop"
        self.published: list[tuple[str, Any]] = []
        self.received: list[Mapping[str, Any]] = []

    def _count(self, _: WebSocket) -> None:
        self.sockets += 1

    async def load(self) -> None:
        """A page comes up."""
        await self.page.goto(self.address)
        await self.page.evaluate("(config) => stage.load(config)", self.config)
        await self.settle()

    async def settle(self) -> None:
        """Let everything happen that needs no clock."""
        while True:
            rest = await self.page.evaluate("stage.settle(0)")
            for name, data in rest["heard"]:
                if name == "messageReceived":
                    self.received += data["messages"]
                elif name not in NOT_TOLD[self.over]:
                    self.published.append((name, data))
            if not rest["underWay"]:
                return

    async def take(self, step: Step, where: str) -> None:
        """Do what a step says."""
        match step:
            case {"do": address}:
                await self._call(address, step, where)
            case {"happens": events}:
                await self._happen(events, ends=step.get("ended", False))
            case {"network": state}:
                await self.page.context.set_offline(state == "lost")
            case {"wait": duration_ms}:
                await self.wait(duration_ms)
            case {"reload": away_ms}:
                await self.page.evaluate("(ms) => stage.away(ms)", away_ms)
                await self.load()
            case _:
                raise AssertionError(f"{where}: a real server cannot be told {step}")
        await self.settle()

    async def wait(self, duration_ms: float) -> None:
        """Let time pass, alarm by alarm."""
        until_ms = await self.page.evaluate("stage.now()") + duration_ms
        while await self.page.evaluate("(until) => stage.step(until)", until_ms):
            await self.settle()

    async def _call(self, address: str, step: Step, where: str) -> None:
        options = step.get("with", {})
        if (
            address == "startChat"
        ):  # Over version 3 who it is stands under `form`; the others do not look there.
            options = {**options, "form": {key: it for key, it in options.items() if key != "userData"}}
        name = address if "." in address else f"WebChatService.{address}"
        await self.page.evaluate("([name, options]) => stage.call(name, options)", [name, options])
        if not {"resolves", "rejects"} & set(step):
            return
        async with asyncio.timeout(PATIENCE_S):
            while (call := await self.page.evaluate("stage.ended()"))["state"] == "pending":
                await self.settle()
        wanted = "rejected" if "rejects" in step else "resolved"
        assert call["state"] == wanted, f"{where} is {call}"
        wrong = difference(common(step.get("resolves", step.get("rejects"))), call["value"], wanted)
        assert not wrong, f"{where}: {wrong}"

    async def _happen(self, events: Sequence[Mapping[str, Any]], *, ends: bool) -> None:
        """The people at the desk do what is said; without them the visitor ends the chat, on another page."""
        session = await self.page.evaluate("CXBus.command('WebChatService.getSessionData')")
        chat_id = session.get("sessionID") or session["sessionId"]
        for event in events:
            if event["from"] != "visitor":
                await _does(self.agents[event["from"]], chat_id, event, ends=ends)
        if ends and all(event["from"] == "visitor" for event in events):
            await self.page.evaluate(LEAVE["v3" if self.over == "v3" else "v2"], session)


async def _does(agent: Agent, chat_id: str, event: Mapping[str, Any], *, ends: bool) -> None:
    match event["type"]:
        case "ParticipantJoined":
            await agent.takes(chat_id)
        case "Message":
            await agent.does("say", interaction_id=chat_id, text=event["text"])
        case "TypingStarted" | "TypingStopped" as kind:
            await agent.does("type", interaction_id=chat_id, is_typing=kind == "TypingStarted")
        case "ParticipantLeft":
            await agent.does("end" if ends else "leave", interaction_id=chat_id)
        case kind:
            raise AssertionError(f"no agent does {kind}")


async def play_for_real(stage: RealStage, scenario: Mapping[str, Any]) -> None:
    """Play `scenario` to its end.

    Errors:  `AssertionError` with the number of the step that went otherwise.
    """
    told: list[tuple[str, Any]] = []
    said: list[Any] = []
    for number, step in enumerate(scenario["steps"], start=1):
        where = f"step {number} ({next(iter(step))}) over {stage.over}"
        for name, pattern in _patterns(step):
            if name == "messageReceived":
                said += (pattern or {}).get("messages", [])
            elif name not in NOT_TOLD[stage.over]:
                told.append((name, pattern))
        await stage.take(step, where)
        await _until_told(stage, told, where)
        if stage.over == "v2-socket":  # What it brings heeds no clock of a test: it is waited for.
            await _until_received(stage, said)
    await stage.settle()
    if any(name == "started" for name, _ in stage.published):
        assert bool(stage.sockets) == (stage.over == "v2-socket"), f"{stage.sockets} sockets"
    extra = [name for name, _ in stage.published[len(told) :]]
    unasked = UNASKED[stage.over] | (END if _last_leaves(scenario) else frozenset())
    assert set(extra) <= unasked, f"besides, over {stage.over}: {extra}"
    await _until_received(stage, said)


def _last_leaves(scenario: Mapping[str, Any]) -> bool:
    *_, events = [step["happens"] for step in scenario["steps"] if "happens" in step] or [[]]
    return any(event["type"] == "ParticipantLeft" and event["from"] != "visitor" for event in events)


def _patterns(step: Step) -> Iterator[tuple[str, Any]]:
    for one in step.get("published", []):
        yield (one, None) if isinstance(one, str) else tuple(one)


async def _until_told(stage: RealStage, told: Sequence[tuple[str, Any]], where: str) -> None:
    """What is pushed, or needs the server, may take its time; but it is nothing else."""
    until_s = asyncio.get_running_loop().time() + PATIENCE_S
    while len(stage.published) < len(told) and asyncio.get_running_loop().time() < until_s:
        await asyncio.sleep(LOOKS_EVERY_S)
        if stage.over == "v2-socket":  # A lost one is followed by another, or by polls, after a pause.
            await stage.wait(LOOKS_EVERY_MS)
        await stage.settle()
    names = [name for name, _ in stage.published[: len(told)]]
    assert names == [name for name, _ in told], f"{where}: published {names}"
    for (name, pattern), (_, data) in zip(told, stage.published, strict=False):
        wrong = "" if pattern is None else difference(common(pattern), data, name)
        assert not wrong, f"{where}: {wrong}"


async def _until_received(stage: RealStage, said: Sequence[Any]) -> None:
    """Every message of the scenario is received, in its order; the server may say more than the scenario."""
    until_s = asyncio.get_running_loop().time() + PATIENCE_S
    while (missing := _missing(stage, said)) and asyncio.get_running_loop().time() < until_s:
        await asyncio.sleep(LOOKS_EVERY_S)
        await stage.wait(LOOKS_EVERY_MS)
        await stage.settle()
    assert not missing, f"{missing} was not received, or not in order, over {stage.over}: {stage.received}"


def _missing(stage: RealStage, said: Sequence[Any]) -> Any:
    """The first message of the scenario that was not received yet."""
    received = iter(stage.received)
    for one in map(common, said):
        if one.get("type", "").startswith("Typing") and stage.over == "v3":
            continue  # Typing is no part of its transcript.
        if not any(not difference(one, message) for message in received):
            return one
    return None


def common(pattern: Any) -> Any:
    """What of a pattern every server must keep."""
    match pattern:
        case {"$is": _}:
            return pattern
        case Mapping():
            return {name: common(value) for name, value in pattern.items() if name not in ITS_OWN}
        case list():
            return [common(value) for value in pattern]
        case _:
            return pattern


@asynccontextmanager
async def on_real_stage(
    browser: Browser, built: Path, url: str, over: str, agents: Mapping[str, Agent], own: Any
) -> AsyncIterator[RealStage]:
    """A page at the server of `url` with `own` options; whatever goes wrong in it fails the test."""
    context = await browser.new_context()
    try:
        await furnish(context, built)
        page = await context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(f"{error}"))
        stage = RealStage(page, url, over, agents, own)
        await stage.load()
        yield stage
        assert faults == []
    finally:
        await context.close()
