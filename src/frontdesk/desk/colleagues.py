"""Colleagues: who may be called into a chat, and what supervisors may look on."""

from collections.abc import Sequence

from msgspec import Struct

from frontdesk.desk.floor import Floor
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.services import ServiceBook
from frontdesk.domain.agent import Role
from frontdesk.domain.card import InteractionCard
from frontdesk.domain.commands import Call, Join
from frontdesk.domain.events import Kind, Medium, Purpose, Visibility
from frontdesk.domain.interaction import PEOPLE
from frontdesk.domain.owning_commands import Merge, MergeInto
from frontdesk.errors import NotFound, Refused
from frontdesk.store.account import Account

OPEN_SHOWN_MAX = 500


class Colleague(Struct, frozen=True):
    """Somebody who is ready. `slots` is how many more chats they could take now."""

    agent_id: str
    name: str
    role: Role
    slots: int


class OpenChat(Struct, frozen=True):
    """One open chat as a supervisor sees it in a list; `agents` are those who take part, by id."""

    interaction_id: str
    service: str
    phase: str
    nickname: str
    subject: str
    queue: str
    started_ms: int
    queued_ms: int
    agents: Sequence[str]


class Colleagues:
    """What those who answer can ask of one another."""

    def __init__(self, interactions: Interactions, floor: Floor, services: ServiceBook) -> None:
        self._interactions = interactions
        self._floor = floor
        self._services = services

    def ready(self, but: str) -> Sequence[Colleague]:
        """The people who are ready, by name; all but `but`."""
        people = [
            Colleague(agent_id, agent.nickname, agent.role, self._floor.room_of(agent_id))
            for agent_id, agent in self._floor.ready()
            if agent_id != but and agent.role is not Role.BOT
        ]
        return sorted(people, key=lambda person: (person.name.casefold(), person.agent_id))

    def open_chats(self) -> Sequence[OpenChat]:
        """The chats that are open now, newest first, at most `OPEN_SHOWN_MAX`."""
        newest = sorted(self._floor.open(), key=lambda found: -found[1].started_ms)[:OPEN_SHOWN_MAX]
        return [_shown(interaction_id, card) for interaction_id, card in newest]

    async def call(
        self, interaction_id: str, party_id: int, agent_id: str, purpose: Purpose, note: str
    ) -> None:
        """Ring for a colleague.

        Errors:  `Refused`: `agent_away` when the colleague is not ready, `agent_busy` without a free slot,
                 and what `domain.together.call` refuses.
        """
        agent = self._floor.agent(agent_id)
        if not agent.is_ready or agent.role is Role.BOT:
            raise Refused("agent_away", "your colleague is not ready now")
        card = self._floor.card(interaction_id)
        if not self._floor.room_of(agent_id, card.medium if card is not None else Medium.CHAT):
            raise Refused("agent_busy", "your colleague has no room for another chat now")
        chat = await self._interactions.chats.chat(interaction_id)
        answer_s = self._services.rules(chat.service).answer_s
        command = Call(party_id=party_id, agent_id=agent_id, purpose=purpose, answer_s=answer_s, note=note)
        await self._interactions.do(interaction_id, command)

    async def merge(self, interaction_id: str, other_id: str, agent_id: str, *, leaves: bool) -> None:
        """Bring what happens in another interaction of one's own into this one; the other ends.

        Shape:   asking again does what is left to do.
        Errors:  `NotFound` where one takes part in neither; `Refused`: `same_chat`, and what `domain.merging`
                 refuses.
        """
        if interaction_id == other_id:
            raise Refused("same_chat", "choose another chat to merge this one with")
        chats = self._interactions.chats
        _, stays = await chats.full(interaction_id)
        _, ends = await chats.full(other_id)
        party_id, other_party = (f.state.newest_party_of(agent_id) for f in (stays, ends))
        if not party_id or not other_party:
            raise NotFound("there is no such chat of yours")
        if ends.state.merged_into == interaction_id:
            return
        if not ends.state.is_open or not stays.state.is_open:
            raise Refused("ended", "one of the chats has ended")
        people = (
            p for p in ends.state.parties if p.answers and p.kind in PEOPLE and p.party_id != other_party
        )
        merge = Merge(
            party_id=party_id,
            interaction_id=other_id,
            colleagues=tuple((p.participant_id, p.nickname) for p in people),
            user_data=ends.state.user_data,
            leaves=leaves,
        )
        await self._interactions.do(interaction_id, merge)
        into = MergeInto(
            party_id=other_party, interaction_id=interaction_id, leaves=leaves, owner=stays.state.owner
        )
        await self._interactions.do(other_id, into)

    async def monitor(self, interaction_id: str, account: Account) -> None:
        """Let a supervisor look on silently. Errors: `Refused("not_yours")` for anybody else; `NotFound`."""
        if account.role is not Role.SUPERVISOR:
            raise Refused("not_yours", "only supervisors may look on")
        command = Join(
            kind=Kind.SUPERVISOR,
            participant_id=account.account_id,
            nickname=account.name,
            visibility=Visibility.SUPERVISORS,
        )
        await self._interactions.do(interaction_id, command)


def _shown(interaction_id: str, card: InteractionCard) -> OpenChat:
    return OpenChat(
        interaction_id=interaction_id,
        service=card.service,
        phase=card.phase,
        nickname=card.nickname,
        subject=card.subject,
        queue=card.queue,
        started_ms=card.started_ms,
        queued_ms=card.queued_ms,
        agents=card.participants,
    )
