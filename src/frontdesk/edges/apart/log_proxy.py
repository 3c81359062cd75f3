"""The main log as the process of journeys has it: the node is asked, which alone opens its database."""

from collections.abc import AsyncIterator, Sequence

from frontdesk.desk.journeys.kept_follower import Passage
from frontdesk.edges.apart.line import Line
from frontdesk.edges.apart.messages import (
    Append,
    DropLease,
    Head,
    NewsAfter,
    Read,
    ReadCard,
    TakeLease,
    WhoIs,
)
from frontdesk.store.account import Account
from frontdesk.store.log import Also, Card, Recorded


class AskedLog:
    """Errors: those of the log itself; `Unavailable` when the node is gone."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def append(
        self,
        stream: str,
        after_version: int,
        bodies: Sequence[bytes],
        time_ms: int,
        also: Sequence[Also] = (),
    ) -> Recorded | None:
        wish = Append(stream, after_version, bodies, time_ms, tuple(also))
        recorded: Recorded | None = await self._line.ask(wish, Recorded | None)
        return recorded

    async def read(self, stream: str, after_version: int = 0, limit: int | None = None) -> Sequence[Recorded]:
        return await self._line.ask(Read(stream, after_version, limit), list[Recorded])

    async def head(self) -> int:
        return await self._line.ask(Head(), int)

    async def card(self, stream: str) -> Card | None:
        card: Card | None = await self._line.ask(ReadCard(stream), Card | None)
        return card

    async def take_lease(self, name: str, holder: str, now_ms: int, for_ms: int) -> int | None:
        number: int | None = await self._line.ask(TakeLease(name, holder, now_ms, for_ms), int | None)
        return number

    async def drop_lease(self, name: str, holder: str) -> None:
        await self._line.ask(DropLease(name, holder), None)

    async def news(self, after_position: int) -> AsyncIterator[Passage]:
        """What the log says of how chats stand. Each stretch is asked for when the last one is dealt with."""
        while True:
            passage: Passage = await self._line.ask(NewsAfter(after_position), Passage)
            after_position = passage.end
            yield passage


class AskedSignIns:
    """Whose sign-ins tokens are, as the node says."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def who(self, token: str) -> Account:
        """Errors: `Denied`."""
        return await self._line.ask(WhoIs(token), Account)
