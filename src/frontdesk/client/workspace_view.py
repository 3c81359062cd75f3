"""One chat as an agent or a bot sees it: what happened in it, and what that adds up to."""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from frontdesk.client.workspace_fold import evolve
from frontdesk.client.workspace_mails import Mail, mails_of
from frontdesk.client.workspace_messages import FileCard, Happened, InteractionCard, PartyCard
from frontdesk.domain import events
from frontdesk.domain.events import Kind

VISITOR = 1
OUR_SIDE = (Kind.AGENT, Kind.SUPERVISOR, Kind.BOT)


class ChatMessage(Struct, frozen=True, kw_only=True):
    """One message. Units: `at_ms` is milliseconds since the Unix epoch, by the server's clock."""

    text: str
    version: int
    at_ms: int
    party_id: int
    nickname: str
    message_type: str = ""
    attributes: dict[str, Any] | None = None


class ChatView:
    """What is known of a chat that is yours, from the moment you joined until it ended or you left.

    Shape:   `transcript` holds the events so far, oldest first; `card` what they add up to; `preview` what
             the visitor is writing now; `is_over` once nothing more will come; `is_complete` once what
             happened before you joined is here; `is_resumed` when you took part in it before, perhaps in an
             earlier life of this program; `done_up_to` is where whoever answers has to go on.
    """

    def __init__(self, card: InteractionCard, participant_id: str) -> None:
        self.card = card
        self.transcript: list[Happened] = []
        self.preview = ""
        self.is_over = False
        self.is_complete = False
        self.is_resumed = False
        self.done_up_to = 0
        self._participant_id = participant_id
        self._joined_version = card.version
        self._news = asyncio.Event()

    @property
    def id(self) -> str:
        return self.card.interaction_id

    @property
    def nickname(self) -> str:
        """What the visitor is called."""
        return self.card.nickname

    @property
    def user_data(self) -> Mapping[str, str]:
        return self.card.user_data

    @property
    def parties(self) -> Sequence[PartyCard]:
        return self.card.parties

    @property
    def files(self) -> Sequence[FileCard]:
        """The files of this chat that have not been deleted."""
        return [file for file in self.card.files if not file.is_deleted]

    @property
    def version(self) -> int:
        """The version of the newest event seen."""
        return self.transcript[-1].version if self.transcript else 0

    def said(self) -> list[ChatMessage]:
        """Every message so far, oldest first."""
        return [m for h in self.transcript if (m := self.message_of(h)) is not None]

    def message_of(self, happened: Happened) -> ChatMessage | None:
        """The message that an event is, if it is one."""
        said = happened.event
        if not isinstance(said, events.Said):
            return None
        return ChatMessage(
            text=said.text,
            version=happened.version,
            at_ms=happened.at_ms,
            party_id=said.party_id,
            nickname=self.name_of(said.party_id),
            message_type=said.message_type,
            attributes=said.attributes,
        )

    @property
    def is_message(self) -> bool:
        """Whether the other side reads and writes mails, rather than a chat."""
        return self.card.medium is events.Medium.MESSAGE

    def mails(self) -> list[Mail]:
        """Every mail so far, received or written here, oldest first."""
        return mails_of(self.transcript)

    def name_of(self, party_id: int) -> str:
        """What a party is called."""
        found = next((p.nickname for p in self.card.parties if p.party_id == party_id), "")
        return found or (self.card.nickname if party_id == VISITOR else f"party {party_id}")

    # --- waiting for more ----------------------------------------------------------------------

    async def events(self, after_version: int = 0) -> AsyncIterator[Happened]:
        """Each event after a version, then each new one, until the chat is over for you."""
        while True:
            start = bisect_right(self.transcript, after_version, key=_version_of)
            for happened in self.transcript[start:]:
                after_version = happened.version
                yield happened
            if self.version > after_version:
                continue
            if self.is_over:
                return
            await self._news.wait()

    async def complete(self) -> None:
        """Return once what happened before you joined is here."""
        while not (self.is_complete or self.is_over):
            await self._news.wait()

    async def over(self) -> None:
        """Return once the chat has ended or is no longer yours."""
        while not self.is_over:
            await self._news.wait()

    # --- what the connection brings ------------------------------------------------------------

    def refresh(self, card: InteractionCard) -> None:
        """Take the server's newer picture of this chat; what the visitor is writing, it tells again."""
        self.card = card
        self.preview = ""
        self._tell()

    def absorb(self, happened: Happened) -> bool:
        """Take in an event; False for one that is known already."""
        if happened.version <= self.version:
            return False
        self.transcript.append(happened)
        if happened.version > self.card.version:
            self.card = evolve(self.card, happened)
        if isinstance(happened.event, events.Said) and happened.event.party_id == VISITOR:
            self.preview = ""
        if happened.version >= self._joined_version:
            self.mark_complete()
        if isinstance(happened.event, events.Ended):
            self.is_over = True
        self._tell()
        return True

    def mark_complete(self) -> None:
        """Note that what happened before you joined is here."""
        if not self.is_complete:
            self.is_complete = True
            self._find_where_to_go_on()
            self._tell()

    def _find_where_to_go_on(self) -> None:
        """After what you have marked as read, and after what somebody else on our side has answered."""
        ours = {p.party_id for p in self.card.parties if p.kind in OUR_SIDE}
        mine = {p.party_id for p in self.card.parties if p.participant_id == self._participant_id}
        mine.add(self.card.party_id)
        for happened in self.transcript:
            match happened.event:
                case events.ReceiptGiven(party_id=party_id, up_to=up_to) if party_id in mine:
                    self.is_resumed = True
                    self.done_up_to = max(self.done_up_to, up_to)
                case events.Said(party_id=party_id) if party_id in mine:
                    self.is_resumed = self.is_resumed or happened.version <= self._joined_version
                case events.Said(party_id=party_id) if party_id in ours:
                    self.done_up_to = happened.version

    def close(self) -> None:
        """Note that nothing more will come."""
        self.is_over = True
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


def _version_of(happened: Happened) -> int:
    return happened.version
