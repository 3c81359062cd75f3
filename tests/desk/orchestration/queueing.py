"""A desk whose service has an application, with the modules that find people for its sessions."""

from collections.abc import Mapping, Sequence
from typing import Any

from frontdesk.desk.orchestration.modules import Request
from frontdesk.desk.orchestration.queue_module import QueueModule
from frontdesk.desk.orchestration.statistic_module import StatisticModule
from frontdesk.desk.orchestration.submit_values import Reader
from frontdesk.desk.statistics import Statistics
from frontdesk.domain.commands import Accept, Decline
from frontdesk.errors import DeskError
from tests.desk.nodes import turns
from tests.desk.orchestration.owning import Ear, House, data_of

GROUPS = {"Germans": "german > 0", "All": ""}


class Unspeakable(DeskError):
    """What a treatment cannot be."""


class Performer:
    """Notes for which submits treatments are to go on."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def check(self, steps: Sequence[Any]) -> None:
        if "dance" in steps:
            raise Unspeakable("nobody can dance here")

    def begin(self, search: Request, interaction_id: str) -> None:
        self.told.append((search.request_id, interaction_id))


class QueueHouse(House):
    """… and an assigner that decides when it is told to."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        node = self.node
        self.statistics = Statistics(node.floor, node.services.queue_rules, GROUPS, node.clock)
        reader = Reader(self._find_agent, self.statistics, node.services.knows_queue)
        self.performer = Performer()
        self.queue = QueueModule(
            node.interactions, node.floor, reader, self.performer, self.ear, self.ear.about
        )
        self.statistic = StatisticModule(self.statistics, self.ear, node.clock)
        node.floor.is_here = node.agents.is_here

    async def _find_agent(self, name: str) -> str:
        accounts = self.node.accounts
        account = await accounts.by_id(name) or await accounts.by_login(name)
        return account.account_id if account is not None else ""

    async def agent(self, login: str, capacity: int = 5, **skills: int) -> None:
        """Somebody who has an account and is ready."""
        await self.node.accounts.add(await self.node.ready(login, capacity, **skills))

    async def submit(self, session_id: str, text: str = "", **given: Any) -> str:
        """The id of a submit that a session made, for the targets of a text."""
        if text:
            given["targets"] = [{"items": [{"kind": "targetid", "expr": text}]}]
        return (await self.ask(session_id, "submit", **given)).request_id

    async def ask(self, session_id: str, action: str, *, module: str = "queue", **given: Any) -> Request:
        """A session asks for something, and it is carried out twice, as after a crash."""
        if module not in ("queue", "statistic"):
            return await super().ask(session_id, action, module=module, **given)
        self._asked += 1
        request = self.request(session_id, f"{session_id}.{self._asked}", action, module=module, **given)
        carries_out = self.queue if module == "queue" else self.statistic
        for _ in range(2):
            await carries_out.carry_out(request)
            await self.tell()
        return request

    def request(
        self, session_id: str, request_id: str, action: str, *, module: str = "queue", **given: Any
    ) -> Request:
        return Request(session_id, request_id, module, action, given, self.node.clock())

    async def decide(self) -> None:
        """The assigner decides, once, and sessions are told what came of it."""
        await self.node.routing.decide()
        await turns()
        await self.tell()

    async def later(self, seconds: float, *chats: str) -> None:
        """Time goes by, and what is due in these chats happens."""
        self.node.clock.after_s(seconds)
        for chat_id in chats:
            await self.node.interactions.tick(chat_id)
        await self.tell()

    async def accepts(self, chat_id: str, agent_id: str) -> None:
        await self.node.do(chat_id, Accept(agent_id, agent_id.title()))
        await self.tell()

    async def declines(self, chat_id: str, agent_id: str) -> None:
        await self.node.do(chat_id, Decline(agent_id))
        await self.tell()

    def rings(self, agent_id: str) -> list[str]:
        return list(self.node.floor.invites_of(agent_id))

    def results(self, session_id: str, *names: str) -> list[Mapping[str, Any]]:
        """What a session was told by events of these names, oldest first; of submits without any."""
        wanted = names or ("queue.submit.done", "error.queue.submit")
        return [data_of(event) for event in self.ear.told[session_id] if event.name in wanted]


__all__ = ["Ear", "QueueHouse", "data_of"]
