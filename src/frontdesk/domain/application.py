"""One orchestration application: its versions, and which of them new sessions run.

A version is all files of the application's folder, and its id is their hash: the same files are the same
version, whoever uploads them and however often.
"""

import hashlib
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.errors import NotFound, Refused

SHOWN_CHARS = 12  # Of a version's id: as many as nobody mistakes, and a line has room for.
PREFIX_CHARS_MIN = 4
VERSIONS_MAX = 10_000


class Uploaded(Struct, frozen=True, tag=True, kw_only=True):
    """A version is there: its files by their names in the folder. `by` is who brought it, in words."""

    version: str
    files: dict[str, bytes]
    by: str = ""


class Activated(Struct, frozen=True, tag=True, kw_only=True):
    """Sessions that begin from now on run this version."""

    version: str
    by: str = ""


Event = Uploaded | Activated


class Upload(Struct, frozen=True, kw_only=True):
    """Take these files in; and run them from now on, unless that is not wanted or they were there before."""

    files: Mapping[str, bytes]
    by: str = ""
    is_to_run: bool = True


class Activate(Struct, frozen=True, kw_only=True):
    """Run a version from now on. Its id may be given by its first characters; "" is the one before."""

    version: str
    by: str = ""


Command = Upload | Activate


class Version(Struct, frozen=True, kw_only=True):
    """One version as lists show it; `number` is where in the stream its files are."""

    version: str
    number: int
    uploaded_ms: int
    by: str = ""


class Application(Struct, frozen=True, kw_only=True):
    """What is true of one application after `events` events; also what its card says.

    Shape:   `versions` in the order in which they came; `active` is empty before the first was activated.
    """

    events: int = 0
    versions: tuple[Version, ...] = ()
    active: str = ""
    activated_ms: int = 0

    def find(self, version: str) -> Version:
        """The version with this id, or whose id alone begins so; for "", the active one.

        Errors:  `NotFound`; `Refused("version_ambiguous")`.
        """
        wanted = version or self.active
        if not wanted:
            raise NotFound("no version of it has been activated")
        long_enough = len(wanted) >= PREFIX_CHARS_MIN
        found = [one for one in self.versions if long_enough and one.version.startswith(wanted)]
        if not found:
            raise NotFound(f"there is no version {wanted!r}")
        if len(found) > 1:
            raise Refused(
                "version_ambiguous", f"{len(found)} versions begin with {wanted!r}: give more of it"
            )
        return found[0]

    def before(self) -> str:
        """The version that was uploaded before the active one.

        Errors:  `NotFound`: there is none.
        """
        ids = [one.version for one in self.versions]
        at = ids.index(self.active) if self.active in ids else 0
        if at == 0:
            raise NotFound("there is no version before the one that runs")
        return ids[at - 1]


def version_of(files: Mapping[str, bytes]) -> str:
    """The id of the version that these files are."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{len(name.encode())}:{name}{len(files[name])}:".encode())
        whole.update(files[name])
    return whole.hexdigest()


def decide(application: Application, command: Command) -> Sequence[Event]:
    """What `command` makes true; empty when nothing changes.

    Errors:  `NotFound`, `Refused("version_ambiguous")` as from `Application.find`;
             `Refused("too_many_versions")`.
    """
    match command:
        case Upload():
            version = version_of(command.files)
            if any(one.version == version for one in application.versions):
                # Who rolled back, and starts a node whose folder has the newer files, keeps what they chose.
                return ()
            if len(application.versions) >= VERSIONS_MAX:
                raise Refused(
                    "too_many_versions",
                    f"an application has at most {VERSIONS_MAX} versions",
                    limit=VERSIONS_MAX,
                )
            uploaded = Uploaded(version=version, files=dict(command.files), by=command.by)
            return (uploaded, Activated(version=version, by=command.by)) if command.is_to_run else (uploaded,)
        case Activate():
            found = application.find(command.version or application.before()).version
            return () if found == application.active else (Activated(version=found, by=command.by),)


def evolve(application: Application, event: Event, time_ms: int) -> Application:
    """The application after `event`, which happened at `time_ms`."""
    number = application.events + 1
    match event:
        case Uploaded():
            version = Version(version=event.version, number=number, uploaded_ms=time_ms, by=event.by)
            return replace(application, events=number, versions=(*application.versions, version))
        case Activated():
            return replace(application, events=number, active=event.version, activated_ms=time_ms)
