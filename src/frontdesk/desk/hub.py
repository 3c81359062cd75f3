"""The hub: brings what is committed to the agents and bots who are connected here."""

import asyncio
from collections.abc import Mapping

from frontdesk.desk.chats import Chats
from frontdesk.desk.errands import Errands
from frontdesk.desk.floor import Floor
from frontdesk.desk.previews import Previews
from frontdesk.desk.reading import Readings
from frontdesk.desk.session import Session
from frontdesk.domain import events
from frontdesk.domain.agent import Agent, Role
from frontdesk.domain.events import Event
from frontdesk.store.log import Recorded

FLOOR_TOLD_EVERY_S = 0.05  # However many chats begin and end, bots need not know faster.


class Hub:
    """Every session of this node: what each reads, who is rung, and whether people are ready."""

    def __init__(self, chats: Chats, floor: Floor, previews: Previews) -> None:
        self._chats = chats
        self._floor = floor
        self._sessions: dict[str, list[Session]] = {}
        self._to_flush: set[Session] = set()
        self._errands = Errands()
        self._readings = Readings(chats, floor, self._errands, self._to_flush)
        self._bots: dict[Session, bool] = {}  # Whether each was last told that somebody is ready.
        self._floor_timer: asyncio.TimerHandle | None = None
        self._rung: dict[str, str] = {}  # Whom an interaction rings for: its end ends that too.
        self._previews = previews
        previews.on_heard = self._preview_heard
        floor.on_change.append(self._floor_changed)

    # --- sessions ------------------------------------------------------------------------------

    def open(self, session: Session, have: Mapping[str, int]) -> None:
        """A session came; `have` is how far it got before, by interaction."""
        self._sessions.setdefault(session.agent_id, []).append(session)
        own = self._floor.chats_of(session.agent_id)
        for interaction_id in own:
            self._readings.begin(session, interaction_id, have.get(interaction_id, 0))
        for interaction_id, version in have.items():
            if interaction_id not in own:
                self._errands.run(session, self._readings.tell_the_rest(session, interaction_id, version))
        for interaction_id in self._floor.invites_of(session.agent_id):
            self._rung[interaction_id] = session.agent_id
            self._ring(interaction_id, session)
        if session.role is Role.BOT:
            self._tell_bot(session, self._floor.free_count)
        session.flush()

    def close(self, session: Session) -> None:
        """A session went; closing twice is closing."""
        sessions = self._sessions.get(session.agent_id, [])
        if session in sessions:
            sessions.remove(session)
        if not sessions:
            self._sessions.pop(session.agent_id, None)
        self._readings.end_all(session)
        self._bots.pop(session, None)
        self._to_flush.discard(session)

    async def aclose(self) -> None:
        """Tell nothing more."""
        if self._floor_timer is not None:
            self._floor_timer.cancel()
        self._previews.close()
        await self._errands.aclose()

    # --- the audience of the follower ----------------------------------------------------------

    def heard(self, interaction_id: str, record: Recorded) -> None:
        """An event of an interaction is committed."""
        self._readings.heard(interaction_id, record)
        self._chats.watchers.heard(interaction_id)

    def changed(self, interaction_id: str, record: Recorded, event: Event) -> None:
        """The same event, when it changed who takes part or who is rung."""
        match event:
            case events.Joined():
                self._joined(interaction_id, event)
            case events.Left():
                if self._floor.is_open(interaction_id):  # Else everybody reads to its end.
                    self._readings.part_ended(interaction_id, record.version)
            case events.Ended() | events.Rested():
                self._readings.part_ended(interaction_id, record.version)
                if interaction_id in self._rung:
                    self._tell_invite_gone(self._rung[interaction_id], interaction_id, "cancelled")
            case events.Invited():
                self._rung[interaction_id] = event.agent_id
                for session in self._sessions.get(event.agent_id, ()):
                    self._ring(interaction_id, session)
            case events.InviteEnded():
                self._tell_invite_gone(event.agent_id, interaction_id, event.reason)
            case _:
                pass

    def agent_changed(self, agent_id: str, agent: Agent, reason: str) -> None:
        """An agent became ready or stopped being so."""
        for session in self._sessions.get(agent_id, ()):
            session.readiness(reason, is_ready=agent.is_ready)
            self._to_flush.add(session)

    def caught_up(self) -> None:
        """A batch is over: send what has been collected."""
        for session in self._to_flush:
            session.flush()
        self._to_flush.clear()
        self._chats.watchers.caught_up()

    # --- joining and ringing -------------------------------------------------------------------

    def _joined(self, interaction_id: str, event: events.Joined) -> None:
        if event.answers_invite:
            self._tell_invite_gone(event.participant_id, interaction_id, "accepted")
        if self._floor.takes_part(event.participant_id, interaction_id):
            for session in self._sessions.get(event.participant_id, ()):
                self._readings.begin(session, interaction_id, 0, event.party_id)

    def _tell_invite_gone(self, agent_id: str, interaction_id: str, reason: str) -> None:
        self._rung.pop(interaction_id, None)
        for session in self._sessions.get(agent_id, ()):
            session.invite_gone(interaction_id, reason)
            self._to_flush.add(session)

    def _ring(self, interaction_id: str, session: Session) -> None:
        self._errands.run(session, self._tell_invite(interaction_id, session))

    async def _tell_invite(self, interaction_id: str, session: Session) -> None:
        _, full = await self._chats.full(interaction_id)
        ringing = full.state.ringing
        if ringing is not None and ringing.agent_id == session.agent_id:
            session.invited(interaction_id, full.state, ringing.until_ms)
            session.flush()

    # --- beside the log ------------------------------------------------------------------------

    def preview(self, interaction_id: str, text: str) -> None:
        """Show what the visitor has in the input box; it is never stored."""
        self._readings.show(interaction_id, text)
        self._previews.tell(interaction_id, text)

    def _preview_heard(self, interaction_id: str, text: str) -> None:
        """The same of another node's visitor: who comes here later is shown it as well."""
        chat = self._chats.known(interaction_id)
        if chat is not None:
            chat.preview = text
        self._readings.show(interaction_id, text)

    def _floor_changed(self) -> None:
        if self._bots and self._floor_timer is None:
            self._floor_timer = asyncio.get_running_loop().call_later(FLOOR_TOLD_EVERY_S, self._tell_floor)

    def _tell_floor(self) -> None:
        self._floor_timer = None
        ready = self._floor.free_count
        for bot in [bot for bot, is_told in self._bots.items() if is_told != bool(ready)]:
            self._tell_bot(bot, ready)
            bot.flush()

    def _tell_bot(self, bot: Session, ready: int) -> None:
        self._bots[bot] = bool(ready)
        bot.floor(ready)
