"""Definitions: how they are made, changed and removed, on one node and on several."""

import anyio
import pytest

from frontdesk.desk.journeys.book import Book, Outdated
from frontdesk.domain.journey.action_maps import ActionMap
from frontdesk.domain.journey.checks.wrong import Wrong
from frontdesk.domain.journey.defining import STREAM, Kind
from frontdesk.domain.journey.segments import Segment
from frontdesk.domain.journey.site_settings import JourneySettings
from frontdesk.domain.journey.templates import TemplateState
from frontdesk.errors import NotFound, TooNew
from frontdesk.store.memory import MemoryStore
from tests.desk.journeys.site import NOW_MS, SEGMENT, a_book, a_map

pytestmark = pytest.mark.anyio


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def book(store: MemoryStore) -> Book:
    return a_book(store)


async def test_the_server_gives_ids_versions_and_dates(book: Book) -> None:
    wish = {**SEGMENT, "id": "mine", "version": 9, "createdDate": "1999", "selfUri": "x"}
    made = await book.create(Kind.SEGMENT, wish, by="amy")
    assert isinstance(made, Segment)
    assert (made.version, made.created_date, made.modified_date) == (
        1,
        "2026-11-21T08:33:20.000Z",
        "2026-11-21T08:33:20.000Z",
    )
    assert made.id != "mine"
    assert book.definitions.segments == {made.id: made}


async def test_a_change_replaces_the_fields_it_names_and_null_clears_one(book: Book) -> None:
    made = await book.create(Kind.SEGMENT, {**SEGMENT, "description": "Who buys", "color": "#000000"})
    after = await book.patch(Kind.SEGMENT, made.id, {"version": 1, "isActive": False, "color": None})
    assert isinstance(after, Segment)
    assert (after.version, after.is_active, after.description) == (2, False, "Who buys")
    assert after.color == Segment(display_name="any").color


async def test_a_change_of_nothing_is_none(book: Book, store: MemoryStore) -> None:
    made = await book.create(Kind.SEGMENT, SEGMENT)
    assert await book.patch(Kind.SEGMENT, made.id, {"version": 1, "isActive": True}) == made
    assert len(await store.read(STREAM)) == 1


async def test_who_has_seen_an_older_version_is_shown_the_newest(book: Book) -> None:
    made = await book.create(Kind.SEGMENT, SEGMENT)
    newest = await book.patch(Kind.SEGMENT, made.id, {"version": 1, "displayName": "Payers"})
    with pytest.raises(Outdated) as outdated:
        await book.patch(Kind.SEGMENT, made.id, {"version": 1, "displayName": "Shoppers"})
    assert outdated.value.current == newest


async def test_a_change_says_which_version_it_is_meant_for(book: Book) -> None:
    made = await book.create(Kind.SEGMENT, SEGMENT)
    with pytest.raises(Wrong) as wrong:
        await book.patch(Kind.SEGMENT, made.id, {"displayName": "Payers"})
    assert wrong.value.field == "version"


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"displayName": "x", "colour": "red"}, "colour", "unknown_field"),
        ({}, "displayName", "missing_field"),
        ({"displayName": 1}, "displayName", "invalid_value"),
        (
            {"displayName": "x", "journey": {"patterns": [{"criteria": [], "count": 1}]}},
            "journey.patterns[0].criteria",
            "invalid_value",
        ),
    ],
)
async def test_what_cannot_be_read_names_its_field(
    book: Book, fields: dict[str, object], field: str, code: str
) -> None:
    with pytest.raises(Wrong) as wrong:
        await book.create(Kind.SEGMENT, fields)
    assert (wrong.value.field, wrong.value.code) == (field, code)


async def test_what_a_map_uses_cannot_go(book: Book) -> None:
    segment = await book.create(Kind.SEGMENT, SEGMENT)
    used_by = await book.create(Kind.ACTION_MAP, a_map(segment.id))
    with pytest.raises(Wrong) as wrong:
        await book.remove(Kind.SEGMENT, segment.id)
    assert (wrong.value.code, wrong.value.text) == ("in_use", "it is used by 'Help': change that first")
    await book.remove(Kind.ACTION_MAP, used_by.id)
    await book.remove(Kind.SEGMENT, segment.id)
    assert not book.definitions.segments
    with pytest.raises(NotFound):
        await book.remove(Kind.SEGMENT, segment.id)


async def test_a_template_can_be_deleted_and_stay_on_record(book: Book) -> None:
    made = await book.create(Kind.TEMPLATE, {"name": "Hello", "mediaType": "webchat", "state": "Active"})
    await book.remove(Kind.TEMPLATE, made.id, keeps_record=True)
    kept = book.definitions.templates[made.id]
    assert (kept.state, kept.version) == (TemplateState.DELETED, 2)
    await book.remove(Kind.TEMPLATE, made.id)
    assert not book.definitions.templates


async def test_what_a_map_uses_cannot_be_called_deleted_either(book: Book) -> None:
    segment = await book.create(Kind.SEGMENT, SEGMENT)
    target = await book.create(Kind.TARGET, {"name": "Shop"})
    action = {"mediaType": "webchat", "actionTargetId": target.id}
    await book.create(Kind.ACTION_MAP, a_map(segment.id, action=action))
    with pytest.raises(Wrong) as wrong:
        await book.patch(Kind.TARGET, target.id, {"version": 1, "state": "deleted"})
    assert wrong.value.code == "in_use"
    await book.patch(Kind.TARGET, target.id, {"version": 1, "state": "inactive"})


async def test_there_are_settings_before_anybody_has_changed_them(book: Book) -> None:
    assert book.definitions.settings == JourneySettings()
    after = await book.patch(Kind.SETTINGS, "", {"version": 0, "sessionTimeoutMinutes": 20})
    assert book.definitions.settings == after == JourneySettings(version=1, session_timeout_minutes=20)
    with pytest.raises(Outdated):
        await book.patch(Kind.SETTINGS, "", {"version": 0, "sessionTimeoutMinutes": 25})


async def test_who_starts_later_reads_what_is_defined_and_by_whom_it_was(
    book: Book, store: MemoryStore
) -> None:
    segment = await book.create(Kind.SEGMENT, SEGMENT, by="amy")
    await book.create(Kind.ACTION_MAP, a_map(segment.id), by="sue")
    await book.patch(Kind.SETTINGS, "", {"version": 0, "timeZone": "Europe/Berlin"})
    later = a_book(store)
    await later.load()
    assert later.definitions == book.definitions
    assert isinstance(next(iter(later.definitions.action_maps.values())), ActionMap)
    assert [b'"by":"amy"' in record.body for record in await store.read(STREAM)] == [True, False, False]


async def test_another_node_hears_each_change_once(book: Book, store: MemoryStore) -> None:
    other = a_book(store)
    told: list[int] = []
    other.on_change.append(lambda definitions: told.append(definitions.number))
    segment = await book.create(Kind.SEGMENT, SEGMENT)
    await book.patch(Kind.SEGMENT, segment.id, {"version": 1, "isActive": False})
    for record in [*await store.read(STREAM), *await store.read(STREAM)]:
        other.heard("definitions", record)
    assert other.definitions == book.definitions
    assert told == [1, 2]


async def test_a_change_is_decided_on_what_other_nodes_have_done(book: Book, store: MemoryStore) -> None:
    other = a_book(store)
    segment = await book.create(Kind.SEGMENT, SEGMENT)
    made = await other.create(Kind.ACTION_MAP, a_map(segment.id))
    with pytest.raises(Wrong):
        await book.remove(Kind.SEGMENT, segment.id)  # Nobody has told this node of the map.
    assert set(book.definitions.action_maps) == set(other.definitions.action_maps) == {made.id}


async def test_who_was_told_nothing_can_look(book: Book, store: MemoryStore) -> None:
    other = a_book(store)
    segment = await book.create(Kind.SEGMENT, SEGMENT)
    with pytest.raises(NotFound):
        other.find(Kind.SEGMENT, segment.id)
    await other.refresh()
    assert other.find(Kind.SEGMENT, segment.id) == segment


async def test_of_two_at_once_both_are_kept(book: Book) -> None:
    async with anyio.create_task_group() as group:
        for number in range(5):
            group.start_soon(book.create, Kind.SEGMENT, {**SEGMENT, "displayName": f"S{number}"})
    assert len(book.definitions.segments) == book.definitions.number == 5


async def test_what_a_newer_version_wrote_is_left_alone(book: Book, store: MemoryStore) -> None:
    await store.append(STREAM, 0, [b'{"type":"Saved","kind":"moon_phase","id":"x","body":{}}'], NOW_MS)
    with pytest.raises(TooNew):
        await book.load()
    with pytest.raises(TooNew):
        await book.create(Kind.SEGMENT, SEGMENT)
