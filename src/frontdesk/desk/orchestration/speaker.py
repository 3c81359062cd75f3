"""Speaking in chats for sessions: under a name that is no agent's, and once for each request."""

from collections.abc import Mapping
from typing import Any

from frontdesk.desk.interactions import Interactions
from frontdesk.domain.commands import GiveNotice, Join, Say
from frontdesk.domain.events import Kind, Visibility


class Speaker:
    """Says things in chats as `name`, which comes in with its first word.

    Errors:  all: `Refused`, `NotFound`; `Unavailable`.
    """

    def __init__(self, interactions: Interactions, name: str) -> None:
        self._interactions = interactions
        self._name = name

    async def say(self, interaction_id: str, text: str, said_id: str) -> None:
        """Say something to everybody. What was said under the same id is not said again."""
        party_id = await self._party_id(interaction_id)
        await self._interactions.do(interaction_id, Say(party_id=party_id, text=text, client_id=said_id))

    async def give_notice(
        self,
        interaction_id: str,
        text: str,
        attributes: Mapping[str, Any],
        said_id: str,
        visibility: Visibility = Visibility.ALL,
    ) -> None:
        """Tell programs something; once, as `say`."""
        notice = GiveNotice(
            party_id=await self._party_id(interaction_id),
            text=text,
            attributes=dict(attributes),
            visibility=visibility,
            client_id=said_id,
        )
        await self._interactions.do(interaction_id, notice)

    async def _party_id(self, interaction_id: str) -> int:
        _, full = await self._interactions.chats.settled(interaction_id)
        party = full.state.party_of(self._name)
        if party is not None:
            return party.party_id
        joining = Join(kind=Kind.EXTERNAL, participant_id=self._name, nickname=self._name)
        await self._interactions.do(interaction_id, joining)
        _, full = await self._interactions.chats.settled(interaction_id)
        return full.state.newest_party_of(self._name)
