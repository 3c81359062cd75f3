"""An application's versions: the same files are the same version; going back is activating an older one."""

from collections.abc import Sequence

import msgspec
import pytest

from frontdesk.domain.application import (
    Activate,
    Activated,
    Application,
    Command,
    Event,
    Upload,
    Uploaded,
    decide,
    evolve,
    version_of,
)
from frontdesk.errors import NotFound, Refused

OLD, NEW = {"a.scxml": b"old"}, {"a.scxml": b"new"}
EVER = (
    b'{"type":"Uploaded","version":"ab","files":{"a.scxml":"b2xk"},"by":"amy"}',
    b'{"type":"Activated","version":"ab","by":"amy"}',
)


def after(*commands: Command) -> Application:
    application = Application()
    for at_ms, command in enumerate(commands, start=1):
        for event in decide(application, command):
            application = evolve(application, event, at_ms)
    return application


def kinds(events: Sequence[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_what_is_uploaded_runs_from_then_on() -> None:
    application = after(Upload(files=OLD, by="amy"), Upload(files=NEW))
    assert application.active == version_of(NEW)
    assert [(one.version, one.uploaded_ms, one.by) for one in application.versions] == [
        (version_of(OLD), 1, "amy"),
        (version_of(NEW), 2, ""),
    ]


def test_unless_it_is_only_to_be_there() -> None:
    application = after(Upload(files=OLD), Upload(files=NEW, is_to_run=False))
    assert application.active == version_of(OLD)
    assert len(application.versions) == 2


def test_a_repeated_upload_is_one_upload_and_does_not_undo_a_roll_back() -> None:
    rolled_back = after(Upload(files=OLD), Upload(files=NEW), Activate(version=version_of(OLD)))
    assert rolled_back.active == version_of(OLD)
    assert decide(rolled_back, Upload(files=NEW)) == ()
    assert decide(rolled_back, Activate(version=version_of(OLD))) == ()


def test_a_version_may_be_named_by_its_beginning() -> None:
    application = after(Upload(files=OLD), Upload(files=NEW))
    assert kinds(decide(application, Activate(version=version_of(OLD)[:8]))) == ["Activated"]
    with pytest.raises(NotFound):
        application.find(version_of(OLD)[:3])
    with pytest.raises(NotFound):
        application.find("0" * 64)
    with pytest.raises(NotFound, match="activated"):
        after(Upload(files=OLD, is_to_run=False)).find("")
    twins = Application(
        versions=tuple(msgspec.structs.replace(application.versions[0], version=f"abcd{n}") for n in "12")
    )
    with pytest.raises(Refused, match="2 versions"):
        twins.find("abcd")


def test_any_difference_of_names_or_contents_is_another_version() -> None:
    apart = [{"a": b"b", "c": b""}, {"a": b"", "bc": b""}, {"a": b"b"}, {"a": b"bc"}, {"ab": b"c"}, {}]
    assert len({version_of(files) for files in apart}) == len(apart)
    assert version_of({"b": b"2", "a": b"1"}) == version_of({"a": b"1", "b": b"2"})


@pytest.mark.parametrize("line", EVER)
def test_nothing_that_was_written_is_read_differently(line: bytes) -> None:
    event = msgspec.json.decode(line, type=Event)
    assert msgspec.json.encode(event) == line
    assert event in (
        Uploaded(version="ab", files={"a.scxml": b"old"}, by="amy"),
        Activated(version="ab", by="amy"),
    )
