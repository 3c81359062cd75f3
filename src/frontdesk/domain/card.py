"""What lists, routing and a restart need to know of an interaction without reading its history."""

import msgspec
from msgspec import Struct

from frontdesk.domain.events import (
    Appeared,
    Archived,
    Ended,
    Event,
    Invited,
    InviteEnded,
    Joined,
    Left,
    Medium,
    Moved,
    NicknameChanged,
    Owned,
    Queued,
    Released,
    Rested,
    Started,
    Woke,
)
from frontdesk.domain.interaction import ANSWERING, Interaction, Phase, Ringing
from frontdesk.domain.submit import Reserved, Submit, Tuning, standing
from frontdesk.domain.submit_facts import (
    ReservationEnded,
    RoutingTuned,
    Selected,
    SubmitChanged,
    SubmitEnded,
    Submitted,
)

# Only these change what a card says.
STRUCTURAL: frozenset[type[Event]] = frozenset(
    (
        Started,
        Joined,
        Left,
        Appeared,
        Queued,
        Invited,
        InviteEnded,
        NicknameChanged,
        Rested,
        Woke,
        Ended,
        Archived,
        Owned,
        Released,
        Moved,
        Submitted,
        SubmitChanged,
        Selected,
        SubmitEnded,
        ReservationEnded,
        RoutingTuned,
    )
)


class InteractionCard(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One row of a list, true of the interaction's first `version` events.

    Shape:   `participants` are the agents, supervisors and bots present now, but for the `listeners`, who
             have no part in the work: supervisors whom the visitor does not see. `prefers` is who answered
             before it rested, and is asked first when it wakes; `demand` are the skills that it asks for,
             and `wanted` is the agent whom its user data names.
             `owner` is the session of an application that has it; what is `left_alone` no session has, and
             yet nobody is looked for.
             `submits` are those for which somebody is sought now.
    """

    version: int = 0
    service: str
    phase: Phase
    nickname: str
    subject: str = ""
    started_ms: int = 0
    ended_ms: int = 0
    end_reason: str = ""
    queue: str = ""
    priority: int = 0
    queued_ms: int = 0
    demand: str = ""
    wanted: str = ""
    ringing: Ringing | None = None
    participants: tuple[str, ...] = ()
    asynchronous: bool = False
    rested_ms: int = 0
    prefers: str = ""
    listeners: tuple[str, ...] = ()
    owner: str = ""
    left_alone: bool = False
    submits: tuple[Submit, ...] = ()
    reserved: Reserved | None = None
    tuning: Tuning = Tuning()
    medium: Medium = Medium.CHAT


_decode = msgspec.json.Decoder(InteractionCard).decode


def card_in(body: bytes) -> InteractionCard | None:
    """The card that was stored; None for one of a newer version, which this one cannot read."""
    try:
        return _decode(body)
    except msgspec.DecodeError:
        return None


def card_of(state: Interaction) -> InteractionCard:
    return InteractionCard(
        version=state.version,
        service=state.service,
        phase=state.phase,
        nickname=state.client.nickname,
        subject=state.subject,
        started_ms=state.started_ms,
        ended_ms=state.ended_ms,
        end_reason=state.end_reason,
        queue=state.queue,
        priority=state.priority,
        queued_ms=state.queued_ms,
        demand=state.demand,
        wanted=state.wanted,
        ringing=state.ringing,
        participants=tuple(p.participant_id for p in state.present(ANSWERING) if not p.listens),
        listeners=tuple(p.participant_id for p in state.present(ANSWERING) if p.listens),
        asynchronous=state.asynchronous,
        rested_ms=state.rested_ms,
        prefers=state.prefers,
        owner=state.owner,
        left_alone=state.ownership.is_left_alone,
        submits=standing(state.submits),
        reserved=state.reserved,
        tuning=state.tuning,
        medium=state.medium,
    )
