"""Working together: how colleagues are called into an interaction, and who of them the visitor sees.

A colleague is called to answer too, to advise unseen, or to take over; who called stays until somebody has
come, so that the visitor is never alone in between. A supervisor listens silently, whispers to the agents,
or comes forward. Whoever is here can only be shown to more, never to fewer: what was seen stays seen.

Each function decides about one wish as `decide` does: state, wish, time and rules in, facts or a refusal out.
"""

from collections.abc import Sequence

from frontdesk.domain import commands, events
from frontdesk.domain.events import Event, Kind, Purpose, Visibility
from frontdesk.domain.interaction import ANSWERING, Interaction, Party
from frontdesk.domain.refusals import here, seen, too_long
from frontdesk.domain.rules import ServiceRules
from frontdesk.errors import Refused

# From the fewest who know of a party to everybody.
_AUDIENCES = (Visibility.SUPERVISORS, Visibility.AGENTS, Visibility.ALL)


def gone(party: Party, reason: str = "") -> events.Left:
    """That a party leaves, for those who knew that it was here."""
    silently = Visibility.SUPERVISORS if party.is_silent else Visibility.ALL
    return events.Left(party_id=party.party_id, reason=reason, visibility=silently)


def call(state: Interaction, command: commands.Call, now_ms: int, rules: ServiceRules) -> Sequence[Event]:
    """Ring for a colleague.

    Errors:  `Refused`: `not_answering`, `already_ringing`, `already_here`, `text_too_long`.
    """
    party = _answering(state, command.party_id)
    if state.ringing is not None:
        raise Refused("already_ringing", "the interaction rings for somebody already")
    if state.party_of(command.agent_id) is not None:
        raise Refused("already_here", "your colleague takes part already")
    if len(command.note) > rules.message_chars_max:
        raise too_long("note", rules.message_chars_max)
    return (
        events.Invited(
            agent_id=command.agent_id,
            until_ms=now_ms + command.answer_s * 1000,
            by_party=party.party_id,
            purpose=command.purpose,
            note=command.note,
        ),
    )


def call_off(
    state: Interaction, command: commands.CallOff, _now_ms: int, _rules: ServiceRules
) -> Sequence[Event]:
    """Stop ringing for a colleague. Errors: `Refused("not_your_call")`."""
    if state.ringing is None:
        return ()
    _answering(state, command.party_id)
    if not state.ringing.by_party:
        raise Refused("not_your_call", "nobody called this colleague; the chat is being given to them")
    return (events.InviteEnded(state.ringing.agent_id, "cancelled"),)


def accept(
    state: Interaction, command: commands.Accept, _now_ms: int, _rules: ServiceRules
) -> Sequence[Event]:
    """Take the invite that rings, as what it rings for."""
    ringing = state.ringing
    if state.party_of(command.agent_id) is not None:
        return ()  # A repeated yes is still one yes.
    if ringing is None or ringing.agent_id != command.agent_id:
        raise Refused("invite_gone", "the chat no longer rings for you")
    is_called = ringing.by_party > 0
    joined = events.Joined(
        party_id=len(state.parties) + 1,
        kind=Kind.AGENT,
        participant_id=command.agent_id,
        nickname=command.nickname,
        visibility=Visibility.AGENTS if is_called and ringing.purpose is Purpose.CONSULT else Visibility.ALL,
        answers_invite=True,
    )
    caller = state.party(ringing.by_party)
    if is_called and ringing.purpose is Purpose.TRANSFER and caller is not None and caller.is_present:
        return (joined, gone(caller, "transferred"))
    return (joined,)


def show(state: Interaction, command: commands.Show, _now_ms: int, _rules: ServiceRules) -> Sequence[Event]:
    """Show a party to more of those who are here.

    Errors:  `Refused`: `not_a_party`; `not_yours` unless a supervisor shows themselves, or who answers shows
             a colleague who advises.
    """
    party, other = here(state, command.party_id), here(state, command.other or command.party_id)
    is_own = party is other and party.kind is Kind.SUPERVISOR
    is_of_adviser = party.answers and other.visibility is Visibility.AGENTS and not other.listens
    if not is_own and not is_of_adviser and other.visibility is not Visibility.ALL:
        raise Refused("not_yours", "only who answers the visitor may bring in somebody else")
    return shown(other, command.visibility)


def pass_on(
    state: Interaction, command: commands.PassOn, _now_ms: int, _rules: ServiceRules
) -> Sequence[Event]:
    """Leave it to a colleague who is here.

    Errors:  `Refused`: `not_answering`, `not_a_party`; `not_yours` when the other cannot answer.
    """
    caller = state.party(command.party_id)
    if caller is None or not caller.is_present:
        return ()  # A repeat: it has been passed on.
    _answering(state, command.party_id)
    other = here(state, command.other)
    if other is caller or other.kind not in ANSWERING or other.listens:
        raise Refused("not_yours", "it can be passed on to a colleague who takes part")
    return (*shown(other, Visibility.ALL), gone(caller, "transferred"))


def take_over(
    state: Interaction, command: commands.TakeOver, _now_ms: int, _rules: ServiceRules
) -> Sequence[Event]:
    """A supervisor answers from now on, and who answered leaves.

    Errors:  `Refused`: `not_a_party`; `not_yours` for anybody but a supervisor.
    """
    party = here(state, command.party_id)
    if party.kind is not Kind.SUPERVISOR:
        raise Refused("not_yours", "only a supervisor may take a chat over")
    others = [p for p in state.present(ANSWERING) if p is not party and p.kind is not Kind.SUPERVISOR]
    ringing = () if state.ringing is None else (events.InviteEnded(state.ringing.agent_id, "cancelled"),)
    return (*ringing, *shown(party, Visibility.ALL), *(gone(p, "taken_over") for p in others))


def _answering(state: Interaction, party_id: int) -> Party:
    party = seen(state, party_id)
    if not party.answers:
        raise Refused("not_answering", "only who answers the visitor can do this")
    return party


def shown(party: Party, visibility: Visibility) -> Sequence[Event]:
    """That a party shows itself to these; nothing when they know of it already."""
    if _AUDIENCES.index(visibility) <= _AUDIENCES.index(party.visibility):
        return ()
    return (
        events.Appeared(
            party_id=party.party_id,
            kind=party.kind,
            participant_id=party.participant_id,
            nickname=party.nickname,
            visibility=visibility,
        ),
    )
