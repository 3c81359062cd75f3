"""Who changed which definition, and when: what the stream of definitions says, for people who look back.

    changes = await audit.changes()                     # oldest first, all of them

Nothing of it is written down a second time, so it cannot differ from what was done.
"""

import asyncio
from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec
from msgspec import Raw, Struct

from frontdesk.domain.journey.defining import STREAM, Fact, Kind, Removed
from frontdesk.domain.journey.site_settings import JourneySettings
from frontdesk.errors import TooNew
from frontdesk.store.log import Ledger, Recorded

READ_AT_ONCE = 100
STATED_BY_US = frozenset(("id", "version", "createdDate", "modifiedDate"))
NAMES = ("displayName", "name")
DELETED = "deleted"

_fact: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)
_members: msgspec.json.Decoder[dict[str, Raw]] = msgspec.json.Decoder(dict[str, Raw])


class Doing(StrEnum):
    """What was done; in the words of permissions."""

    ADD = "add"
    EDIT = "edit"
    DELETE = "delete"


class Change(Struct, frozen=True):
    """One change.

    Shape:   `number` is the how manieth it is of all; `by` is empty where it is not known who it was;
             `fields` are the names of those that an edit changed.
    """

    number: int
    time_ms: int
    by: str
    doing: Doing
    kind: Kind
    thing_id: str
    name: str = ""
    version: int = 0
    fields: tuple[str, ...] = ()


class Audit:
    """All changes of an installation. What was read is held: people made it, so there is not much."""

    def __init__(self, store: Ledger) -> None:
        self._store = store
        self._changes: list[Change] = []
        settings = _members.decode(msgspec.json.encode(JourneySettings()))  # They are there from the start.
        self._newest: dict[tuple[Kind, str], Mapping[str, Raw]] = {(Kind.SETTINGS, ""): settings}
        self._version = 0

    async def changes(self) -> Sequence[Change]:
        """Every change until now, oldest first. Errors: `TooNew`, `Unavailable`."""
        while records := await self._store.read(STREAM, self._version, READ_AT_ONCE):
            for record in records:
                if record.version > self._version:  # Else somebody else who asks has read it meanwhile.
                    self._take(record)
            await asyncio.sleep(0)
        return self._changes

    def _take(self, record: Recorded) -> None:
        try:
            fact = _fact.decode(record.body)
            after = {} if isinstance(fact, Removed) else _members.decode(fact.body)
        except msgspec.DecodeError:
            raise TooNew from None
        before = self._newest.get((fact.kind, fact.id), {})
        names = (after or before).keys() & set(NAMES)
        change = Change(
            number=record.version,
            time_ms=record.time_ms,
            by=fact.by,
            doing=_doing(fact, before, after),
            kind=fact.kind,
            thing_id=fact.id,
            name=_text((after or before)[names.pop()]) if names else "",
            version=_number((after or before).get("version")),
            fields=_fields(before, after) if before and after else (),
        )
        self._newest[fact.kind, fact.id] = after
        self._changes.append(change)
        self._version = record.version


def _doing(fact: Fact, before: Mapping[str, Raw], after: Mapping[str, Raw]) -> Doing:
    if not after or (_is_deleted(after) and not _is_deleted(before)):
        return Doing.DELETE
    return Doing.EDIT if before else Doing.ADD


def _is_deleted(members: Mapping[str, Raw]) -> bool:
    return "state" in members and _text(members["state"]).lower() == DELETED


def _fields(before: Mapping[str, Raw], after: Mapping[str, Raw]) -> tuple[str, ...]:
    """The fields that are not as they were."""
    every = dict.fromkeys((*before, *after))
    return tuple(
        name
        for name in every
        if name not in STATED_BY_US and bytes(before.get(name, b"")) != bytes(after.get(name, b""))
    )


def _text(of: Raw) -> str:
    found = msgspec.json.decode(of)
    return found if isinstance(found, str) else ""


def _number(of: Raw | None) -> int:
    found = msgspec.json.decode(of) if of is not None else 0
    return found if isinstance(found, int) else 0
