"""An application as files: documents, includes, scripts, and `application.toml` with its settings."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from msgspec import Struct

from frontdesk.domain.application import version_of
from frontdesk.domain.special_days import special_days_of
from frontdesk.errors import Refused
from frontdesk.scxml.model import Dialect, Machine
from frontdesk.scxml.reading import files_of, load
from frontdesk.scxml.tree import DOCUMENT_BYTES_MAX, refused
from frontdesk.settings_table import fill

SETTINGS_FILE = "application.toml"
FILES_MAX = 320  # The documents and scripts that 256 includes can name, and some beside them.
FILES_BYTES_MAX = 4 * 1024 * 1024
NAME_CHARS_MAX = 200

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class ApplicationSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `application.toml` says."""

    name: str
    """What services, the command line and `session:start` call it: small letters, digits, `-` and `_`."""
    title: str = ""
    """What people read."""
    document: str = "application.scxml"
    """The file that sessions run."""
    dialect: Literal["", "w3c", "ors"] = ""
    """The document's dialect; empty for what it says, or shows, of itself."""
    exmode: Literal["strict", "lax"] = "strict"
    """What becomes of elements of namespaces that nobody knows: `strict` refuses the document, `lax` passes
    over them until they are to be done, which then fails."""
    on_session_end: Literal["requeue", "terminate", "leave"] = "requeue"
    """What becomes of a chat without an agent whose session is over: it waits in `fallback_queue`, ends, or
    stays as it is."""
    fallback_queue: str = ""
    """Where it waits then; empty for the service's own queue."""
    events: tuple[Literal["chat.message"], ...] = ()
    """Events that there may be many of, and that only come to who asks for them."""
    bots: tuple[str, ...] = ()
    """Logins of the bots in whose names the document may speak."""
    addresses: tuple[str, ...] = ()
    """Addresses that stand for this application where programs say in `src` what to start."""
    parameters: dict[str, Any] = {}
    """Values of the document's data items, before those that a start brings."""
    lists: dict[str, dict[str, dict[str, str]]] = {}
    """Lists for `getListItemValue`: list, item, key."""
    options: dict[str, str] = {}
    """Values for `getConfigOption`."""
    days: dict[str, tuple[str, ...]] = {}
    """Special days for `isSpecialDay`, by table: `2026-12-24 12:00-24:00`, every year's `12-25`, `sunday`."""

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise Refused(
                "bad_application", f"name: {self.name!r} must be 1 to 64 small letters, digits, - and _"
            )
        for lines in self.days.values():
            special_days_of(lines)


class Document(Struct, frozen=True):
    """One version of an application: what sessions that run it need, whichever node they are on.

    Shape:   `files` by their names in the folder, with `/` on every system.
    """

    name: str
    version: str
    settings: ApplicationSettings
    files: Mapping[str, bytes]


def document_of(files: Mapping[str, bytes]) -> Document:
    """The version of an application that these files are. Its document has not been looked into.

    Errors:  `Refused` with `bad_application` and every mistake of its settings, `file_name`,
             `too_many_files`, `too_large`.
    """
    _check(files)
    settings = _settings(files)
    if settings.document not in files:
        raise Refused(
            "bad_application",
            f"{SETTINGS_FILE}: document: there is no file {settings.document!r} beside it; "
            f"there are: {', '.join(sorted(files))}",
        )
    return Document(settings.name, version_of(files), settings, dict(files))


def machine_of(document: Document, file: str = "") -> Machine:
    """What sessions of this version run; or those of another of its documents.

    Errors:  `DocumentRefused`: every fault, with file and line.
    """
    settings = document.settings
    name = file or settings.document
    if name not in document.files:
        raise refused(name, 1, f"there is no such file in {document.name}", "name one of its documents")
    return load(
        document.files[name],
        name,
        files_of(document.files),
        Dialect(settings.dialect) if settings.dialect else None,
        is_strict=settings.exmode == "strict",
    )


def read_folder(folder: Path) -> Mapping[str, bytes]:
    """The files of a folder by their names in it, without hidden ones.

    Errors:  `Refused` with `no_folder`, `too_many_files`, `too_large`, `file_name` (a link that leads out).
    """
    if folder.is_file():
        raise Refused("no_folder", f"{folder} is a file: name the folder that it lies in")
    if not folder.is_dir():
        raise Refused("no_folder", f"there is no folder {folder}")
    inside = folder.resolve()
    files: dict[str, bytes] = {}
    held_bytes = 0
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or any(part.startswith(".") for part in PurePosixPath(name).parts):
            continue
        if not path.resolve().is_relative_to(inside):
            raise Refused("file_name", f"{name}: the link leads out of the folder; copy the file into it")
        held_bytes += path.stat().st_size
        if held_bytes > FILES_BYTES_MAX:
            raise _too_large()
        files[name] = path.read_bytes()
        if len(files) > FILES_MAX:
            raise _too_many()
    return files


def folders_in(folder: Path) -> list[Path]:
    """The folders of applications in a folder, by name. Errors: `Refused("no_folder")`."""
    if not folder.is_dir():
        raise Refused("no_folder", f"there is no folder {folder}")
    return sorted(path for path in folder.iterdir() if (path / SETTINGS_FILE).is_file())


def _check(files: Mapping[str, bytes]) -> None:
    if len(files) > FILES_MAX:
        raise _too_many()
    if sum(map(len, files.values())) > FILES_BYTES_MAX:
        raise _too_large()
    for name, content in files.items():
        parts = name.split("/")
        is_fine = name.isprintable() and "\\" not in name and len(name) <= NAME_CHARS_MAX
        if not is_fine or any(part in ("", ".", "..") for part in parts):
            raise Refused("file_name", f"{name[:NAME_CHARS_MAX]!r} is no name of a file inside of a folder")
        if len(content) > DOCUMENT_BYTES_MAX:
            text = f"{name} has {len(content)} bytes, a file at most {DOCUMENT_BYTES_MAX}: split it"
            raise Refused("too_large", text, limit=DOCUMENT_BYTES_MAX)


def _settings(files: Mapping[str, bytes]) -> ApplicationSettings:
    written = files.get(SETTINGS_FILE)
    if written is None:
        raise Refused("bad_application", f'there is no {SETTINGS_FILE}: add it, with name = "…" in it')
    try:
        table = tomllib.loads(written.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Refused("bad_application", f"{SETTINGS_FILE} is not UTF-8: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise Refused("bad_application", f"{SETTINGS_FILE} is not valid TOML: {error}") from None
    except RecursionError:
        raise Refused(
            "bad_application", f"{SETTINGS_FILE} holds tables or lists too deep in others"
        ) from None
    mistakes = [] if "name" in table else ['name: is missing; write name = "…"']
    settings = fill(ApplicationSettings, table, "", mistakes)
    if mistakes:
        raise Refused("bad_application", "\n".join(f"{SETTINGS_FILE}: {mistake}" for mistake in mistakes))
    assert isinstance(settings, ApplicationSettings)
    return settings


def _too_many() -> Refused:
    return Refused("too_many_files", f"an application has at most {FILES_MAX} files", limit=FILES_MAX)


def _too_large() -> Refused:
    text = f"the files of an application have at most {FILES_BYTES_MAX} bytes together"
    return Refused("too_large", text, limit=FILES_BYTES_MAX)
