"""What holds for every interaction, whatever is asked of it and in whatever order."""

from collections.abc import Sequence

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import Phase as Stage
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from frontdesk.domain import commands, events
from frontdesk.domain.card import STRUCTURAL, card_of
from frontdesk.domain.commands import Command, Tick
from frontdesk.domain.deadlines import Presence, adrift_due, idle_close_ms, next_due
from frontdesk.domain.deciding import ACCEPTS, decide
from frontdesk.domain.events import TRANSCRIPT, Event, Visibility
from frontdesk.domain.evolving import evolve
from frontdesk.domain.filing import uploads_of_client
from frontdesk.domain.interaction import RECENT_IDS_MAX, Interaction, Phase
from frontdesk.domain.mail_facts import MailEvent
from frontdesk.domain.orchestration_events import tellings
from frontdesk.domain.orchestration_objects import interaction_object
from frontdesk.domain.owning_commands import SessionOver, SessionWish
from frontdesk.domain.queues import QueueRules
from frontdesk.domain.rules import Rules, of_service
from frontdesk.errors import DeskError, Refused
from frontdesk.wire import chat_v2, chat_v3
from tests.domain.any_command import ENDS, LATER, MESSAGES, OWNING, PARTIES, RULES, SECRET, STARTS, UNSEEN
from tests.domain.believed import Belief
from tests.domain.story import BEGIN_MS

FOREVER_MS = 10**12
VIEW = chat_v3.View(session_id="v")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Event).decode
_decode_state = msgspec.msgpack.Decoder(Interaction).decode


class AnyInteraction(RuleBasedStateMachine):
    """An interaction to which anything happens."""

    def __init__(self) -> None:
        super().__init__()
        self.rules = of_service(Rules(), "default")
        self.now_ms = BEGIN_MS
        self.state = Interaction()
        self.history: list[tuple[Event, int]] = []
        self.appeared: set[int] = set()
        self.seen_ms = BEGIN_MS
        self.typing_ms: dict[int, int] = {}
        self.beliefs: dict[str, Belief] = {}

    # --- what happens --------------------------------------------------------------------------

    @initialize(rules=RULES, start=st.one_of(STARTS, STARTS, MESSAGES))
    def begins(self, rules: Rules, start: commands.Start | commands.BeginMessage) -> None:
        self.rules = of_service(rules, "default", {"sales": QueueRules(application="sales")})
        self.ask(start)

    @precondition(lambda self: self.state.phase is Phase.NEW)
    @rule(start=STARTS)
    def starts(self, start: commands.Start) -> None:
        self.ask(start)

    @rule(command=st.one_of(*LATER))
    def something_is_asked(self, command: Command) -> None:
        self.ask(command)

    @rule(command=st.one_of(*OWNING))
    def a_session_asks_or_colleagues_merge(self, command: Command) -> None:
        if isinstance(command, SessionOver) and command.session_id == self.state.owner:
            self.beliefs.pop(command.session_id, None)
        if self.ask(command) and isinstance(command, SessionWish):
            assert self.ask(command) == [], "asking again under the same id is asking once"

    @rule(command=ENDS)
    def its_end_is_asked_for(self, command: Command) -> None:
        self.ask(command)

    @rule(command=LATER[2])
    def somebody_writes_and_the_network_repeats_it(self, command: commands.Say) -> None:
        named = replace(command, client_id=command.client_id or f"own {len(self.history)}")
        if self.ask(named):
            assert self.ask(named) == []

    @rule(seconds=st.sampled_from((0.001, 1, 4, 9, 31, 120)))
    def time_goes_by(self, seconds: float) -> None:
        self.now_ms += round(seconds * 1000)

    @rule()
    def the_client_is_heard_of(self) -> None:
        self.seen_ms = self.now_ms

    @rule(party_id=PARTIES)
    def somebody_still_types(self, party_id: int) -> None:
        self.typing_ms[party_id] = self.now_ms

    @rule()
    def the_timer_fires(self) -> None:
        self.ask(self.tick())
        assert self.ask(self.tick()) == [], "a timer that fires twice finds nothing to do"

    @rule()
    def the_timer_fires_when_it_is_due(self) -> None:
        due_ms = next_due(self.state, self.rules, self.presence())
        if due_ms is not None:
            self.now_ms = max(self.now_ms, due_ms)
            self.ask(self.tick())

    # --- how it is done ------------------------------------------------------------------------

    def presence(self) -> Presence:
        return Presence(self.seen_ms, dict(self.typing_ms))

    def tick(self) -> Tick:
        return Tick(client_seen_ms=self.seen_ms, typing_seen_ms=dict(self.typing_ms), ticket="node")

    def ask(self, command: Command) -> Sequence[Event]:
        """Ask, and let what follows happen; no fault but a `DeskError` ever comes back."""
        before = self.state
        accepted = type(command) in ACCEPTS[before.phase]
        try:
            happened = list(decide(before, command, self.now_ms, self.rules))
        except Refused as refusal:
            return self.refused(refusal, accepted=accepted)
        except DeskError:
            return []
        assert accepted or not happened
        for event in happened:
            earlier = self.state
            self.state = evolve(earlier, _decode(_encode(event)), self.now_ms)
            self.tell_sessions(earlier, event)
            self.history.append((event, self.now_ms))
            self.watch(event)
        assert self.state.version == before.version + len(happened)
        if STRUCTURAL.isdisjoint(map(type, happened)) and before.version:
            card = replace(card_of(self.state), version=before.version)
            assert card == card_of(before), "a card only changes with what is structural"
        return happened

    def tell_sessions(self, earlier: Interaction, event: Event) -> None:
        """What sessions are told of one event, and what they make of it."""
        for telling in tellings("i0", earlier, event, self.state, self.now_ms, with_words=True):
            belief = self.beliefs.setdefault(telling.session_id, Belief())
            for news in telling.news:
                belief.hears(news)

    def refused(self, refusal: Refused, *, accepted: bool) -> Sequence[Event]:
        assert accepted or refusal.code in ("ended", "not_started", "already_started")
        return []

    def watch(self, event: Event) -> None:
        """What the visitor is shown of one event, as it happens."""
        party = self.state.party(getattr(event, "party_id", 1))
        if isinstance(event, events.Appeared) and event.visibility is Visibility.ALL:
            self.appeared.add(event.party_id)
        shown = chat_v2.line(self.state.version, self.now_ms, event, party)
        assert shown is None or SECRET.encode() not in shown
        if shown is not None and UNSEEN.encode() in shown:
            assert party is not None
            assert party.party_id in self.appeared
        if isinstance(event, events.Said) and shown is not None:
            assert event.visibility is Visibility.ALL
        assert (shown is None) or isinstance(event, TRANSCRIPT)
        of_v3 = chat_v3.line(VIEW, self.state.version, self.now_ms, event, party)
        assert SECRET.encode() not in of_v3.body + of_v3.before
        assert not of_v3.body or isinstance(event, (*TRANSCRIPT, events.Ended))

    # --- what always holds ---------------------------------------------------------------------

    @invariant()
    def the_numbers_agree(self) -> None:
        state = self.state
        assert state.version == len(self.history)
        lines = [n for n, (event, _) in enumerate(self.history, 1) if isinstance(event, TRANSCRIPT)]
        assert state.last_line == (lines[-1] if lines else 0)
        assert [party.party_id for party in state.parties] == list(range(1, len(state.parties) + 1))
        assert len(state.recent_ids) <= RECENT_IDS_MAX

    @invariant()
    def the_visitor_comes_first_and_nobody_twice(self) -> None:
        if self.history:
            assert isinstance(self.history[0][0], events.Started)
        here = [p.participant_id for p in self.state.parties[1:] if p.is_present and p.participant_id]
        assert len(here) == len(set(here))

    @invariant()
    def it_ends_once_and_then_nobody_is_there(self) -> None:
        ends = [n for n, (event, _) in enumerate(self.history) if isinstance(event, events.Ended)]
        assert len(ends) <= 1
        assert bool(ends) == (self.state.phase in (Phase.ENDED, Phase.ARCHIVED))
        if ends:
            assert not any(party.is_present or party.typing_ms for party in self.state.parties)
            assert self.state.ringing is None
            later = [event for event, _ in self.history[ends[0] + 1 :]]
            told = events.FileFetched | events.Archived | MailEvent
            assert all(isinstance(event, told) for event in later)

    @invariant()
    def who_is_open_has_its_visitor(self) -> None:
        if self.state.is_open and not self.state.asynchronous:
            assert self.state.client.is_present

    @invariant()
    def it_is_active_while_somebody_answers(self) -> None:
        if self.state.is_open:
            answered = any(
                p.is_present and p.kind in ("agent", "supervisor", "bot") and p.visibility is Visibility.ALL
                for p in self.state.parties
            )
            assert (self.state.phase is Phase.ACTIVE) == answered

    @invariant()
    def nobody_attends_to_what_rests(self) -> None:
        if self.state.phase is Phase.DORMANT:
            assert self.state.asynchronous
            assert not any(
                p.is_present for p in self.state.parties if p.kind in ("agent", "supervisor", "bot")
            )
            assert self.state.queued_ms == 0

    @invariant()
    def one_invite_rings_at_most_and_only_for_what_waits(self) -> None:
        rings = 0
        for event, _ in self.history:
            match event:
                case events.Invited():
                    rings += 1
                case events.InviteEnded() | events.Joined(answers_invite=True):
                    rings -= 1
                case events.Ended():
                    rings = 0
                case _:
                    pass
            assert rings in (0, 1)
        assert rings == (self.state.ringing is not None)

    @invariant()
    def nobody_who_waits_is_lost(self) -> None:
        """A session has the chat, it waits for people or rings for them, whoever assigns finds it, or time
        brings it back; but for what an application said to leave."""
        state = self.state
        if state.phase is Phase.WAITING and not state.ownership.is_left:
            found = state.owner or state.queued_ms or state.ringing is not None
            assert found or not card_of(state).left_alone or adrift_due(state) is not None

    @invariant()
    def sessions_know_what_is_so(self) -> None:
        """But for one that is over: it hears of nothing any more."""
        state = self.state
        if not state.owner or not state.is_open:
            return
        here = interaction_object("i0", state, is_controlled=False)["parties"]
        self.beliefs[state.owner].agrees(owns=True, controls=state.is_controlled, parties=set(here))

    @invariant()
    def each_request_is_answered_once_and_none_is_left_at_the_end(self) -> None:
        answered = [e.request_id for e, _ in self.history if isinstance(e, events.Answered)]
        assert len(answered) == len(set(answered))
        if self.state.phase in (Phase.ENDED, Phase.ARCHIVED):
            assert self.state.ownership.asked == ()

    @invariant()
    def a_burst_of_typing_is_one_pair_at_most(self) -> None:
        typing: set[int] = set()
        for event, _ in self.history:
            match event:
                case events.TypingStarted():
                    assert event.party_id not in typing
                    typing.add(event.party_id)
                case events.TypingStopped():
                    assert event.party_id in typing
                    typing.remove(event.party_id)
                case events.Said() | events.UrlPushed() | events.Left():
                    typing.discard(event.party_id)
                case _:
                    pass

    @invariant()
    def the_limits_are_kept(self) -> None:
        count, total_bytes = uploads_of_client(self.state)
        assert count <= self.rules.files.upload_max_files
        assert total_bytes <= self.rules.files.upload_max_total_bytes
        assert self.state.fetches <= self.rules.files.download_attempts_max
        assert len(self.state.user_data) <= self.rules.user_data_keys_max

    @invariant()
    def what_is_due_next_is_the_first_thing_that_time_would_do(self) -> None:
        due_ms = next_due(self.state, self.rules, self.presence())
        if due_ms is None:
            assert decide_tick(self, FOREVER_MS + self.now_ms) == []
        else:
            assert decide_tick(self, due_ms - 1) == []
            assert decide_tick(self, due_ms) != []

    @invariant()
    def a_countdown_runs_only_towards_the_close(self) -> None:
        close_ms = idle_close_ms(self.state, self.rules)
        if close_ms is not None and next_due(self.state, self.rules, self.presence()) == close_ms:
            assert any(
                isinstance(e, events.Ended | events.TypingStopped) for e in decide_tick(self, close_ms)
            )

    def teardown(self) -> None:
        """History read again is the same history, wherever the reading begins."""
        state = Interaction()
        for count, (event, at_ms) in enumerate(self.history):
            if count == len(self.history) // 2:
                state = _decode_state(msgspec.msgpack.encode(state))
            state = evolve(state, _decode(_encode(event)), at_ms)
        assert state == self.state


def decide_tick(machine: AnyInteraction, at_ms: int) -> list[Event]:
    phase = machine.state.phase
    if Tick not in ACCEPTS[phase]:
        return []
    return list(decide(machine.state, machine.tick(), at_ms, machine.rules))


AnyInteraction.TestCase.settings = settings(
    max_examples=200,
    stateful_step_count=40,
    deadline=None,
    phases=(Stage.explicit, Stage.reuse, Stage.generate, Stage.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestAnyInteraction = AnyInteraction.TestCase


def test_every_command_has_its_place_in_the_table() -> None:
    asked = {command for phase in Phase for command in ACCEPTS[phase]}
    assert asked == set(Command.__args__)
    assert set(ACCEPTS) == set(Phase)
