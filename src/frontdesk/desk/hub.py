"""The hub: brings what is committed to the agents and bots who are connected here.

Each connected session reads its interactions in order, from where it has come to: an event that follows the
last one is passed on as it comes; whoever has missed something reads it from the history first. So nothing
is missed and nothing comes twice, whatever the order in which sockets, joins and commits meet.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from typing import Protocol

import structlog

from frontdesk.desk.chat import Told
from frontdesk.desk.chats import Chats
from frontdesk.desk.floor import Floor
from frontdesk.desk.previews import Previews
from frontdesk.domain import events
from frontdesk.domain.agent import Agent, Role
from frontdesk.domain.events import Event
from frontdesk.domain.interaction import Interaction
from frontdesk.errors import DeskError, NotFound, TooNew
from frontdesk.store.log import Recorded

FLOOR_TOLD_EVERY_S = 0.05  # However many chats begin and end, bots need not know faster.

_log = structlog.get_logger("hub")


class Session(Protocol):
    """One connected agent or bot. Nothing here may wait; what is told is sent at the next `flush`."""

    agent_id: str
    role: Role

    def interaction(self, interaction_id: str, state: Interaction, party_id: int) -> None: ...

    def event(self, interaction_id: str, version: int, at_ms: int, body: bytes) -> None: ...

    def left(self, interaction_id: str) -> None: ...

    def invited(self, interaction_id: str, state: Interaction, until_ms: int) -> None: ...

    def invite_gone(self, interaction_id: str, reason: str) -> None: ...

    def preview(self, interaction_id: str, text: str) -> None: ...

    def readiness(self, reason: str, *, is_ready: bool) -> None: ...

    def floor(self, ready: int) -> None: ...

    def flush(self) -> None: ...

    def shut(self, reason: str) -> None: ...


class Reading:
    """How far a session has come in one interaction.

    Shape:   while it `is_behind`, events are not passed on but read from the history; `heard` is the
             newest version that went by meanwhile; `until` is where the session's part ends, or None.
    """

    __slots__ = ("heard", "is_behind", "session", "until", "version")

    def __init__(self, session: Session, version: int) -> None:
        self.session = session
        self.version = version
        self.heard = version
        self.is_behind = True
        self.until: int | None = None


class Hub:
    """Every session of this node, and what each reads."""

    def __init__(self, chats: Chats, floor: Floor, previews: Previews) -> None:
        self._chats = chats
        self._floor = floor
        self._sessions: dict[str, list[Session]] = {}
        self._readings: dict[str, list[Reading]] = {}
        self._read_by: dict[Session, set[str]] = {}
        self._to_flush: set[Session] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._bots: set[Session] = set()
        self._ready_told = -1
        self._floor_timer: asyncio.TimerHandle | None = None
        self._previews = previews
        previews.on_heard = self._show_preview
        floor.on_change.append(self._floor_changed)

    # --- sessions ------------------------------------------------------------------------------

    def open(self, session: Session, have: Mapping[str, int]) -> None:
        """A session came; `have` is how far it got before, by interaction."""
        self._sessions.setdefault(session.agent_id, []).append(session)
        own = self._floor.chats_of(session.agent_id)
        for interaction_id in own:
            self._read(session, interaction_id, have.get(interaction_id, 0))
        for interaction_id, version in have.items():
            if interaction_id not in own:
                self._spawn(session, self._tell_the_rest(session, interaction_id, version))
        for interaction_id in self._floor.invites_of(session.agent_id):
            self._ring(interaction_id, session)
        if session.role is Role.BOT:
            self._bots.add(session)
            session.floor(len(self._floor.free()))
        session.flush()

    def close(self, session: Session) -> None:
        """A session went; closing twice is closing."""
        sessions = self._sessions.get(session.agent_id, [])
        if session in sessions:
            sessions.remove(session)
        if not sessions:
            self._sessions.pop(session.agent_id, None)
        for interaction_id in self._read_by.pop(session, ()):
            self._stop_reading(session, interaction_id)
        self._bots.discard(session)
        self._to_flush.discard(session)

    def sessions_of(self, agent_id: str) -> Iterable[Session]:
        return tuple(self._sessions.get(agent_id, ()))

    async def aclose(self) -> None:
        """Stop reading."""
        if self._floor_timer is not None:
            self._floor_timer.cancel()
        self._previews.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- the audience of the follower ----------------------------------------------------------

    def heard(self, interaction_id: str, record: Recorded) -> None:
        """An event of an interaction is committed."""
        for reading in self._readings.get(interaction_id, ()):
            if record.version <= reading.version:
                continue
            if reading.is_behind:
                reading.heard = record.version
            elif record.version == reading.version + 1:
                reading.version = record.version
                reading.session.event(interaction_id, record.version, record.time_ms, record.body)
                self._to_flush.add(reading.session)
            else:
                reading.heard = record.version
                self._catch_up(reading, interaction_id)

    def changed(self, interaction_id: str, record: Recorded, event: Event) -> None:
        """The same event, when it changed who takes part or who is rung."""
        match event:
            case events.Joined():
                self._joined(interaction_id, event)
            case events.Left() | events.Ended():
                self._somebody_left(interaction_id, event, record.version)
            case events.Invited():
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

    # --- joining and leaving -------------------------------------------------------------------

    def _joined(self, interaction_id: str, event: events.Joined) -> None:
        if event.answers_invite:
            self._tell_invite_gone(event.participant_id, interaction_id, "accepted")
        if interaction_id in self._floor.chats_of(event.participant_id):
            for session in self._sessions.get(event.participant_id, ()):
                self._read(session, interaction_id, 0)

    def _somebody_left(self, interaction_id: str, event: Event, version: int) -> None:
        """Who no longer takes part reads no further; when it ends, everybody reads to the end."""
        if isinstance(event, events.Left) and not self._floor.is_open(interaction_id):
            return
        for reading in tuple(self._readings.get(interaction_id, ())):
            if interaction_id not in self._floor.chats_of(reading.session.agent_id):
                if reading.is_behind:
                    reading.until = version
                elif reading.version >= version:
                    self._leave(reading, interaction_id)

    def _leave(self, reading: Reading, interaction_id: str) -> None:
        self._stop_reading(reading.session, interaction_id)
        reading.session.left(interaction_id)
        self._to_flush.add(reading.session)

    def _tell_invite_gone(self, agent_id: str, interaction_id: str, reason: str) -> None:
        for session in self._sessions.get(agent_id, ()):
            session.invite_gone(interaction_id, reason)
            self._to_flush.add(session)

    def _ring(self, interaction_id: str, session: Session) -> None:
        self._spawn(session, self._tell_invite(interaction_id, session))

    async def _tell_invite(self, interaction_id: str, session: Session) -> None:
        _, full = await self._chats.full(interaction_id)
        ringing = full.state.ringing
        if ringing is not None and ringing.agent_id == session.agent_id:
            session.invited(interaction_id, full.state, ringing.until_ms)
            session.flush()

    # --- reading -------------------------------------------------------------------------------

    def _read(self, session: Session, interaction_id: str, version: int) -> None:
        readings = self._readings.setdefault(interaction_id, [])
        if any(reading.session is session for reading in readings):
            return
        reading = Reading(session, version)
        readings.append(reading)
        self._read_by.setdefault(session, set()).add(interaction_id)
        self._catch_up(reading, interaction_id, introduces=True)

    def _stop_reading(self, session: Session, interaction_id: str) -> None:
        if session in self._read_by:
            self._read_by[session].discard(interaction_id)
        readings = [r for r in self._readings.get(interaction_id, ()) if r.session is not session]
        if readings:
            self._readings[interaction_id] = readings
        else:
            self._readings.pop(interaction_id, None)

    def _is_reading(self, reading: Reading, interaction_id: str) -> bool:
        return reading in self._readings.get(interaction_id, ())

    def _catch_up(self, reading: Reading, interaction_id: str, *, introduces: bool = False) -> None:
        reading.is_behind = True
        self._spawn(reading.session, self._read_history(reading, interaction_id, introduces=introduces))

    async def _read_history(self, reading: Reading, interaction_id: str, *, introduces: bool) -> None:
        """Read on until nothing has gone by that was not read."""
        session = reading.session
        while self._is_reading(reading, interaction_id):
            _, full = await self._chats.full(interaction_id)
            known = full.state.version
            told = await self._chats.history(interaction_id, reading.version + 1)
            if not self._is_reading(reading, interaction_id):
                return
            if introduces:
                session.interaction(interaction_id, full.state, _own_party(full.state, session.agent_id))
                introduces = False
            for line in told:
                if reading.until is None or line.version <= reading.until:
                    session.event(interaction_id, line.version, line.at_ms, line.body)
                    reading.version = line.version
            reading.version = max(reading.version, known)
            if reading.version >= reading.heard:
                reading.is_behind = False
                if reading.until is not None:
                    self._leave(reading, interaction_id)
                break
        session.flush()

    async def _tell_the_rest(self, session: Session, interaction_id: str, version: int) -> None:
        """What an agent missed of an interaction that is no longer theirs: up to where their part ended."""
        state = (await self._chats.full(interaction_id))[1].state
        own = {p.party_id for p in state.parties if p.participant_id == session.agent_id}
        if not own:
            return
        history = await self._chats.history(interaction_id)
        until = _end_of_part(history, own)
        for line in history:
            if version < line.version <= until:
                session.event(interaction_id, line.version, line.at_ms, line.body)
        session.left(interaction_id)
        session.flush()

    def _spawn(self, session: Session, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(self._or_close(session, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _or_close(self, session: Session, work: Coroutine[None, None, None]) -> None:
        """Do it; a session that cannot be told all is closed: it comes again and goes on from there."""
        try:
            await work
        except NotFound:
            return
        except TooNew:
            _log.warning("too_new", agent_id=session.agent_id)
        except DeskError as error:
            _log.warning("reading_failed", reason=str(error), agent_id=session.agent_id)
            session.shut("unavailable")

    # --- beside the log ------------------------------------------------------------------------

    def preview(self, interaction_id: str, text: str) -> None:
        """Show what the visitor has in the input box; it is never stored."""
        self._show_preview(interaction_id, text)
        self._previews.tell(interaction_id, text)

    def _show_preview(self, interaction_id: str, text: str) -> None:
        for reading in self._readings.get(interaction_id, ()):
            if not reading.is_behind:
                reading.session.preview(interaction_id, text)
                reading.session.flush()

    def _floor_changed(self) -> None:
        if self._bots and self._floor_timer is None:
            self._floor_timer = asyncio.get_running_loop().call_later(FLOOR_TOLD_EVERY_S, self._tell_floor)

    def _tell_floor(self) -> None:
        self._floor_timer = None
        ready = len(self._floor.free())
        if bool(ready) != bool(self._ready_told):
            for bot in self._bots:
                bot.floor(ready)
                bot.flush()
        self._ready_told = ready


def _end_of_part(history: Iterable[Told], own: set[int]) -> int:
    """The last version that these parties may read: their leaving, and the end if it came with it."""
    until, is_present, is_leaving = 0, False, False
    for line in history:
        event = line.event
        is_leaving = is_leaving and isinstance(event, events.Left | events.Ended)
        if isinstance(event, events.Joined) and event.party_id in own:
            is_present = True
        elif isinstance(event, events.Left) and event.party_id in own:
            is_present, is_leaving, until = False, True, line.version
        if is_present or is_leaving:
            until = line.version
    return until


def _own_party(state: Interaction, agent_id: str) -> int:
    party = state.party_of(agent_id)
    return party.party_id if party is not None else 0
