"""Charts on a stage: a document in, what became of it out."""

from collections.abc import Iterable
from pathlib import Path

from frontdesk.scxml.events import Event
from frontdesk.scxml.model import Dialect, Machine
from frontdesk.scxml.reading import NO_FILES, Files, load
from frontdesk.scxml.rehearsal import Rehearsal
from frontdesk.scxml.session import Session

HEAD = '<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript" '


class Folder(Files):
    """The files beside a document on disk."""

    def read(self, href: str, base: str) -> tuple[str, bytes]:
        path = Path(base).parent / href.removeprefix("file:")
        return str(path), path.read_bytes()


def machine(inside: str, attributes: str = "", files: Files = NO_FILES) -> Machine:
    """A W3C document with this inside."""
    return load(f"{HEAD}{attributes}>{inside}</scxml>".encode(), "chart.scxml", files)


def ors(inside: str, attributes: str = "", files: Files = NO_FILES) -> Machine:
    """A document of the ORS dialect with this inside."""
    spaces = 'xmlns="http://www.w3.org/2005/07/scxml" xmlns:xi="http://www.w3.org/2001/XInclude"'
    return load(f"<scxml {spaces} {attributes}>{inside}</scxml>".encode(), "chart.scxml", files, Dialect.ORS)


def staged(chart: Machine, events: Iterable[str | Event] = (), ms: int = 60_000) -> tuple[Session, list[str]]:
    """A session after these events and this time; the session, and what it logged."""
    stage = Rehearsal()
    session = stage.start(chart, "s")
    for event in events:
        stage.send("s", Event(event) if isinstance(event, str) else event)
    stage.pass_time(ms)
    return session, [logged.text for logged in stage.logged("s")]
