"""Who reads which interaction, and how far they have come.

Each session reads its interactions in order, from where it has come to: an event that follows the last one
is passed on as it comes; whoever has missed something reads it from the history first. So nothing is missed
and nothing comes twice, whatever the order in which sockets, joins and commits meet.
"""

from collections.abc import Iterable

from frontdesk.desk.chat import Told
from frontdesk.desk.chats import Chats
from frontdesk.desk.errands import Errands
from frontdesk.desk.floor import Floor
from frontdesk.desk.session import Session
from frontdesk.domain import events
from frontdesk.domain.agent import Role
from frontdesk.domain.interaction import Interaction
from frontdesk.errors import TooNew
from frontdesk.store.log import Recorded

_SILENT = b'"visibility":"supervisors"'  # Quotes that people write are escaped: this is a member of its own.
_COMINGS_AND_GOINGS = (b'{"type":"Joined"', b'{"type":"Left"')


def may_know(session: Session, body: bytes) -> bool:
    """Whether who reads may be told of this: of supervisors who listen silently, only supervisors are."""
    if session.role is Role.SUPERVISOR or not body.startswith(_COMINGS_AND_GOINGS):
        return True
    return _SILENT not in body


class Reading:
    """How far a session has come in one interaction.

    Shape:   while it `is_behind`, events are not passed on but read from the history; `heard` is the
             newest version that went by meanwhile; `until` is where the session's part ends, or None;
             `joined_as` is the newest party that it is known to be, `introduced_as` the one it was told to
             be, or None before. `shows_preview` when what it was last told of the visitor's input box is
             that something stands in it.
    """

    __slots__ = (
        "heard",
        "interaction_id",
        "introduced_as",
        "is_behind",
        "joined_as",
        "session",
        "shows_preview",
        "until",
        "version",
    )

    def __init__(self, session: Session, interaction_id: str, version: int) -> None:
        self.session = session
        self.interaction_id = interaction_id
        self.version = version
        self.heard = version
        self.is_behind = True
        self.joined_as = 0
        self.introduced_as: int | None = None
        self.until: int | None = None
        self.shows_preview = False

    def show(self, preview: str) -> None:
        """Tell what stands in the visitor's input box."""
        self.shows_preview = bool(preview)
        self.session.preview(self.interaction_id, preview)


class Readings:
    """Every reading at this node. Whoever is told something is added to `told`, to be flushed."""

    def __init__(self, chats: Chats, floor: Floor, errands: Errands, told: set[Session]) -> None:
        self._chats = chats
        self._floor = floor
        self._errands = errands
        self._told = told
        self._by_chat: dict[str, list[Reading]] = {}
        self._by_session: dict[Session, set[str]] = {}

    # --- beginning and ending ------------------------------------------------------------------

    def begin(self, session: Session, interaction_id: str, version: int, party_id: int = 0) -> None:
        """Let a session read an interaction that it has up to `version`.

        Shape:   `party_id` is given when it joins; one that reads already reads on, and is introduced again
                 when it came back as another party.
        """
        for reading in self._by_chat.get(interaction_id, ()):
            if reading.session is session:
                reading.until = None
                reading.joined_as = party_id
                if reading.introduced_as is not None and reading.introduced_as < party_id:
                    reading.introduced_as = None
                    self._catch_up(reading)
                return
        reading = Reading(session, interaction_id, version)
        if interaction_id in self._by_chat:
            self._by_chat[interaction_id].append(reading)
        else:
            self._by_chat[interaction_id] = [reading]
        self._by_session.setdefault(session, set()).add(interaction_id)
        self._errands.run(session, self._read_history(reading))

    def end_all(self, session: Session) -> None:
        """Let a session read nothing more."""
        for interaction_id in tuple(self._by_session.get(session, ())):
            self._end(session, interaction_id)
        self._by_session.pop(session, None)

    def _end(self, session: Session, interaction_id: str) -> None:
        if session in self._by_session:
            self._by_session[session].discard(interaction_id)
        readings = [r for r in self._by_chat.get(interaction_id, ()) if r.session is not session]
        if readings:
            self._by_chat[interaction_id] = readings
        else:
            self._by_chat.pop(interaction_id, None)

    def part_ended(self, interaction_id: str, version: int) -> None:
        """Who takes part no longer reads up to `version` and no further."""
        for reading in tuple(self._by_chat.get(interaction_id, ())):
            if not self._floor.takes_part(reading.session.agent_id, interaction_id):
                if reading.is_behind:
                    reading.until = version
                else:
                    self._leave(reading)

    def _leave(self, reading: Reading) -> None:
        self._end(reading.session, reading.interaction_id)
        reading.session.left(reading.interaction_id)
        self._told.add(reading.session)

    # --- passing on ----------------------------------------------------------------------------

    def show(self, interaction_id: str, preview: str) -> None:
        """Tell what stands in the visitor's input box now; who is behind is told when they have caught up."""
        for reading in self._by_chat.get(interaction_id, ()):
            if not reading.is_behind:
                reading.show(preview)
                reading.session.flush()

    def _show_again(self, reading: Reading) -> None:
        """The same to one that has just come, or may have missed it."""
        chat = self._chats.known(reading.interaction_id)
        preview = chat.preview if chat is not None and chat.is_open else ""
        if preview or reading.shows_preview:
            reading.show(preview)

    def heard(self, interaction_id: str, record: Recorded) -> None:
        """An event of an interaction is committed."""
        for reading in self._by_chat.get(interaction_id, ()):
            if record.version <= reading.version:
                continue
            if not reading.is_behind and record.version == reading.version + 1:
                reading.version = record.version
                if may_know(reading.session, record.body):
                    reading.session.event(interaction_id, record.version, record.time_ms, record.body)
                    self._told.add(reading.session)
            else:
                reading.heard = record.version
                self._catch_up(reading)

    # --- reading -------------------------------------------------------------------------------

    def _catch_up(self, reading: Reading) -> None:
        if not reading.is_behind:
            reading.is_behind = True
            self._errands.run(reading.session, self._read_history(reading))

    async def _read_history(self, reading: Reading) -> None:
        """Read on until nothing has gone by that was not read."""
        try:
            while self._is_going_on(reading) and reading.is_behind:
                if not await self._read_on(reading):
                    await self._chats.catch_up(reading.interaction_id)  # What it has heard of is in the log.
        except TooNew:
            self._end(reading.session, reading.interaction_id)
            raise
        reading.session.flush()

    async def _read_on(self, reading: Reading) -> bool:
        """Tell what is known now and was not told yet; whether that was anything, or all."""
        session, interaction_id = reading.session, reading.interaction_id
        state = await self._state(reading)
        before = reading.version
        told = await self._chats.history(interaction_id, before + 1)
        if not self._is_going_on(reading):
            return True
        if reading.introduced_as is None:
            party_id = state.newest_party_of(session.agent_id)
            if party_id < reading.joined_as:
                return False  # It came back while this was read.
            session.interaction(interaction_id, state, party_id)
            reading.introduced_as = party_id
        for line in told:
            if reading.until is None or line.version <= reading.until:
                if may_know(session, line.body):
                    session.event(interaction_id, line.version, line.at_ms, line.body)
                reading.version = line.version
        reading.version = max(reading.version, state.version)
        if reading.version >= reading.heard:
            reading.is_behind = False
            if reading.until is not None:
                self._leave(reading)
            else:
                self._show_again(reading)
        return not reading.is_behind or reading.version > before

    async def _state(self, reading: Reading) -> Interaction:
        """The interaction as it is now; whoever claims to have more than there is has nothing."""
        state = (await self._chats.full(reading.interaction_id))[1].state
        if reading.version > state.version:  # This node may not have followed so far yet.
            await self._chats.catch_up(reading.interaction_id)
            state = (await self._chats.full(reading.interaction_id))[1].state
            if reading.version > state.version:
                reading.version, reading.heard = 0, state.version
        return state

    def _is_going_on(self, reading: Reading) -> bool:
        return reading in self._by_chat.get(reading.interaction_id, ())

    async def tell_the_rest(self, session: Session, interaction_id: str, version: int) -> None:
        """What an agent missed of an interaction that is no longer theirs: up to where their part ended."""
        state = (await self._chats.full(interaction_id))[1].state
        own = {p.party_id for p in state.parties if p.participant_id == session.agent_id}
        if not own:
            return
        history = await self._chats.history(interaction_id)
        until = _end_of_part(history, own)
        for line in history:
            if version < line.version <= until and may_know(session, line.body):
                session.event(interaction_id, line.version, line.at_ms, line.body)
        session.left(interaction_id)
        session.flush()


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
