"""The applications of an installation: taken in, listed, and handed to the sessions that run them.

    applications = Applications(store, clock_ms)
    document = await applications.document("greeting")            # what a new session runs
    document = await applications.document("greeting", version)   # what a session goes on with
    machine = machine_of(document)

They are kept in the log, so every node has them, and a session keeps its version whatever is uploaded later.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
import structlog
from msgspec import Struct

from frontdesk.desk.orchestration.application_files import (
    Document,
    document_of,
    folders_in,
    machine_of,
    read_folder,
)
from frontdesk.domain.application import (
    Activate,
    Application,
    Command,
    Event,
    Upload,
    Uploaded,
    Version,
    decide,
    evolve,
)
from frontdesk.errors import Conflict, NotFound, Refused
from frontdesk.store.log import Card, Recorded, Store

CARD = "application"
ATTEMPTS_MAX = 10
HELD_MAX = 16  # Versions whose files a node keeps at hand; a few MiB each at the most.
PAGE = 1000

_encode = msgspec.json.Encoder().encode
_event = msgspec.json.Decoder(Event).decode
_log = structlog.get_logger("orchestration")
_card = msgspec.json.Decoder(Application).decode


async def take_in(applications: "Applications", folder: Path) -> None:
    """Upload every application of a folder that holds a folder for each; what was there before stays so.

    Shape:   one that is refused is said so in the log, and its version from before goes on: chats do not wait
             for a document to be mended.
    Errors:  `Refused("no_folder")`; `Unavailable`.
    """
    for path in folders_in(folder):
        try:
            await applications.upload(read_folder(path), by=f"the folder {path.name}")
        except Refused as refused:
            _log.error("application_refused", folder=str(path), code=refused.code, reason=refused.text)


class Listed(Struct, frozen=True):
    """One application of a list."""

    name: str
    application: Application


class Applications:
    """The applications of one installation.

    Shape:   `is_told` says that `heard` is told of every record that is committed from now on, so that what
             new sessions run need not be read for each of them.
    """

    def __init__(self, store: Store, clock_ms: Callable[[], int], *, is_told: bool = False) -> None:
        self._store = store
        self._clock_ms = clock_ms
        self._is_told = is_told
        self._known: dict[str, Application] = {}
        self._newest: dict[str, int] = {}
        self._held: OrderedDict[tuple[str, str], Document] = OrderedDict()

    async def upload(self, files: Mapping[str, bytes], *, by: str = "", is_to_run: bool = True) -> Document:
        """Take a version in. New sessions run it from now on, unless `is_to_run` is false.

        Shape:   a version that was uploaded before changes nothing: `activate` goes back to it.
        Errors:  `Refused` as from `document_of`, or `DocumentRefused`, `too_many_versions`.
        """
        document = document_of(files)
        await asyncio.to_thread(machine_of, document)  # A large one takes a while, and chats go on.
        await self._do(document.name, Upload(files=files, by=by, is_to_run=is_to_run))
        return document

    async def activate(self, name: str, version: str, *, by: str = "") -> Version:
        """Let new sessions run a version that was uploaded; its id may be given by its beginning.

        Shape:   "" is the version before the one that runs.
        Errors:  `NotFound`, `Refused("version_ambiguous")`.
        """
        return (await self._do(name, Activate(version=version, by=by))).find("")

    async def document(self, name: str, version: str = "") -> Document:
        """The files and settings of a version; by default of the one that new sessions run.

        Errors:  `NotFound`.
        """
        held = self._held.get((name, version))
        if held is not None:
            self._held.move_to_end((name, version))
            return held
        known = self._known.get(name) if not version else None
        found = (known or await self.versions(name)).find(version)
        if found.version != version:
            return await self.document(name, found.version)
        records = await self._store.read(_stream(name), found.number - 1, limit=1)
        event = _event(records[0].body)
        assert isinstance(event, Uploaded)
        document = document_of(event.files)
        self._held[name, version] = document
        while len(self._held) > HELD_MAX:
            self._held.popitem(last=False)
        return document

    async def versions(self, name: str) -> Application:
        """What is true of one application. Errors: `NotFound`."""
        application = await self._read(name)
        if not application.events:
            raise NotFound(f"there is no application {name!r}")
        return application

    async def all(self) -> Sequence[Listed]:
        """Every application, by name."""
        found: list[Listed] = []
        after = ""
        while page := await self._store.cards(CARD, after=after, limit=PAGE):
            found += [Listed(one.stream.partition("/")[2], _card(one.card.body)) for one in page]
            after = page[-1].stream
        return sorted(found, key=lambda listed: listed.name)

    async def _do(self, name: str, command: Command) -> Application:
        for _ in range(ATTEMPTS_MAX):
            before = await self._read(name)
            events = decide(before, command)
            if not events:
                return before
            now_ms = self._clock_ms()
            after = before
            for event in events:
                after = evolve(after, event, now_ms)
            card = Card(CARD, is_open=True, sort_ms=after.activated_ms, body=_encode(after))
            try:
                await self._store.append(
                    _stream(name), before.events, [_encode(event) for event in events], now_ms, also=(card,)
                )
            except Conflict:
                continue
            self._note(name, after)
            return after
        raise Conflict(f"{_stream(name)} lost {ATTEMPTS_MAX} races in a row")

    async def _read(self, name: str) -> Application:
        # The card is written with each event, so nobody has to read all files of all versions.
        card = await self._store.card(_stream(name))
        application = _card(card.body) if card is not None else Application()
        self._note(name, application)
        return application

    def _note(self, name: str, application: Application) -> None:
        if self._is_told and application.events >= max(1, self._newest.get(name, 0)):
            self._known[name] = application

    def heard(self, name: str, record: Recorded) -> None:
        """A record of an application was committed, at whichever node."""
        self._newest[name] = record.version
        known = self._known.get(name)
        if known is not None and known.events < record.version:
            del self._known[name]


def _stream(name: str) -> str:
    return f"application/{name}"
