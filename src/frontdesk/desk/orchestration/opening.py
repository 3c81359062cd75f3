"""Brings the engine to where a session stands: its document, its newest snapshot, the steps since then."""

import asyncio
import hashlib
from typing import Protocol

import structlog

from frontdesk.desk.orchestration.contexts import DOCUMENTS_MAX, Closed, Learn, Learned, Open, Take, Taken
from frontdesk.desk.orchestration.documents import Applications
from frontdesk.desk.orchestration.engine import Engine, asked
from frontdesk.desk.orchestration.streams import Streams
from frontdesk.domain.orchestration.facts import Stepped
from frontdesk.domain.orchestration.session import Session, evolve
from frontdesk.errors import Refused

LEARNED_MAX = (
    DOCUMENTS_MAX // 2
)  # The engine must still know what it was told; what is forgotten here is told again.
AT_ONCE = 128  # Two for each of the most workers. Whoever is in comes before those who are to be let in.

_log = structlog.get_logger("orchestration")


class Opened(Protocol):
    """How far the engine has come with a session."""

    steps: int
    life: int
    since_photo: int


class Opening:
    """Loads sessions into the engine."""

    def __init__(
        self, streams: Streams, engine: Engine, applications: Applications, address: str = ""
    ) -> None:
        self._streams = streams
        self._engine = engine
        self._applications = applications
        self._address = address
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._learned: dict[tuple[str, int], Learned] = {}  # By document, and in which life of the engine.

    async def open(self, live: Opened, session: Session) -> Learned:
        """Have the engine stand where `session` does; what is known of its document.

        Errors:  `Refused`, `NotFound`: its document cannot be run; `EngineLost`; `Unavailable`.
        """
        document, learned = await self._learn(session)
        if live.life == self._engine.life(session.id) and live.steps == session.steps:
            return learned
        async with self._gate:
            await self._open(live, session, document)
        return learned

    async def _open(self, live: Opened, session: Session, document: str) -> None:
        photo = await self._streams.photo(session.id) if session.steps else None
        if photo is None or not 0 < photo.session.steps <= session.steps:
            photo = None
        past = photo.session if photo is not None else Session(id=session.id)
        try:
            await self._stand(session, document, past, photo.engine if photo is not None else b"")
        except Refused:  # What just fits while scripts make it may not fit when it is made all at once.
            if photo is None:
                raise
            past = Session(id=session.id)
            await self._stand(session, document, past, b"")
        live.steps, live.life = -1, self._engine.life(session.id)
        live.since_photo = 0
        # A session that has just begun has taken no steps, and there is nothing to be read of it.
        history = await self._streams.history(session.id, past.version) if session.steps else ()
        for fact, record in history:
            if past.steps == session.steps:
                break
            if isinstance(fact, Stepped):
                await self._replay(past, fact)
                live.since_photo += fact.macrosteps
            past = evolve(past, fact, record.time_ms)
        live.steps = session.steps

    async def _stand(self, session: Session, document: str, past: Session, snapshot: bytes) -> None:
        asking = Open(
            session.id,
            document,
            snapshot,
            has_parent=bool(session.began.invoker),
            http_address=f"{self._address}{session.id}" if self._address else "",
            world=past.world,
        )
        await asked(self._engine, asking, Closed)

    async def _replay(self, past: Session, step: Stepped) -> None:
        taken = await asked(
            self._engine,
            Take(
                past.id,
                step.kind,
                step.now_ms,
                step.seed,
                past.waiting[: step.consumed],
                data=past.began.data,
                world=step.world or "",
                exactly=step.macrosteps,
            ),
            Taken,
        )
        if taken.check != step.check:
            _log.error("replay_differs", session_id=past.id, step=past.steps + 1)

    async def _learn(self, session: Session) -> tuple[str, Learned]:
        began = session.began
        digest = hashlib.sha256(began.content.encode()).hexdigest()[:32] if began.content else began.file
        document = f"{began.application}@{began.version}/{digest}"
        known = self._learned.get((document, self._engine.life(session.id)))
        if known is not None:
            return document, known
        application = await self._applications.document(began.application, began.version)
        settings, files = application.settings, dict(application.files)
        entry = began.file or settings.document
        if began.content:
            entry = f"{entry}.{digest}"
            files[entry] = began.content.encode()
        dialect = settings.dialect if entry == settings.document else ""
        asking = Learn(document, entry, files, dialect, settings.exmode == "strict", session.id)
        learned = await asked(self._engine, asking, Learned)
        if len(self._learned) >= LEARNED_MAX:
            self._learned.clear()
        self._learned[document, self._engine.life(session.id)] = learned
        return document, learned
