"""Applications as folders: what is taken in, what is refused and why, and which version a session gets."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from frontdesk.desk.orchestration.application_files import (
    FILES_BYTES_MAX,
    FILES_MAX,
    document_of,
    machine_of,
    read_folder,
)
from frontdesk.desk.orchestration.applications import Applications, take_in
from frontdesk.domain.application import version_of
from frontdesk.errors import NotFound, Refused
from frontdesk.scxml.faults import DocumentRefused
from frontdesk.scxml.model import Dialect
from frontdesk.scxml.tree import DOCUMENT_BYTES_MAX
from frontdesk.store.memory import MemoryStore

pytestmark = pytest.mark.anyio

SETTINGS = b'name = "hello"\n'
CHART = b"""<scxml xmlns="http://www.w3.org/2005/07/scxml" datamodel="ecmascript" version="1.0">
  <script src="scripts/words.js"/>
  <state id="a"/>
</scxml>"""
FILES = {"application.toml": SETTINGS, "application.scxml": CHART, "scripts/words.js": b"var word = 1;"}
NEWER = {**FILES, "scripts/words.js": b"var word = 2;"}


@pytest.fixture
def applications() -> Applications:
    return Applications(MemoryStore(), lambda: 1_700_000_000_000)


def folder_with(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


async def test_a_session_gets_the_active_version_or_the_one_that_it_began_with(
    applications: Applications,
) -> None:
    first = await applications.upload(FILES, by="amy")
    second = await applications.upload(NEWER)
    assert (await applications.document("hello")).version == second.version
    assert (await applications.document("hello", first.version)).files == FILES
    await applications.activate("hello", first.version[:8], by="bo")
    assert (await applications.document("hello")).version == first.version
    assert [listed.name for listed in await applications.all()] == ["hello"]
    with pytest.raises(NotFound, match="no application 'other'"):
        await applications.document("other")
    with pytest.raises(NotFound, match="no version"):
        await applications.document("hello", "0000")


async def test_every_node_has_what_one_has_taken_in() -> None:
    store = MemoryStore()
    one, other = (Applications(store, lambda: 1) for _ in range(2))
    with pytest.raises(NotFound):
        await other.document("hello")
    version = (await one.upload(FILES)).version
    assert (await other.document("hello")).version == version
    newer = (await other.upload(NEWER)).version
    assert (await one.document("hello")).version == newer
    assert (await one.document("hello", version)).files == FILES


async def test_who_is_told_of_what_others_take_in_need_not_look() -> None:
    store = MemoryStore()
    one, other = Applications(store, lambda: 1, is_told=True), Applications(store, lambda: 1)
    version = (await one.upload(FILES)).version
    newer = (await other.upload(NEWER)).version
    assert (await one.document("hello")).version == version
    for record in await store.read("application/hello"):
        one.heard("hello", record)
    assert (await one.document("hello")).version == newer
    assert (await one.activate("hello", version)).version == version
    assert (await one.document("hello")).version == version
    with pytest.raises(NotFound, match="no application 'other'"):
        await one.document("other")


async def test_a_document_that_cannot_run_is_not_taken_in(applications: Applications) -> None:
    with pytest.raises(DocumentRefused, match=r"application\.scxml:2: .*words\.js"):
        await applications.upload({name: FILES[name] for name in ("application.toml", "application.scxml")})
    assert await applications.all() == []


async def test_what_is_refused_in_a_folder_keeps_nothing_else_out_and_its_older_version_runs(
    applications: Applications, tmp_path: Path
) -> None:
    folder_with(tmp_path / "hello", FILES)
    await take_in(applications, tmp_path)
    version = (await applications.document("hello")).version
    folder_with(tmp_path / "hello", {"application.scxml": b"<!DOCTYPE scxml><scxml/>"})
    later = {**FILES, "application.toml": b'name = "later"'}
    folder_with(tmp_path / "later", later)
    with capture_logs() as logs:
        await take_in(applications, tmp_path)
    assert [listed.name for listed in await applications.all()] == ["hello", "later"]
    assert (await applications.document("hello")).version == version
    [refused] = [line for line in logs if line["event"] == "application_refused"]
    assert (refused["folder"], refused["log_level"]) == (str(tmp_path / "hello"), "error")
    assert refused["reason"].startswith("application.scxml:1: a document type is not allowed")


async def test_chats_go_on_while_a_large_document_is_read(applications: Applications) -> None:
    states = "".join(f'<state id="s{number}"/>' for number in range(9_999))
    chart = f'<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0">{states}</scxml>'
    uploading = asyncio.create_task(applications.upload({**FILES, "application.scxml": chart.encode()}))
    turns_of_others = 0
    while not uploading.done():
        await asyncio.sleep(0.001)
        turns_of_others += 1
    await uploading
    assert turns_of_others > 10


async def test_a_folder_is_read_whole_but_for_what_is_hidden(tmp_path: Path) -> None:
    folder_with(tmp_path, {**FILES, ".git/config": b"", "scripts/.words.js.swp": b""})
    assert read_folder(tmp_path) == FILES
    document = document_of(read_folder(tmp_path))
    assert (document.name, document.version) == ("hello", version_of(FILES))
    assert machine_of(document).dialect is Dialect.W3C


async def test_settings_may_override_the_dialect_and_be_lax() -> None:
    unknown = CHART.replace(
        b'<state id="a"/>', b'<state id="a"><onentry><x:y xmlns:x="z"/></onentry></state>'
    )
    files = {**FILES, "application.scxml": unknown}
    with pytest.raises(DocumentRefused, match="nothing here knows <y> of z"):
        machine_of(document_of(files))
    lax = SETTINGS + b'exmode = "lax"\ndialect = "ors"\n'
    assert machine_of(document_of({**files, "application.toml": lax})).dialect is Dialect.ORS


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (b"", "name: is missing"),
        (b'name = "Not So"', "name: 'Not So' must be 1 to 64 small letters"),
        (b"name = 3", "name: 3 does not fit; it must be text"),
        (
            b'name = "a"\nfalback_queue = "b"',
            "falback_queue: there is no such setting; did you mean fallback_",
        ),
        (b'name = "a"\nexmode = "loose"', "exmode: 'loose' does not fit; it must be `lax` or `strict`"),
        (b'name = "a"\nevents = ["chat.messages"]', "events: ['chat.messages'] does not fit"),
        (
            b'name = "a"\ndocument = "b.scxml"',
            "there is no file 'b.scxml' beside it; there are: application.s",
        ),
        (b"name = ", "is not valid TOML"),
        (b"\xff", "is not UTF-8"),
        (b'name = "a"\n[parameters]\nx = ' + b"[" * 5000, "too deep"),
    ],
)
async def test_each_mistake_of_the_settings_is_named(settings: bytes, said: str) -> None:
    with pytest.raises(Refused) as refused:
        document_of({**FILES, "application.toml": settings})
    assert refused.value.code == "bad_application"
    assert said in refused.value.text


async def test_a_folder_without_settings_is_told_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"there is no application\.toml: add it"):
        document_of(read_folder(folder_with(tmp_path, {"application.scxml": CHART})))
    with pytest.raises(Refused, match="there is no folder"):
        read_folder(tmp_path / "elsewhere")
    with pytest.raises(Refused, match="is a file: name the folder"):
        read_folder(tmp_path / "application.scxml")


async def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    folder = folder_with(tmp_path / "inside", FILES)
    (folder / "linked.js").symlink_to(tmp_path / "secret")
    with pytest.raises(Refused, match=r"linked\.js: the link leads out"):
        read_folder(folder)


@pytest.mark.parametrize("name", ["../a", "/a", "a//b", "a\\b", "a\nb", ".", "a" * 201])
async def test_names_of_files_stay_inside(name: str) -> None:
    with pytest.raises(Refused, match="no name of a file inside"):
        document_of({**FILES, name: b""})


async def test_what_is_too_much_is_refused_with_its_limit(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="split it") as refused:
        document_of({**FILES, "a": b"x" * (DOCUMENT_BYTES_MAX + 1)})
    assert refused.value.limit == DOCUMENT_BYTES_MAX
    many = {f"f{n}": b"" for n in range(FILES_MAX + 1)}
    large = dict.fromkeys("abcd", b"x" * (FILES_BYTES_MAX // 3))
    for files, limit in ((many, FILES_MAX), (large, FILES_BYTES_MAX)):
        for look in (document_of, lambda f: read_folder(folder_with(tmp_path / str(len(f)), f))):
            with pytest.raises(Refused) as refused:
                look(files)
            assert refused.value.limit == limit
