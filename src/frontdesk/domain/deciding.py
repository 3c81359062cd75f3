"""What may happen to an interaction: commands in, events out, or a refusal.

The first table is the whole of what is accepted in which phase; the last says who decides about what. The
diagram in the docs is drawn from the first.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from frontdesk.domain import (
    commands,
    filing,
    mailing,
    merging,
    owning,
    owning_commands,
    passing,
    resting,
    speaking,
    submit_commands,
    submitting,
    taking,
    together,
    visitor,
)
from frontdesk.domain.commands import Command
from frontdesk.domain.events import Event
from frontdesk.domain.evolving import evolve
from frontdesk.domain.interaction import Interaction, Phase, write_id
from frontdesk.domain.owning_commands import SessionWish
from frontdesk.domain.rules import ServiceRules
from frontdesk.domain.settling import settled
from frontdesk.errors import Refused

_WRITES = (commands.Say, commands.PushUrl, commands.GiveNotice, commands.AddFile, commands.PostMail)
_OPEN: tuple[type[Command], ...] = (
    commands.Join,
    commands.ComeBack,
    commands.TakeUp,
    commands.Leave,
    commands.Say,
    commands.SetTyping,
    commands.PushUrl,
    commands.ChangeNickname,
    commands.GiveNotice,
    commands.ChangeData,
    commands.AddFile,
    commands.DeleteFile,
    commands.FetchFile,
    commands.GiveReceipt,
    commands.Queue,
    commands.Receive,
    commands.HandOver,
    commands.Invite,
    commands.Accept,
    commands.Decline,
    commands.Call,
    commands.CallOff,
    commands.Show,
    commands.PassOn,
    commands.TakeOver,
    commands.End,
    commands.ReceiveMail,
    commands.DraftMail,
    commands.PostMail,
    commands.NoteMail,
    commands.Tick,
    *owning.DECIDE,
    *merging.DECIDE,
    submit_commands.Seek,
    submit_commands.SeekOtherwise,
    submit_commands.SeekNoMore,
    submit_commands.Select,
    submit_commands.GiveUp,
    submit_commands.Tune,
)
_MAIL = (commands.ReceiveMail, commands.NoteMail)  # What was to go out goes all the same.
ACCEPTS: Mapping[Phase, tuple[type[Command], ...]] = {
    Phase.NEW: (commands.Start, commands.BeginMessage),
    Phase.WAITING: _OPEN,
    Phase.ACTIVE: _OPEN,
    Phase.DORMANT: _OPEN,
    Phase.ENDED: (commands.FetchFile, commands.Leave, commands.End, *_MAIL, commands.Tick),
    Phase.ARCHIVED: (commands.Leave, commands.End, *_MAIL, commands.Tick),
}


def decide(state: Interaction, command: Command, now_ms: int, rules: ServiceRules) -> Sequence[Event]:
    """What `command` makes true, given what is true already.

    Shape:   events, oldest first; empty when nothing changes (a retry, an early timer).
    Units:   `now_ms` is milliseconds since the Unix epoch, by the caller's clock.
    Errors:  `Refused` with `ended`, `not_started` or `already_started` when the phase accepts no such
             command, `not_a_party` when who asks is not there, `full` when the transcript is at its bound,
             and the codes of each command's own faults.
    """
    kind = type(command)
    if _is_repeat(state, command):
        return ()
    if kind not in ACCEPTS[state.phase]:
        if state.phase is Phase.NEW:
            raise Refused("not_started", "there is no such interaction yet")
        if kind in ACCEPTS[Phase.NEW]:
            raise Refused("already_started", "the interaction has begun already")
        raise Refused("ended", "the interaction has ended")
    if state.version >= rules.events_max and kind not in _ALWAYS:
        raise Refused("full", f"an interaction may have {rules.events_max} events", limit=rules.events_max)
    decided = _written if isinstance(command, _WRITES) else _DECIDE[kind]
    return settled(state, decided(state, command, now_ms, rules))


def _written(state: Interaction, command: Any, now_ms: int, rules: ServiceRules) -> Sequence[Event]:
    """What a write makes true, with what is true first and what follows."""
    first = resting.writes(state, command.party_id)
    for event in first:
        state = evolve(state, event, now_ms)
    happened = _DECIDE[type(command)](state, command, now_ms, rules)
    if not happened:
        return ()
    return (
        *first,
        *merging.goes_on(state, command.party_id),
        *happened,
        *resting.wakes(state, command.party_id),
    )


# However long an interaction has become, it can be left, ended and tidied up.
_ALWAYS = (
    commands.Leave,
    commands.End,
    commands.Tick,
    commands.Decline,
    commands.HandOver,
    owning_commands.Terminate,
    owning_commands.SessionOver,
    *_MAIL,
)


def _is_repeat(state: Interaction, command: Command) -> bool:
    """Networks repeat requests; a repeated write is still one, also when its chat has ended meanwhile."""
    if isinstance(command, SessionWish):
        return state.ownership.knows(command.request_id)
    if not isinstance(command, _WRITES) or not command.client_id:
        return False
    return write_id(command.party_id, command.client_id) in state.recent_ids


_DECIDE: dict[type, Callable[[Interaction, Any, int, ServiceRules], Sequence[Event]]] = {
    commands.Start: visitor.start,
    commands.Say: speaking.say,
    commands.SetTyping: speaking.set_typing,
    commands.PushUrl: speaking.push_url,
    commands.ChangeNickname: speaking.change_nickname,
    commands.GiveNotice: speaking.give_notice,
    commands.ChangeData: speaking.change_data,
    commands.GiveReceipt: speaking.give_receipt,
    commands.AddFile: filing.add_file,
    commands.DeleteFile: filing.delete_file,
    commands.FetchFile: filing.fetch_file,
    commands.Queue: taking.queue,
    commands.Receive: taking.receive,
    commands.Invite: taking.invite,
    commands.Accept: together.accept,
    commands.Decline: taking.decline,
    commands.Join: taking.join,
    commands.ComeBack: resting.come_back,
    commands.TakeUp: resting.take_up,
    commands.Call: together.call,
    commands.CallOff: together.call_off,
    commands.Show: together.show,
    commands.PassOn: together.pass_on,
    commands.TakeOver: together.take_over,
    commands.HandOver: taking.hand_over,
    commands.Leave: taking.leave,
    commands.End: taking.end,
    commands.BeginMessage: mailing.begin,
    commands.ReceiveMail: mailing.receive,
    commands.DraftMail: mailing.draft,
    commands.PostMail: mailing.post,
    commands.NoteMail: mailing.note,
    commands.Tick: passing.tick,
    **owning.DECIDE,
    **merging.DECIDE,
    submit_commands.Seek: submitting.seek,
    submit_commands.SeekOtherwise: submitting.seek_otherwise,
    submit_commands.SeekNoMore: submitting.seek_no_more,
    submit_commands.Select: submitting.select,
    submit_commands.GiveUp: submitting.give_up,
    submit_commands.Tune: submitting.tune,
}
