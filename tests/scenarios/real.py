"""Plays a scenario with the SDK against our own server, over any of its transports, with agents at the desk.

What the scripted server decides (ids, numbers, times, how much one answer brings) is the server's own here:
what is published is compared by name and order over the whole scenario, what was received by its words."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from frontdesk.client.bus import Bus, Event
from frontdesk.client.promise import CommandRejected, Promise
from frontdesk.client.service_events import EVENTS
from frontdesk.client.state_store import MemoryStorage, StateStore
from frontdesk.client.transport import Transport
from frontdesk.client.v2 import V2Transport
from frontdesk.client.v3 import V3Transport
from frontdesk.client.webchat import WebChat
from frontdesk.client.webchat_service import WebChatService
from tests.client.manual_clock import ManualClock
from tests.client.stage import LIFECYCLE, UNHEARD
from tests.conformance.agents import Agent
from tests.conformance.house import House
from tests.faults.broken_sockets import Proxy, Sockets, proxy_to
from tests.patience import PATIENCE_MS, PATIENCE_S
from tests.scenarios.matching import difference
from tests.scenarios.runner import Step, value_of

TRANSPORTS = ("v2", "v2-socket", "v2-cometd", "v3")
SERVICE = "s"
QUIET_TURNS = 15
# What only another server can say: its ids, numbers and times, and the form of its answers.
_ITS_OWN = {"sessionID", "userId", "secureKey", "alias", "chatId", "index", "timestamp", "utcTime", "id"} | {
    *("agents", "statusCode", "chatEnded", "status", "originalMessages", "sessionData", "elapsed"),
    "waitingForAgent",
}
# Nobody polls over CometD; version 3 tells of typing that ends at every turn, and of a session that is lost.
_NOT_TOLD: Mapping[str, frozenset[str]] = {
    "v2": frozenset(),
    "v2-socket": frozenset(),
    "v2-cometd": frozenset(("pollingStarted", "pollingStopped")),
    "v3": frozenset(("agentTypingStopped", "agentTypingTimeout", "sessionLost")),
}
# Where polls would have to be waited for, the last start of a scenario is followed by its first news.
_UNASKED: Mapping[str, frozenset[str]] = {
    "v2": frozenset(),
    "v2-socket": frozenset(("clientConnected",)),
    "v2-cometd": frozenset(("clientConnected",)),
    "v3": frozenset(),
}


class Wire(httpx2.AsyncBaseTransport):
    """The network: it counts what is under way, and can be lost. Held connects are no requests of ours."""

    def __init__(self) -> None:
        self._inner = httpx2.AsyncHTTPTransport(verify=False)
        self._held: set[asyncio.Task[httpx2.Response]] = set()
        self.under_way = 0
        self.is_lost = self.was_lost = False
        self.lost_path = ""
        """The end of a path that alone cannot be reached."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.is_lost or (self.lost_path and request.url.path.endswith(self.lost_path)):
            raise httpx2.ConnectError("the network is lost")
        if request.url.path.endswith("/connect"):
            return await self._hold(request)
        self.under_way += 1
        try:
            return await self._ask(request)
        finally:
            self.under_way -= 1

    def lose(self) -> None:
        """Every connection breaks."""
        self.is_lost = self.was_lost = True
        for task in self._held:
            task.cancel()

    async def _hold(self, request: httpx2.Request) -> httpx2.Response:
        asking = asyncio.ensure_future(self._ask(request))
        self._held.add(asking)
        try:
            return await asking
        except asyncio.CancelledError:
            asking.cancel()
            if self.is_lost:
                raise httpx2.ReadError("the network is lost") from None
            raise
        finally:
            self._held.discard(asking)

    async def _ask(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        await response.aread()
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class RealStage:
    """A visitor's pages, one after the other, at a real server."""

    def __init__(
        self, house: House, proxy: Proxy, agents: Mapping[str, Agent], over: str, scenario: Mapping[str, Any]
    ) -> None:
        self.house, self.proxy, self.over, self.agents = house, proxy, over, agents
        self.clock, self.wire, self.storage = ManualClock(), Wire(), MemoryStorage()
        self.http = httpx2.AsyncClient(transport=self.wire, timeout=None)
        self.config = {
            **config_for(over, proxy.url if over == "v2-socket" else house.url),
            "ajaxTimeout": PATIENCE_MS,
            **dict(scenario.get("config") or {}),
        }
        self.config["transport"] = {**(self.config.get("transport") or {}), **scenario.get("transport", {})}
        self.page = dict(scenario.get("page") or {})
        self.published: list[tuple[str, Any]] = []
        self.received: list[Mapping[str, Any]] = []
        self.bus: Bus
        self.service: WebChatService

    async def load(self) -> None:
        """A page comes up."""
        self.bus, store = Bus(self.clock), StateStore(self.storage)
        self.service = WebChatService(
            self.bus, self.config, store=store, clock=self.clock, http=self.http, page=self.page
        )
        names = [f"WebChatService.{name}" for name in EVENTS if name not in UNHEARD]
        for name in (*names, *(f"WebChat.{name}" for name in LIFECYCLE if name != "ready")):
            self.bus.subscribe(name, self._hear)
        WebChat(self.bus, store=store)
        await asyncio.wait_for(self.service.begin(), PATIENCE_S)
        await self.settle()

    async def reload(self, away_ms: float) -> None:
        """The page goes, and comes again later."""
        self.service.engine.close()
        self.clock.step(self.clock.now_ms() + away_ms)
        await self.load()

    async def settle(self) -> None:
        """Let everything happen that needs no clock."""
        quiet, seen = 0, len(self.published)
        while quiet < QUIET_TURNS:
            await asyncio.sleep(0.0005 if self.wire.under_way else 0)
            is_quiet = not self.wire.under_way and seen == len(self.published)
            quiet, seen = quiet + 1 if is_quiet else 0, len(self.published)

    async def lose(self) -> None:
        """The network goes, for requests and for sockets."""
        self.wire.lose()
        self.proxy.sockets = Sockets.REFUSED
        await self.proxy.stop()

    def find_again(self) -> None:
        """It is back."""
        self.wire.is_lost = False
        self.proxy.sockets = Sockets.PASS

    async def wait(self, duration_ms: float) -> None:
        """Let time pass for the visitor, alarm by alarm."""
        until_ms = self.clock.now_ms() + duration_ms
        while self.clock.step(until_ms):
            await self.settle()

    async def do(self, command: str, options: Mapping[str, Any] | None = None) -> Any:
        """Call a command of the service; what it resolves with. Errors: `CommandRejected`."""
        try:
            return await asyncio.wait_for(self.bus.command(f"WebChatService.{command}", options), PATIENCE_S)
        finally:
            await self.settle()

    async def refused(self, command: str, options: Mapping[str, Any] | None = None) -> Any:
        """Call a command that is rejected; the reason."""
        try:
            result = await self.do(command, options)
        except CommandRejected as rejected:
            return rejected.reason
        raise AssertionError(f"{command} was resolved with {result}")

    async def hears(self, name: str) -> Any:
        """The data of such an event, once it is published."""
        return await self._until(self.published, lambda one: one[0] == name)

    async def receives(self, text: str) -> Any:
        """The message with this text, once it is there."""
        return await self._until(self.received, lambda message: message["text"] == text)

    async def _until(self, heard: Sequence[Any], is_it: Callable[[Any], bool]) -> Any:
        async with asyncio.timeout(PATIENCE_S):
            while not any(is_it(one) for one in heard):
                await asyncio.sleep(0.005)
                await self.wait(50)
        return next(one for one in heard if is_it(one))

    async def close(self) -> None:
        """The last page goes."""
        self.wire.is_lost = False
        await self.service.aclose()
        await self.http.aclose()

    @property
    def chat_id(self) -> str:
        session = self.service.engine.session
        assert session is not None, "no chat was started"
        return session.credentials.session_id

    async def happens(self, events: Sequence[Mapping[str, Any]], *, ends: bool) -> None:
        """The people at the desk do what the scenario says; without them the visitor ends it elsewhere."""
        for event in events:
            if event["from"] != "visitor":
                await self._agent_does(self.agents[event["from"]], event, ends=ends)
        if ends and all(event["from"] == "visitor" for event in events):
            await self._leaves_elsewhere()

    async def _agent_does(self, agent: Agent, event: Mapping[str, Any], *, ends: bool) -> None:
        chat = self.chat_id
        match event["type"]:
            case "ParticipantJoined":
                await agent.takes(chat)
            case "Message":
                await agent.does("say", interaction_id=chat, text=event["text"])
            case "TypingStarted" | "TypingStopped" as kind:
                await agent.does("type", interaction_id=chat, is_typing=kind == "TypingStarted")
            case "ParticipantLeft":
                await agent.does("end" if ends else "leave", interaction_id=chat)
            case kind:
                raise AssertionError(f"no agent does {kind}")

    async def _leaves_elsewhere(self) -> None:
        session = self.service.engine.session
        assert session is not None
        other: Transport = (
            V3Transport(self.config["transport"]["dataURL"])
            if self.over == "v3"
            else V2Transport(f"{self.house.url}/genesys/2/chat/{SERVICE}")
        )
        await other.disconnect(session.credentials)
        await other.aclose()

    def _hear(self, event: Event) -> None:
        name = event.event.removeprefix("WebChatService.")
        if name == "messageReceived":
            self.received += event.data["messages"]
        elif name not in _NOT_TOLD[self.over]:
            self.published.append((name, event.data))


async def play_for_real(
    house: House, agents: Mapping[str, Agent], over: str, scenario: Mapping[str, Any]
) -> None:
    """Play `scenario` to its end.

    Errors:  `AssertionError` with the number of the step that went otherwise.
    """
    async with on_real_stage(house, agents, over, scenario) as stage:
        told: list[tuple[str, Any]] = []
        said: list[Any] = []
        for number, step in enumerate(scenario["steps"], start=1):
            where = f"step {number} ({next(iter(step))}) over {over}"
            for one in step.get("published", []):
                name, pattern = (one, None) if isinstance(one, str) else one
                if name == "messageReceived":
                    said += (pattern or {}).get("messages", [])
                elif name not in _NOT_TOLD[over]:
                    told.append((name, pattern))
            await _take(stage, step, where)
            await _until_told(stage, told, where)
            if over == "v2-socket":  # What it brings heeds no clock of a test: it is waited for.
                await _until_received(stage, said)
        await _until_received(stage, said)
        await stage.settle()
        if over == "v2-socket" and "started" in (name for name, _ in stage.published):
            assert stage.proxy.upgrades, "no socket was asked for"
        extra = [name for name, _ in stage.published[len(told) :]]
        assert set(extra) <= _UNASKED[over], f"besides, over {over}: {extra}"


@asynccontextmanager
async def on_real_stage(
    house: House, agents: Mapping[str, Agent], over: str, scenario: Mapping[str, Any]
) -> AsyncIterator[RealStage]:
    """A page at `house`, asking for a transport."""
    async with proxy_to(house.url) as proxy:
        stage = RealStage(house, proxy, agents, over, scenario)
        await stage.load()
        try:
            yield stage
        finally:
            await stage.close()


async def _take(stage: RealStage, step: Step, where: str) -> None:
    match step:
        case {"do": address}:
            await _call(stage, address, step, where)
        case {"happens": events}:
            await stage.happens(events, ends=step.get("ended", False))
        case {"network": "lost"}:
            await stage.lose()
        case {"network": "back"}:
            stage.find_again()
        case {"wait": duration_ms}:
            await stage.wait(duration_ms)
        case {"reload": away_ms}:
            await stage.reload(away_ms)
        case _:
            raise AssertionError(f"{where}: a real server cannot be told {step}")
    await stage.settle()


async def _call(stage: RealStage, address: str, step: Step, where: str) -> None:
    options = value_of(step.get("with", {}))
    if address == "startChat":  # Over version 3 who it is stands under `form`; the others do not look there.
        options = {**options, "form": {k: v for k, v in options.items() if k != "userData"}}
    name = address if "." in address else f"WebChatService.{address}"
    promise: Promise = stage.bus.command(name, options)
    settled: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    promise.always(lambda *values: settled.set_result(values[0] if values else None))
    if not {"resolves", "rejects"} & set(step):
        return
    got = await asyncio.wait_for(settled, PATIENCE_S)
    wanted = "rejected" if "rejects" in step else "resolved"
    assert promise.state() == wanted, f"{where} is {promise.state()}: {got}"
    wrong = difference(_common(step.get("resolves", step.get("rejects"))), got, wanted)
    assert not wrong, f"{where}: {wrong}"


async def _until_told(stage: RealStage, told: Sequence[tuple[str, Any]], where: str) -> None:
    """What is pushed, or needs the server, may take its time; but it is nothing else."""
    until_s = asyncio.get_running_loop().time() + PATIENCE_S
    while len(stage.published) < len(told) and asyncio.get_running_loop().time() < until_s:
        await asyncio.sleep(0.005)
        if stage.over == "v2-socket" or (stage.wire.was_lost and not stage.wire.is_lost):
            await stage.wait(
                100
            )  # Who is pushed to comes back, or goes on by polls, after a pause of its own.
    names = [name for name, _ in stage.published[: len(told)]]
    assert names == [name for name, _ in told], f"{where}: published {names}"
    for (name, pattern), (_, data) in zip(told, stage.published, strict=False):
        wrong = "" if pattern is None else difference(_common(pattern), data, name)
        assert not wrong, f"{where}: {wrong}"


async def _until_received(stage: RealStage, said: Sequence[Any]) -> None:
    """Every message of the scenario is received, in its order; the server may say more than the scenario."""
    until_s = asyncio.get_running_loop().time() + PATIENCE_S
    while (missing := _missing(stage, said)) and asyncio.get_running_loop().time() < until_s:
        await asyncio.sleep(0.005)
        await stage.wait(100)
    assert not missing, f"{missing} was not received, or not in order, over {stage.over}: {stage.received}"


def _missing(stage: RealStage, said: Sequence[Any]) -> Any:
    """The first message of the scenario that was not received yet."""
    received = iter(stage.received)
    for one in map(_common, said):
        if one.get("type", "").startswith("Typing") and stage.over == "v3":
            continue  # Typing is no part of its transcript.
        if not any(not difference(one, message) for message in received):
            return one
    return None


def _common(pattern: Any) -> Any:
    """What of a pattern every server must keep."""
    match pattern:
        case {"$is": _}:
            return pattern
        case Mapping():
            return {name: _common(value) for name, value in pattern.items() if name not in _ITS_OWN}
        case list():
            return [_common(value) for value in pattern]
        case _:
            return pattern


def config_for(over: str, url: str) -> dict[str, Any]:
    """How a page asks for a transport to the server at `url`."""
    match over:
        case "v3":
            v3 = {
                "type": "pureengage-v3-rest",
                "dataURL": f"{url}/nexus/v3/chat/sessions",
                "endpoint": SERVICE,
            }
            return {"transport": {**v3, "pollTimeout": 200}}  # As often as the scenarios expect news.
        case "v2-cometd":
            comet = {"cometURL": f"{url}/genesys/cometd", "channel": f"/service/chatV2/{SERVICE}"}
            return {"cometD": {"enabled": True, **comet}}
        case "v2-socket":
            return {"dataURL": f"{url}/genesys/2/chat/{SERVICE}"}
        case _:
            # Named, so that polls alone bring the news.
            return {"dataURL": f"{url}/genesys/2/chat/{SERVICE}", "transport": {"type": "v2"}}
