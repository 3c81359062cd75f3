"""The dialog module on a real desk, with an ear for what it delivers."""

from typing import Any

from frontdesk.desk.orchestration.beginnings import Beginnings
from frontdesk.desk.orchestration.bot_turns import BotTurns
from frontdesk.desk.orchestration.busy_treatments import BusyTreatments
from frontdesk.desk.orchestration.dialog_module import DialogModule
from frontdesk.desk.orchestration.modules import Delivery, Request
from frontdesk.desk.orchestration.news import News
from frontdesk.desk.orchestration.slots import Slots
from frontdesk.desk.orchestration.speaker import Speaker
from frontdesk.domain.agent import Role
from frontdesk.domain.asks import Aim
from frontdesk.domain.commands import Say
from frontdesk.domain.events import NoticeGiven, Said
from frontdesk.domain.owning_commands import Attach
from frontdesk.domain.submit_commands import Seek
from frontdesk.domain.targets import Sort, Target
from frontdesk.scxml.packed import pack
from frontdesk.store.account import Account
from frontdesk.store.log import Recorded
from tests.desk.nodes import Heard, Node, turns
from tests.desk.orchestration.deliveries import Deliveries
from tests.desk.orchestration.sleeping import Sleep

ANYBODY = Aim(Target("anybody", Sort.GROUP))
PROMPTS = {"1001": {"": "Welcome.", "de": "Willkommen."}}


class Told(Heard):
    """An audience that passes on what it hears."""

    def __init__(self, news: News) -> None:
        super().__init__()
        self._news = news

    def heard(self, interaction_id: str, record: Recorded) -> None:
        super().heard(interaction_id, record)
        self._news.heard(interaction_id, record)


class Talking:
    """One node with a dialog module; `again` is the same desk after the node was killed.

    Shape:   what is delivered goes to `delivery`, else to an ear of the test's.
    """

    def __init__(
        self, node: Node | None = None, heard: Deliveries | None = None, delivery: Delivery | None = None
    ) -> None:
        self.node = node or Node()
        self.heard = heard or Deliveries()
        self.sleep = Sleep(self.node.clock)
        self.news = News(self.sleep)
        self.node.follower._audience = Told(self.news)
        speaker = Speaker(self.node.interactions, "Assistant")
        beginnings = Beginnings(self.node.store, self.node.chats)
        bots = BotTurns(
            self.node.accounts.by_login,
            self.node.floor,
            self.node.interactions,
            beginnings,
            speaker,
            self.news,
        )
        slots = Slots()
        self.busy = BusyTreatments(
            self.node.interactions, speaker, slots, PROMPTS, self.node.clock, self.sleep
        )
        self.module = DialogModule(
            delivery or self.heard,
            self.node.interactions,
            beginnings,
            speaker,
            bots,
            slots,
            self.busy,
            self.news,
            self._first_of,
            PROMPTS,
            self.node.clock,
            self.sleep,
        )
        self.chats: list[str] = []
        self._asked = 0

    async def again(self) -> "Talking":
        """The next node: nothing that the first had in memory is there."""
        await self.module.aclose()
        await self.busy.aclose()
        other = Talking(Node(self.node.database, self.node.clock, accounts=self.node.accounts), self.heard)
        await other.node.floor.load(other.node.store)
        return other

    async def chat(self, session_id: str = "s1", **more: Any) -> str:
        """A new chat that a session has."""
        chat_id = await self.node.start(**more)
        await self.node.do(chat_id, Attach(session_id=session_id, request_id=f"attach {chat_id}"))
        self.chats.append(chat_id)
        return chat_id

    async def seek(self, chat_id: str, request_id: str, *steps: Any) -> None:
        """Submit, as the queue does it."""
        treatments = pack(list(steps)) if steps else ""
        seek = Seek(request_id=request_id, session_id="s1", aims=(ANYBODY,), treatments=treatments)
        await self.node.do(chat_id, seek)

    async def search(self, chat_id: str, *steps: Any) -> Request:
        """Have somebody found for a chat, with treatments meanwhile."""
        self._asked += 1
        request = Request("s1", f"s1.{self._asked}", "queue", "submit", {}, self.node.clock())
        await self.seek(chat_id, request.request_id, *steps)
        self.busy.begin(request, chat_id)
        await self.settle()
        return request

    async def _first_of(self, session_id: str) -> str:
        return self.chats[0] if self.chats and session_id == "s1" else ""

    def request(self, action: str, chat_id: str = "", **attributes: Any) -> Request:
        """A new request of the session that has the chat."""
        self._asked += 1
        given = {"interactionid": chat_id, **attributes}
        return Request("s1", f"s1.{self._asked}", "dialog", action, given, self.node.clock())

    async def ask(self, action: str, chat_id: str = "", **attributes: Any) -> Request:
        """Ask for something, and let it go as far as it goes by itself."""
        return await self.ask_again(self.request(action, chat_id, **attributes))

    async def ask_again(self, request: Request) -> Request:
        await self.module.carry_out(request)
        await self.settle()
        return request

    async def settle(self) -> None:
        """Let everybody go on who can."""
        for _ in range(3):
            await turns(30)
            await self.node.hears()
        await turns(30)

    async def visitor_says(self, chat_id: str, text: str) -> None:
        await self.node.do(chat_id, Say(party_id=1, text=text))
        await self.settle()

    async def said(self, chat_id: str) -> list[str]:
        """What was said on our side, oldest first."""
        return [e.text for e in await self.node.events(chat_id) if isinstance(e, Said) and e.party_id != 1]

    async def notices(self, chat_id: str) -> list[NoticeGiven]:
        return [e for e in await self.node.events(chat_id) if isinstance(e, NoticeGiven)]

    async def bot(self, login: str) -> Account:
        """A bot that takes chats."""
        account = await self.node.ready(login, role=Role.BOT)
        await self.node.accounts.add(account)
        return account


def prompts(*texts: str, **more: Any) -> dict[str, Any]:
    """What `<dialog:prompts>` with these texts becomes."""
    return {"prompts": {"items": [{"kind": "prompt", "text": text} for text in texts]}, **more}
