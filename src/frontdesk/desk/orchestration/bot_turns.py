"""A bot's turn in a chat: it is called in, and its turn is over when it leaves."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from frontdesk.desk.chat import Told
from frontdesk.desk.floor import Floor
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.orchestration.beginnings import Beginnings
from frontdesk.desk.orchestration.modules import Request
from frontdesk.desk.orchestration.news import News
from frontdesk.desk.orchestration.speaker import Speaker
from frontdesk.desk.orchestration.treatments import StartBot, Untreated
from frontdesk.domain.agent import Role
from frontdesk.domain.commands import Join, Leave
from frontdesk.domain.events import DataChanged, Ended, Joined, Kind, Left, Visibility
from frontdesk.store.account import Account

ByLogin = Callable[[str], Awaitable[Account | None]]


class Turn(Struct, frozen=True):
    """How far a turn has come. Shape: `party_id` 0 before it; `changes` are those of the user data."""

    party_id: int = 0
    is_over: bool = False
    has_ended: bool = False
    changes: dict[str, str] = {}


class BotTurns:
    """Gives chats to bots. `by_login` finds accounts."""

    def __init__(
        self,
        by_login: ByLogin,
        floor: Floor,
        interactions: Interactions,
        beginnings: Beginnings,
        speaker: Speaker,
        news: News,
    ) -> None:
        self._by_login = by_login
        self._floor = floor
        self._interactions = interactions
        self._beginnings = beginnings
        self._speaker = speaker
        self._news = news

    async def bot(self, login: str) -> Account:
        """The bot of a login. Errors: `Untreated`."""
        account = await self._by_login(login)
        if account is None or account.role is not Role.BOT or account.is_disabled:
            raise Untreated("invalidattribute", f"there is no bot {login}")
        return account

    async def whole(self, request: Request, interaction_id: str, start: StartBot) -> dict[str, str]:
        """Call the bot in, unless it is here, and return when it has left: what it changed in the user data.

        Errors:  `Untreated`; those of interactions.
        """
        bot = await self.bot(start.login)
        since = await self._beginnings.of(request, interaction_id)
        with self._news.of(interaction_id) as happened:
            while True:
                turn = _turn(
                    await self._interactions.chats.history(interaction_id, since + 1), bot.account_id
                )
                if turn.has_ended:
                    raise Untreated("invalidstate.null", "the chat ended")
                if turn.is_over:
                    return turn.changes
                if not turn.party_id and not await self._is_here(interaction_id, bot):
                    await self._call(request, interaction_id, start, bot)
                    continue
                await self._news.next(happened)

    async def end(self, interaction_id: str, login: str) -> None:
        """Take the bot out of the chat."""
        bot = await self.bot(login)
        _, full = await self._interactions.chats.full(interaction_id)
        party = full.state.party_of(bot.account_id)
        if party is not None:
            await self._interactions.do(interaction_id, Leave(party_id=party.party_id, reason="stopped"))

    async def _is_here(self, interaction_id: str, bot: Account) -> bool:
        _, full = await self._interactions.chats.full(interaction_id)
        return full.state.party_of(bot.account_id) is not None

    async def _call(self, request: Request, interaction_id: str, start: StartBot, bot: Account) -> None:
        if not self._floor.room_of(bot.account_id):
            raise Untreated("remote", f"the bot {start.login} takes no chats now")
        if start.params:
            attributes = {"purpose": "start", "params": dict(start.params)}
            await self._speaker.give_notice(
                interaction_id, "start", attributes, request.request_id, Visibility.AGENTS
            )
        joining = Join(kind=Kind.BOT, participant_id=bot.account_id, nickname=bot.name)
        await self._interactions.do(interaction_id, joining)


def _turn(history: Sequence[Told], bot_id: str) -> Turn:
    """What happened of a bot's turn; one that was here before is told by its leaving."""
    party_id, is_over, is_leaving, has_ended = 0, False, False, False
    changes: dict[str, str] = {}
    for told in history:
        event = told.event
        is_bots = told.party is not None and told.party.participant_id == bot_id
        is_leaving = is_leaving and isinstance(event, Left | Ended)
        match event:
            case Joined(participant_id=participant_id) if participant_id == bot_id:
                party_id = event.party_id
            case Left() if is_bots:
                is_over = is_leaving = True
            case DataChanged() if is_bots and not is_over:
                changes |= event.changes
            case Ended() if is_leaving or not is_over:  # At the end everybody leaves.
                has_ended = True
            case _:
                pass
    return Turn(party_id, is_over, has_ended, changes)
