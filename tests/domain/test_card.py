"""The card says what lists and routing need, and survives the disk."""

import msgspec

from frontdesk.domain import commands
from frontdesk.domain.card import InteractionCard, card_of
from frontdesk.domain.interaction import Phase, Ringing
from tests.domain.story import AMY, BEGIN_MS, LISTENER, MIRA, QUEUED, given


def test_a_card_follows_a_chat_from_queue_to_end() -> None:
    story = given(MIRA, QUEUED)
    waits = card_of(story.state)
    assert (waits.version, waits.phase, waits.queued_ms, waits.queue) == (
        2,
        Phase.WAITING,
        BEGIN_MS,
        "default",
    )
    ringing = card_of(story.when(commands.Invite("amy", 30)).state)
    assert ringing.ringing == Ringing("amy", BEGIN_MS + 30_000)
    taken = card_of(story.when(commands.Accept("amy", "Amy")).state)
    assert (taken.phase, taken.participants, taken.queued_ms, taken.ringing) == (
        Phase.ACTIVE,
        ("amy",),
        0,
        None,
    )
    ended = card_of(story.after_s(1).when(commands.End(reason="solved")).state)
    assert (ended.phase, ended.participants, ended.end_reason) == (Phase.ENDED, (), "solved")
    assert ended.ended_ms == BEGIN_MS + 1000


def test_who_listens_is_on_the_card_but_makes_no_chat_active() -> None:
    card = card_of(given(MIRA, QUEUED, AMY, LISTENER).state)
    assert (card.participants, card.listeners) == (("amy",), ("sam",))


def test_a_card_read_again_is_the_same() -> None:
    for story in (given(MIRA), given(MIRA, QUEUED).when(commands.Invite("amy", 30)), given(MIRA, AMY)):
        card = card_of(story.state)
        assert msgspec.json.decode(msgspec.json.encode(card), type=InteractionCard) == card
