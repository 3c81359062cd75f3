"""What operators see of orchestration: how many sessions are in which state, and one session as it stands.

It looks, and changes nothing. What a session's stream says is read once, and again when there is more of it.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from frontdesk.desk.interactions import Interactions
from frontdesk.desk.orchestration.application_files import machine_of
from frontdesk.desk.orchestration.applications import Applications, Listed
from frontdesk.desk.orchestration.chart import Chart, awaited, chart_of
from frontdesk.desk.orchestration.contexts import Delayed
from frontdesk.desk.orchestration.orchestration import Orchestration
from frontdesk.desk.orchestration.paths import Passage, cut, path_of
from frontdesk.desk.orchestration.streams import KIND, ROOT, SessionCard
from frontdesk.desk.orchestration.waits import Asked, asked_of, why
from frontdesk.domain.orchestration.session import Session, evolve
from frontdesk.domain.orchestration_objects import user_data
from frontdesk.errors import DeskError, NotFound
from frontdesk.scxml.model import Machine
from frontdesk.scxml.packed import unpack
from frontdesk.store.log import Recorded, Store

PAGE = 1000
OPEN_MAX = 20_000  # Sessions that are counted; an installation with more says that there are more.
READS_MAX = 500  # Sessions that are read at one look; others are counted at the next.
LIST_MAX = 200
PATH_MAX = 200
MACHINES_MAX = 32
TIMERS_MAX = 256  # Sessions whose timers are known from the last time that they were looked at.
CARDS_MS = 1_000  # Several who look at once read the list once.

_card = msgspec.json.Decoder(SessionCard).decode


class Row(Struct, frozen=True):
    """One session of a list. Shape: `active` are its states, as far as they have been read."""

    session_id: str
    application: str
    version: str
    life: str
    created_ms: int
    active: tuple[str, ...]
    interactions: tuple[str, ...]


class Crowd(Struct, frozen=True):
    """The open sessions of an application.

    Shape:   `states` counts them by state; `uncounted` have not been read yet; `rows` are the newest, and
             `versions` counts all of them by version.
    """

    open: int
    uncounted: int
    states: dict[str, int]
    versions: dict[str, int]
    rows: tuple[Row, ...]
    now_ms: int


class Owned(Struct, frozen=True):
    """An interaction that a session has. Shape: `user_data` is the visitor's, and what was added since."""

    interaction_id: str
    phase: str
    service: str
    queue: str
    user_data: dict[str, str]


class View(Struct, frozen=True):
    """One session.

    Shape:   `why` are sentences; `path` its latest steps; `data` its data items, each as JSON, or nothing
             with the reason in `no_data`; `timers` are its delayed events, the next one first, where data can
             be shown: `due_ms` alone is known everywhere.
    """

    session_id: str
    application: str
    version: str
    file: str
    record: int
    life: str
    created_ms: int
    ended_ms: int
    now_ms: int
    steps: int
    active: tuple[str, ...]
    why: tuple[str, ...]
    requests: tuple[Asked, ...]
    due_ms: int
    timers: tuple[Delayed, ...]
    waiting: tuple[str, ...]
    children: dict[str, str]
    interactions: tuple[Owned, ...]
    path: tuple[Passage, ...]
    data: dict[str, str]
    no_data: str = ""


class Watching:
    """Looks at the sessions of an installation, from one node of it."""

    def __init__(
        self,
        store: Store,
        orchestration: Orchestration,
        applications: Applications,
        interactions: Interactions,
        clock_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._orchestration = orchestration
        self._applications = applications
        self._interactions = interactions
        self._clock_ms = clock_ms
        self._active: dict[str, tuple[str, ...]] = {}
        self._reading: set[str] = set()
        self._cards: tuple[int, dict[str, SessionCard]] = (0, {})
        self._machines: OrderedDict[tuple[str, str, str], Machine] = OrderedDict()
        self._timers: OrderedDict[str, tuple[int, tuple[Delayed, ...]]] = OrderedDict()

    def beside(self, other: Callable[[str, Recorded], None]) -> Callable[[str, Recorded], None]:
        """What is to be told of each record of a session's stream: `other`, and this."""

        def heard(session_id: str, record: Recorded) -> None:
            self._active.pop(session_id, None)
            self._reading.discard(session_id)  # What is being read is out of date already.
            other(session_id, record)

        return heard

    # --- applications --------------------------------------------------------------------------

    async def applications(self) -> list[tuple[Listed, int]]:
        """Every application, and how many sessions of it are open. Errors: `Unavailable`."""
        open_cards = (await self._open()).values()
        counts = Counter(card.application for card in open_cards)
        return [(listed, counts[listed.name]) for listed in await self._applications.all()]

    async def chart(self, name: str, version: str = "", file: str = "") -> tuple[str, Chart]:
        """A version of an application, by default the one that new sessions run, and its chart.

        Shape:   `file` is a document that is not the main one.
        Errors:  `NotFound`; `Refused`: this version of the program cannot read it.
        """
        document = await self._applications.document(name, version)
        machine = await self._machine(name, document.version, file)
        return document.version, await asyncio.to_thread(chart_of, machine)

    async def crowd(self, name: str, version: str = "") -> Crowd:
        """The open sessions of an application, or of one version. Errors: `Unavailable`."""
        everybody = await self._open()
        of_all = {key: card for key, card in everybody.items() if card.application == name}
        found = {key: card for key, card in of_all.items() if version in ("", card.version)}
        await self._read_some([key for key in found if key not in self._active])
        states = Counter(state for key in found for state in self._active.get(key, ()))
        newest = sorted(found, key=lambda key: found[key].created_ms, reverse=True)[:LIST_MAX]
        return Crowd(
            open=len(found),
            uncounted=sum(key not in self._active for key in found),
            states=dict(states),
            versions=dict(Counter(card.version for card in of_all.values())),
            rows=tuple(self._row(key, found[key]) for key in newest),
            now_ms=self._clock_ms(),
        )

    def _row(self, session_id: str, card: SessionCard) -> Row:
        return Row(
            session_id,
            card.application,
            card.version,
            card.life,
            card.created_ms,
            self._active.get(session_id, ()),
            card.interactions,
        )

    async def _open(self) -> dict[str, SessionCard]:
        """The cards of open sessions by id."""
        at_ms, cards = self._cards
        now_ms = self._clock_ms()
        if cards and 0 <= now_ms - at_ms < CARDS_MS:
            return cards
        found: dict[str, SessionCard] = {}
        after = ""
        while len(found) < OPEN_MAX:
            page = await self._store.cards(KIND, is_open=True, after=after, limit=PAGE)
            found |= {one.stream.removeprefix(ROOT): _card(one.card.body) for one in page}
            if len(page) < PAGE:
                break
            after = page[-1].stream
        self._active = {key: active for key, active in self._active.items() if key in found}
        self._cards = (now_ms, found)
        return found

    async def _read_some(self, session_ids: Sequence[str]) -> None:
        for session_id in session_ids[:READS_MAX]:
            self._reading.add(session_id)
            session = await self._session(session_id)
            if session_id in self._reading:
                self._reading.remove(session_id)
                self._active[session_id] = session.active

    # --- one session ---------------------------------------------------------------------------

    async def session(self, session_id: str) -> View:
        """A session as it stands. Errors: `NotFound`, `Unavailable`."""
        session = await self._session(session_id)
        if not session.version:
            raise NotFound(f"there is no session {session_id}")
        now_ms = self._clock_ms()
        data, no_data = await self._data(session)
        timers = self._timers_of(session)
        history = await self._orchestration.streams.history(session_id)
        steps = path_of([(fact, record.time_ms) for fact, record in history])
        return View(
            session_id=session_id,
            application=session.began.application,
            version=session.began.version,
            file=session.began.file,
            record=session.version,
            life=session.life.value,
            created_ms=session.created_ms,
            ended_ms=session.ended_ms,
            now_ms=now_ms,
            steps=session.steps,
            active=session.active,
            why=tuple(why(session, await self._awaited(session), now_ms, timers)),
            requests=tuple(asked_of(session)),
            due_ms=session.due_ms,
            timers=timers,
            waiting=tuple(event.name for event in session.waiting),
            children=dict(session.children),
            interactions=tuple([await self._owned(one) for one in session.interactions]),
            path=tuple(steps[-PATH_MAX:]),
            data=data,
            no_data=no_data,
        )

    async def why(self, session_id: str) -> tuple[int, tuple[str, ...]]:
        """Up to which record a session is read, and why it waits. Errors: as `session`."""
        session = await self._session(session_id)
        if not session.version:
            raise NotFound(f"there is no session {session_id}")
        awaited_events, timers = await self._awaited(session), self._timers_of(session)
        return session.version, tuple(why(session, awaited_events, self._clock_ms(), timers))

    async def _session(self, session_id: str) -> Session:
        """A session by its stream, without a place among those that the node runs."""
        streams = self._orchestration.streams
        known = streams.known(session_id)
        if known is not None and known.session.version and not known.is_stale:
            return known.session
        photo = await streams.photo(session_id)
        session = photo.session if photo is not None else Session(id=session_id)
        for fact, record in await streams.history(session_id, session.version):
            session = evolve(session, fact, record.time_ms)
        return session

    async def _awaited(self, session: Session) -> tuple[str, ...]:
        if session.is_over or not session.active or session.began.content:
            return ()
        began = session.began
        try:
            return awaited(await self._machine(began.application, began.version, began.file), session.active)
        except DeskError:
            return ()

    async def _machine(self, name: str, version: str, file: str = "") -> Machine:
        document = await self._applications.document(name, version)
        key = name, document.version, file or document.settings.document
        machine = self._machines.get(key)
        if machine is None:
            machine = self._machines[key] = await asyncio.to_thread(machine_of, document, file)
        self._machines.move_to_end(key)
        while len(self._machines) > MACHINES_MAX:
            self._machines.popitem(last=False)
        return machine

    async def _data(self, session: Session) -> tuple[dict[str, str], str]:
        if session.is_over:
            return {}, "It is over: `frontdesk orchestration trace` tells how its data changed."
        if not session.steps:
            return {}, "It has not begun yet."
        if self._orchestration.shards.fence(session.id) is None:
            return {}, "Another node runs it: look there."
        try:
            shown = await self._orchestration.runner.lives.look(session.id)
        except DeskError as error:
            return {}, f"It cannot be shown: {error}"
        self._timers[session.id] = session.version, shown.timers
        self._timers.move_to_end(session.id)
        if len(self._timers) > TIMERS_MAX:
            self._timers.popitem(last=False)
        seen: dict[str, Any] = unpack(shown.data)
        return {str(name): cut(_shown(value)) for name, value in seen.items()}, ""

    def _timers_of(self, session: Session) -> tuple[Delayed, ...]:
        """A session's timers, if it has been looked at as it stands."""
        version, timers = self._timers.get(session.id, (0, ()))
        return timers if version == session.version else ()

    async def _owned(self, interaction_id: str) -> Owned:
        try:
            _, full = await self._interactions.chats.full(interaction_id)
        except DeskError:
            return Owned(interaction_id, "gone", "", "", {})
        state = full.state
        return Owned(interaction_id, state.phase.value, state.service, state.queue, user_data(state))


def _shown(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
