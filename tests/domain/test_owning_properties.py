"""Whatever happens to what sessions have: they are told what is so, and nobody is lost."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from frontdesk.domain import commands
from frontdesk.domain import owning_commands as wishes
from frontdesk.domain.card import card_of
from frontdesk.domain.commands import Command
from frontdesk.domain.deadlines import adrift_due
from frontdesk.domain.events import Answered, Asked, Kind, Purpose, Visibility
from frontdesk.domain.interaction import Phase
from frontdesk.domain.orchestration_objects import party_id, party_states
from frontdesk.domain.owning_commands import SessionOver, SessionWish
from frontdesk.domain.queues import QueueRules
from frontdesk.domain.rules import Rules, of_service
from frontdesk.errors import DeskError
from tests.domain.story import MIRA
from tests.domain.told import CHAT, OWNED, SESSION, Ear

SESSIONS = st.sampled_from((SESSION, SESSION, SESSION, "s2"))
AGENTS = st.sampled_from(("amy", "bob"))
PARTIES = st.integers(1, 4)
RULES = of_service(
    Rules(idle_alert_s=0, client_silence_s=0, ends_with_last_agent=False),
    "default",
    {"vip": QueueRules(application="vip")},
)


def by_session(kind: type[SessionWish], **of: Any) -> st.SearchStrategy[Command]:
    """A wish of a session; each gets an id of its own when it is asked."""
    return st.builds(kind, session_id=SESSIONS, request_id=st.just(""), **of)


DETACHES = st.booleans()
WISHES: st.SearchStrategy[Command] = st.one_of(
    by_session(wishes.Attach),
    by_session(wishes.Detach),
    by_session(wishes.Associate, to=SESSIONS),
    by_session(wishes.Redirect, agent_id=AGENTS, detach=DETACHES),
    by_session(wishes.Redirect, queue=st.sampled_from(("sales", "vip")), detach=DETACHES),
    by_session(wishes.AcceptFor, agent_id=AGENTS, nickname=st.just("Amy")),
    by_session(wishes.Clear, agent_id=AGENTS),
    by_session(wishes.Transfer, agent_id=AGENTS, nickname=st.just("Bob"), detach=DETACHES),
    by_session(wishes.Transfer, queue=st.sampled_from(("sales", "vip")), detach=DETACHES),
    by_session(wishes.Confer, agent_id=AGENTS, nickname=st.just("Bob")),
    by_session(wishes.SetData, changes=st.just({"a": "1"})),
    by_session(wishes.Speak, from_id=st.sampled_from(("amy", "Robin")), text=st.just("hello")),
    st.builds(commands.Accept, AGENTS, st.just("Amy")),
    st.builds(commands.Accept, AGENTS, st.just("Amy")),
    st.builds(commands.Decline, AGENTS, st.sampled_from(("declined", "agent_away"))),
    st.builds(
        commands.Call,
        party_id=PARTIES,
        agent_id=AGENTS,
        purpose=st.sampled_from(Purpose),
        answer_s=st.just(30),
    ),
    st.builds(commands.CallOff, PARTIES),
    st.builds(commands.PassOn, PARTIES, PARTIES),
    st.builds(commands.HandOver, party_id=PARTIES, queue=st.sampled_from(("", "sales", "vip"))),
    st.builds(commands.Leave, party_id=st.integers(2, 4)),
    st.builds(
        commands.Join,
        kind=st.sampled_from((Kind.SUPERVISOR, Kind.BOT)),
        participant_id=st.sampled_from(("sam", "bo")),
        nickname=st.just("Sam"),
        visibility=st.sampled_from(Visibility),
    ),
    st.builds(commands.TakeOver, PARTIES),
    st.builds(wishes.Park, PARTIES),
    st.builds(wishes.Resume, PARTIES),
    st.builds(wishes.Own, session_id=st.just("s3"), application=st.just("vip")),
    st.builds(wishes.MergeInto, party_id=PARTIES, interaction_id=st.just("chat2")),
    st.just(commands.Say(party_id=1, text="hello")),
    st.just(commands.Leave(party_id=1)),
    st.just(commands.Tick(client_seen_ms=0)),
)
LAST: st.SearchStrategy[Command] = st.one_of(
    WISHES,
    by_session(wishes.Terminate),
    st.just(commands.End(reason="solved", party_id=2)),
    st.just(commands.Leave(party_id=1, ends=True)),
    st.builds(SessionOver, session_id=SESSIONS, then=st.sampled_from(("requeue", "terminate", "leave"))),
)


@settings(max_examples=150, deadline=None)
@given(
    asked=st.lists(WISHES, max_size=25),
    last=LAST,
    waits_s=st.lists(st.sampled_from((0, 0, 0, 31)), max_size=25),
    stays_open=st.booleans(),
)
def test_sessions_know_what_is_so_and_nobody_is_lost(
    asked: list[Command], last: Command, waits_s: list[int], stays_open: bool
) -> None:
    story = Ear(replace(MIRA, asynchronous=stays_open), OWNED, rules=RULES)
    answered: list[str] = []
    for number, wish in enumerate((*asked, last)):
        story.after_s(waits_s[number] if number < len(waits_s) else 0)
        if isinstance(wish, SessionWish):
            wish = replace(wish, request_id=f"{wish.session_id}.{number}")
        if isinstance(wish, SessionOver) and wish.session_id == story.state.owner:
            story.beliefs.pop(wish.session_id, None)  # It hears of nothing any more.
        try:
            story.when(wish)
        except DeskError:
            continue
        answered += [fact.request_id for fact in story.followed if isinstance(fact, Answered)]
        waits_for = [fact.request_id for fact in story.followed if isinstance(fact, Asked)]
        if isinstance(wish, SessionWish) and story.followed:
            assert wish.request_id in (*answered, *waits_for), "each request is answered, or will be"
        check(story)
    assert len(answered) == len(set(answered))


def check(story: Ear) -> None:
    """Each session believes what is so; and whoever waits is had, sought for, or found in time."""
    state = story.state
    for session_id, belief in story.beliefs.items():
        owns = state.is_open and session_id == state.owner
        assert belief.is_owned == owns, session_id
        if owns:
            assert belief.is_controlled == state.is_controlled
            assert belief.parties == {party_id(CHAT, device) for device in party_states(state)}
    if state.phase is Phase.WAITING and card_of(state).left_alone and not state.ownership.is_left:
        found = state.owner or state.queued_ms or state.ringing is not None
        assert found or adrift_due(state) is not None
    if not state.is_open:
        assert state.ownership.asked == ()
