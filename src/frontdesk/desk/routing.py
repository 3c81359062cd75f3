"""The assigner: puts chats that wait to people who are free. One node at a time acts, under a lease."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import structlog

from frontdesk.desk.agents import Agents
from frontdesk.desk.floor import Floor
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.reception import Reception
from frontdesk.desk.services import ServiceBook
from frontdesk.desk.standings import Standings
from frontdesk.domain.commands import Command, Invite, Join, Queue
from frontdesk.domain.events import Kind, Medium
from frontdesk.domain.submit_commands import GiveUp, Select
from frontdesk.domain.targeting import Choice, choose
from frontdesk.errors import Conflict, DeskError, NotFound, Refused, TooNew
from frontdesk.store.log import Fence, Store

LEASE = "routing"
LEASE_MS = 6000
LOOK_AGAIN_S = 2.0  # Also when nothing changed: a refusal wears off, a lease falls free.
AT_ONCE_MAX = 200

_log = structlog.get_logger("routing")


class Routing:
    """Rings people for chats, and gives chats of services with a bot to the bot."""

    def __init__(
        self,
        store: Store,
        interactions: Interactions,
        agents: Agents,
        floor: Floor,
        services: ServiceBook,
        reception: Reception,
        clock_ms: Callable[[], int],
        node_id: str,
    ) -> None:
        self._store = store
        self._interactions = interactions
        self._agents = agents
        self._floor = floor
        self._services = services
        self._reception = reception
        self._standings = Standings(services, floor, clock_ms)
        self._clock_ms = clock_ms
        self._node_id = node_id
        self._wake = asyncio.Event()
        self._fence: Fence | None = None
        self._lease_until_ms = 0
        floor.on_change.append(self._wake.set)

    async def run(self) -> None:
        """Assign until cancelled."""
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN_S):  # `wait_for` loses a cancellation that
                        await self._wake.wait()  # comes together with the news.
                self._wake.clear()
                try:
                    await self.decide()
                except DeskError as error:
                    self._fence = None
                    _log.warning("routing_paused", reason=str(error))
                    await asyncio.sleep(0.5)
        finally:
            with contextlib.suppress(DeskError):
                await self._store.drop_lease(LEASE, self._node_id)

    async def decide(self) -> None:
        """Assign what can be now, if this node is the one that does. Errors: `Unavailable`."""
        if await self._holds_lease():
            await self._assign()

    async def _holds_lease(self) -> bool:
        now_ms = self._clock_ms()
        if self._fence is not None and now_ms < self._lease_until_ms - LEASE_MS // 2:
            return True
        number = await self._store.take_lease(LEASE, self._node_id, now_ms, LEASE_MS)
        self._fence = Fence(LEASE, number) if number is not None else None
        self._lease_until_ms = now_ms + LEASE_MS
        return number is not None

    async def _assign(self) -> None:
        floor = self._floor
        await self._carry_out_all(list(self._reception.wishes()))  # Who is turned away rings for nobody.
        await self._carry_out_all(list(self._receptions()))
        floor.predict()
        for medium in Medium:  # One after the other: they may share places.
            choices = choose(floor.lines(medium), floor.people(medium), self._clock_ms())
            wishes = [(choice.interaction_id, self._chosen(choice)) for choice in choices]
            served = {choice.request_id for choice in choices}
            hasty = floor.hasty(medium)
            wishes += ((chat, GiveUp(request)) for chat, request in hasty if request not in served)
            await self._carry_out_all(wishes)
        await self._carry_out_all(list(self._standings.wishes()))

    async def _carry_out_all(self, wishes: Sequence[tuple[str, Command]]) -> None:
        for first in range(0, len(wishes), AT_ONCE_MAX):
            await asyncio.gather(*(self._carry_out(*wish) for wish in wishes[first : first + AT_ONCE_MAX]))

    def _chosen(self, choice: Choice) -> Command:
        answer_s = self._answer_s(choice.interaction_id)
        if choice.aim is None:
            return Invite(choice.agent_id, answer_s)
        return Select(
            request_id=choice.request_id, aim=choice.aim, agent_id=choice.agent_id, answer_s=answer_s
        )

    def _answer_s(self, interaction_id: str) -> int:
        """How long a chat rings: as its queue says, else as its service says."""
        card = self._floor.card(interaction_id)
        assert card is not None, "what waits is open"
        rules = self._services.rules(card.service)
        return rules.queue_rules(card.queue).answer_s or rules.answer_s

    def _receptions(self) -> Iterator[tuple[str, Command]]:
        """What becomes of chats that nobody has: the service's bot takes what it can, the rest waits."""
        taken: Counter[str] = Counter()
        for interaction_id, card in self._floor.unattended():
            bot_id = self._services.bot_id(card.service) if card.medium is Medium.CHAT else ""
            if bot_id and taken[bot_id] < self._floor.room_of(bot_id):
                taken[bot_id] += 1
                name = self._floor.agent(bot_id).nickname
                yield interaction_id, Join(kind=Kind.BOT, participant_id=bot_id, nickname=name)
            else:
                yield interaction_id, Queue()

    async def _carry_out(self, interaction_id: str, wish: Command) -> None:
        try:
            await self._interactions.do(interaction_id, wish, self._fence)
        except (Refused, NotFound, TooNew):
            pass  # It ended, or was taken, while we decided; or only newer nodes can read it.
        except Conflict:
            self._fence = None  # Another node assigns now.
