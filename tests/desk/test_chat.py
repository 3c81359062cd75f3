"""One chat as a node holds it: what it knows, and when it has to look into the log."""

import pytest

from frontdesk.desk.arming import UNSURE
from frontdesk.desk.chat import LINES_KEPT_MAX, Chat, Full, Hearing, Told
from frontdesk.domain import events
from frontdesk.domain.events import Event
from frontdesk.domain.evolving import evolve
from frontdesk.domain.interaction import Interaction

pytestmark = pytest.mark.anyio

STARTED = events.Started(service="s", user_id="u", key_hash="h", nickname="Mira")


def told(full: Full, event: Event) -> tuple[Told, Interaction]:
    """The next line of a chat, and the state after it."""
    state = evolve(full.state, event, 0)
    return Told(state.version, 0, b"", event, state), state


def said(count: int) -> Full:
    """A chat in which the visitor has said something `count` times."""
    full = Full(Interaction())
    full.add(*told(full, STARTED))
    for n in range(count):
        full.add(*told(full, events.Said(party_id=1, text=str(n))))
    return full


@pytest.fixture
def chat() -> Chat:
    """A chat at version 3."""
    return Chat("A", said(2), 1000, 0)


def test_what_it_has_is_no_news(chat: Chat) -> None:
    assert [chat.hearing(version) for version in (1, 2, 3)] == [Hearing.IGNORED] * 3


def test_the_next_event_is_added(chat: Chat) -> None:
    assert chat.hearing(4) is Hearing.ADDED
    assert chat.full is not None
    chat.add(chat.full, *told(chat.full, events.Ended(reason="done")))
    assert (chat.version, chat.is_open, chat.armed) == (4, False, UNSURE)


def test_one_that_does_not_follow_sends_it_to_the_log(chat: Chat) -> None:
    assert chat.hearing(5) is Hearing.STALE


def test_a_quiet_chat_has_nothing_to_add_to(chat: Chat) -> None:
    chat.full = None
    assert chat.hearing(4) is Hearing.STALE


async def test_while_it_writes_it_waits_for_its_own_answer(chat: Chat) -> None:
    chat.begins_writing(5)
    assert [chat.hearing(version) for version in (4, 5)] == [Hearing.IGNORED] * 2
    assert chat.hearing(6) is Hearing.STALE, "somebody wrote after us, and the answer will not tell"


async def test_what_is_written_is_known(chat: Chat) -> None:
    full = chat.full
    assert full is not None
    line, state = told(full, events.Said(party_id=1, text="more"))
    chat.begins_writing(4)
    assert chat.version == 3
    chat.has_written(full, [line], state)
    assert (chat.version, chat.writing, chat.is_stale) == (4, None, False)


async def test_what_may_have_been_written_is_looked_up(chat: Chat) -> None:
    chat.begins_writing(4)
    chat.failed_to_write()
    assert chat.is_stale
    assert chat.hearing(4) is Hearing.IGNORED, "all of it will be read"
    chat.was_read(said(4), None)
    assert (chat.version, chat.is_stale, chat.armed) == (5, False, None)


def test_the_newest_lines_are_at_hand_and_the_others_are_not() -> None:
    full = said(LINES_KEPT_MAX + 9)
    newest = full.state.version
    assert [line.version for line in full.since(newest - 1) or ()] == [newest - 1, newest]
    assert full.since(newest + 1) == []
    first = newest - LINES_KEPT_MAX + 1
    assert len(full.since(first) or ()) == LINES_KEPT_MAX
    assert full.since(first - 1) is None
