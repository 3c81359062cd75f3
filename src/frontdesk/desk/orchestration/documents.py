"""Where sessions find the documents of applications."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from frontdesk.errors import NotFound

BYTES_MAX = 2 * 1024 * 1024
FILES_MAX = 1_000


class ApplicationSettings(Struct, frozen=True, kw_only=True):
    """What an application says of itself: the file that sessions run, and how it is to be read.

    Shape:   `dialect` is `w3c`, `ors`, or empty for what the document shows; `exmode` is `strict` or `lax`.
    """

    document: str
    dialect: str = ""
    exmode: str = "strict"


class Document(Struct, frozen=True):
    """One version of an application, which never changes. `files` by their names, with slashes."""

    name: str
    version: str
    settings: ApplicationSettings
    files: Mapping[str, bytes]


class Applications(Protocol):
    """The applications that there are."""

    async def document(self, name: str, version: str = "") -> Document:
        """A version of an application; the one that new sessions are to have when none is named.

        Errors:  `NotFound`; `Refused` when it cannot be run.
        """


class Folder:
    """Applications in a folder, one folder each; the version is what its files hold.

    Shape:   a folder's document is `NAME.scxml`, `main.scxml`, or the only one there is. What was read once
             is kept for the sessions that have begun with it.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._known: dict[tuple[str, str], Document] = {}

    async def document(self, name: str, version: str = "") -> Document:
        known = self._known.get((name, version)) if version else None
        if known is not None:
            return known
        found = self._read(name)
        self._known[name, found.version] = found
        if version and version != found.version:
            raise NotFound(f"the application {name} has no version {version}")
        return found

    def _read(self, name: str) -> Document:
        is_name = bool(name) and "/" not in name and not name.startswith(".")
        folder = self._folder / name if self._folder is not None and is_name else None
        if folder is None or not folder.is_dir():
            raise NotFound(f"there is no application {name}")
        paths = sorted(path for path in folder.rglob("*") if path.is_file())[:FILES_MAX]
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
        documents = [file for file in files if file.endswith(".scxml") and "/" not in file]
        entry = next((f for f in (f"{name}.scxml", "main.scxml", *documents) if f in files), "")
        if not entry:
            raise NotFound(f"the application {name} has no document")
        return Document(name, version_of(files), ApplicationSettings(document=entry), files)


def version_of(files: Mapping[str, bytes]) -> str:
    """A name for just these files."""
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file}\0{len(files[file])}\0".encode() + files[file])
    return digest.hexdigest()[:16]
