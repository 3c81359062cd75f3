"""What a site has defined, the same on every node: made, changed and removed by people and programs.

    book = Book(store, clock_ms, around)
    await book.load()                                   # and from then on `heard` keeps it true
    book.on_change.append(compile_anew)
    segment = await book.create(Kind.SEGMENT, {"displayName": "Buyers", …}, by="amy")
    segment = await book.patch(Kind.SEGMENT, segment.id, {"version": 1, "isActive": False}, by="amy")
    await book.remove(Kind.SEGMENT, segment.id, by="amy")

It lies in one stream of the main log. People make changes, so there are thousands at the most, and a node
reads them all when it starts.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

import msgspec
import structlog
from msgspec import Raw
from msgspec.structs import replace

from frontdesk.desk.journeys.audit import Audit
from frontdesk.desk.journeys.reading import definition_of, stamp
from frontdesk.domain.journey.action_targets import ActionTarget, TargetState
from frontdesk.domain.journey.checks.checking import Around, check, check_removal, check_room
from frontdesk.domain.journey.checks.wrong import invalid
from frontdesk.domain.journey.defined import Defined
from frontdesk.domain.journey.defining import (
    STREAM,
    Definition,
    Fact,
    Kind,
    Removed,
    Saved,
    all_of,
    evolve,
    is_deleted,
)
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.site_settings import JourneySettings
from frontdesk.domain.journey.templates import ActionTemplate, TemplateState
from frontdesk.errors import Conflict, NotFound, TooNew
from frontdesk.store.log import Ledger, Recorded

ATTEMPTS_MAX = 10
OWN = ("id", "version", "createdDate", "modifiedDate", "selfUri")
"""What the server says of a definition, whatever a request says."""

_encode = msgspec.json.Encoder().encode
_fact: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)
_log = structlog.get_logger("journeys")


class Outdated(Conflict):
    """Somebody else changed it first: `current` is what it is now."""

    def __init__(self, current: Definition) -> None:
        super().__init__(f"it was changed meanwhile: version {current.version} is the newest")
        self.current = current


class Book:
    """The definitions of one installation.

    Shape:   `definitions` is replaced as a whole on each change, and then handed to all of `on_change`;
             `audit` says who did it.
    """

    def __init__(
        self,
        store: Ledger,
        clock_ms: Callable[[], int],
        around: Around,
        ids: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self._store = store
        self._clock_ms = clock_ms
        self._around = around
        self._ids = ids
        self._is_too_old = False
        self.definitions = Definitions()
        self.audit = Audit(store)
        self.on_change: list[Callable[[Definitions], None]] = []

    async def load(self) -> None:
        """Read what is defined now. Errors: `TooNew`, `Unavailable`."""
        await self.refresh()

    async def refresh(self) -> None:
        """Read what other nodes have changed: whoever asks may have asked another one a moment ago.

        Errors:  `TooNew`, `Unavailable`.
        """
        self._take(await self._store.read(STREAM, self.definitions.number))

    def heard(self, _name: str, record: Recorded) -> None:
        """A change was committed, by this node or another."""
        try:
            self._take([record])
        except TooNew:
            _log.warning("definition_too_new", version=record.version)

    def find(self, kind: Kind, thing_id: str) -> Defined:
        """One definition. Errors: `NotFound`."""
        found = all_of(self.definitions, kind).get(thing_id)
        if found is None:
            raise NotFound(f"there is no {kind.value.replace('_', ' ')} {thing_id!r}")
        return found

    def draft(self, kind: Kind, fields: Mapping[str, Any]) -> Defined:
        """What these fields would define, without saving it. Errors: `Wrong`."""
        drafted = self._made(kind, fields)
        check(self.definitions, drafted, self._around)
        return drafted

    async def create(self, kind: Kind, fields: Mapping[str, Any], *, by: str = "") -> Defined:
        """Define something, by the fields of its JSON. Errors: `Wrong`, `Conflict`, `Unavailable`."""
        made = self._made(kind, fields)

        def decide() -> Fact:
            check_room(self.definitions, kind)
            check(self.definitions, made, self._around)
            return Saved(kind, made.id, Raw(_encode(made)), by)

        await self._write(decide)
        return made

    async def patch(
        self, kind: Kind, thing_id: str, fields: Mapping[str, Any], *, by: str = ""
    ) -> Definition:
        """Change the fields that are given, each as a whole; null is as if it had never been given.

        Shape:   `fields["version"]` is the one that the change is meant for; nothing is written when
                 nothing changes. The settings are of `Kind.SETTINGS` and have no id.
        Errors:  `Outdated`, `NotFound`, `Wrong`, `Conflict`, `Unavailable`.
        """
        version = fields.get("version")
        if not isinstance(version, int) or isinstance(version, bool):
            raise invalid("version", "write the version that you have seen, so that no change is lost")

        def decide() -> Fact | None:
            before = self._current(kind, thing_id)
            if version != before.version:
                raise Outdated(before)
            merged = {**msgspec.to_builtins(before)}
            merged |= {name: value for name, value in fields.items() if name not in OWN}
            wanted = definition_of(kind, merged)
            if wanted == before:
                return None
            after = self._next(wanted)
            check(self.definitions, after, self._around)
            if is_deleted(after) and not is_deleted(before):
                check_removal(self.definitions, kind, thing_id)
            return Saved(kind, thing_id, Raw(_encode(after)), by)

        await self._write(decide)
        return self._current(kind, thing_id)

    async def remove(self, kind: Kind, thing_id: str, *, by: str = "", keeps_record: bool = False) -> None:
        """Take a definition away, unless something uses it.

        Shape:   with `keeps_record` a template or a target stays, and says that it is deleted.
        Errors:  `Wrong("in_use")`, `NotFound`, `Conflict`, `Unavailable`.
        """

        def decide() -> Fact | None:
            thing = self.find(kind, thing_id)
            check_removal(self.definitions, kind, thing_id)
            deleted: Definition = thing
            if keeps_record and isinstance(thing, ActionTemplate):
                deleted = replace(thing, state=TemplateState.DELETED)
            elif keeps_record and isinstance(thing, ActionTarget):
                deleted = replace(thing, state=TargetState.DELETED)
            else:
                return Removed(kind, thing_id, by)
            return None if deleted == thing else Saved(kind, thing_id, Raw(_encode(self._next(deleted))), by)

        await self._write(decide)

    def _made(self, kind: Kind, fields: Mapping[str, Any]) -> Defined:
        blank = definition_of(kind, {name: value for name, value in fields.items() if name not in OWN})
        assert isinstance(blank, Defined)
        now = stamp(self._clock_ms())
        return replace(blank, id=self._ids(), version=1, created_date=now, modified_date=now)

    def _current(self, kind: Kind, thing_id: str) -> Definition:
        return self.definitions.settings if kind is Kind.SETTINGS else self.find(kind, thing_id)

    def _next(self, thing: Definition) -> Definition:
        if isinstance(thing, JourneySettings):
            return replace(thing, version=thing.version + 1)
        return replace(thing, version=thing.version + 1, modified_date=stamp(self._clock_ms()))

    async def _write(self, decide: Callable[[], Fact | None]) -> None:
        """Decide on what is true, write it down, and again when somebody else was first."""
        for _ in range(ATTEMPTS_MAX):
            await self.refresh()
            if self._is_too_old:
                raise TooNew
            fact = decide()
            if fact is None:
                return
            number = self.definitions.number
            try:
                record = await self._store.append(STREAM, number, [_encode(fact)], self._clock_ms())
            except Conflict:
                continue
            assert record is not None
            self._take([record])
            return
        raise Conflict(f"{STREAM} lost {ATTEMPTS_MAX} races in a row")

    def _take(self, records: Sequence[Recorded]) -> None:
        """Errors: `TooNew`: this version cannot know what is true, and changes nothing from now on."""
        definitions = self.definitions
        for record in records:
            if record.version != definitions.number + 1:
                continue  # Known already: it was written or read here before the follower came by.
            try:
                definitions = evolve(definitions, _fact.decode(record.body))
            except msgspec.DecodeError:
                self._is_too_old = True
                raise TooNew from None
        if definitions is not self.definitions:
            self.definitions = definitions
            for changed in self.on_change:
                changed(definitions)
