"""What may happen to an interaction: commands in, events out, or a refusal.

The table below is the whole of what is accepted in which phase; the diagram in the docs is drawn from it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from frontdesk.domain import commands, events
from frontdesk.domain.attributes import check_attributes
from frontdesk.domain.commands import Command
from frontdesk.domain.events import Event, Kind, Visibility
from frontdesk.domain.filing import add_file, delete_file, fetch_file
from frontdesk.domain.interaction import PEOPLE, Interaction, Party, Phase, write_id
from frontdesk.domain.passing import tick
from frontdesk.domain.rules import Rules
from frontdesk.domain.visitor import check_user_data, display_name, faults_of, too_long
from frontdesk.errors import Refused

URL_CHARS_MAX = 2000
MESSAGE_TYPE_CHARS_MAX = 64

_WRITES = (commands.Say, commands.PushUrl, commands.GiveNotice, commands.AddFile)
_OPEN: tuple[type[Command], ...] = (
    commands.Join,
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
    commands.HandOver,
    commands.Invite,
    commands.Accept,
    commands.Decline,
    commands.End,
    commands.Tick,
)
ACCEPTS: Mapping[Phase, tuple[type[Command], ...]] = {
    Phase.NEW: (commands.Start,),
    Phase.WAITING: _OPEN,
    Phase.ACTIVE: _OPEN,
    Phase.ENDED: (commands.FetchFile, commands.Leave, commands.End, commands.Tick),
    Phase.ARCHIVED: (commands.Leave, commands.End, commands.Tick),
}


def decide(state: Interaction, command: Command, now_ms: int, rules: Rules) -> Sequence[Event]:
    """What `command` makes true, given what is true already.

    Shape:   events, oldest first; empty when nothing changes (a retry, an early timer).
    Units:   `now_ms` is milliseconds since the Unix epoch, by the caller's clock.
    Errors:  `Refused` with `ended` or `not_started` when the phase accepts no such command, `not_a_party`
             when who asks is not there, `full` when the transcript is at its bound, and the codes of each
             command's own faults.
    """
    kind = type(command)
    if _is_repeat(state, command):
        return ()
    if kind not in ACCEPTS[state.phase]:
        if state.phase is Phase.NEW:
            raise Refused("not_started", "there is no such interaction yet")
        raise Refused("ended", "the interaction has ended")
    if state.version >= rules.events_max and kind not in _ALWAYS:
        raise Refused("full", f"an interaction may have {rules.events_max} events", limit=rules.events_max)
    return _DECIDE[kind](state, command, now_ms, rules)


# However long an interaction has become, it can be left, ended and tidied up.
_ALWAYS = (commands.Leave, commands.End, commands.Tick, commands.Decline, commands.HandOver)


def _start(_state: Interaction, command: commands.Start, _now_ms: int, rules: Rules) -> list[Event]:
    faults = faults_of(
        rules,
        nickname=command.nickname,
        first_name=command.first_name,
        last_name=command.last_name,
        email=command.email,
        subject=command.subject,
    )
    if len(command.text) > rules.message_chars_max:
        faults.append(too_long("text", rules.message_chars_max))
    if faults:
        raise Refused(faults[0].code, faults[0].text, limit=faults[0].limit, others=tuple(faults[1:]))
    check_user_data(rules, command.user_data)
    happened: list[Event] = [
        events.Started(
            service=command.service,
            user_id=command.user_id,
            key_hash=command.key_hash,
            nickname=display_name(command.nickname, command.first_name, command.last_name),
            first_name=command.first_name,
            last_name=command.last_name,
            email=command.email,
            subject=command.subject,
            endpoint=command.endpoint,
            user_data=command.user_data,
            address=command.address,
        )
    ]
    if command.text.strip():
        happened.append(events.Said(party_id=1, text=command.text))
    if command.queue is not None:
        happened.append(events.Queued(queue=command.queue))
    return happened


def _here(state: Interaction, party_id: int) -> Party:
    party = state.party(party_id)
    if party is None or not party.is_present:
        raise Refused("not_a_party", "only a party of the interaction may do this")
    return party


def _is_repeat(state: Interaction, command: Command) -> bool:
    """Networks repeat requests; a repeated write is still one, also when its chat has ended meanwhile."""
    if not isinstance(command, _WRITES) or not command.client_id:
        return False
    return write_id(command.party_id, command.client_id) in state.recent_ids


def _say(state: Interaction, command: commands.Say, _now_ms: int, rules: Rules) -> Sequence[Event]:
    party = _here(state, command.party_id)
    if not command.text or command.text.isspace():
        raise Refused("text_missing", "message is required")
    if len(command.text) > rules.message_chars_max:
        raise too_long("message", rules.message_chars_max)
    if len(command.message_type) > MESSAGE_TYPE_CHARS_MAX:
        raise too_long("messageType", MESSAGE_TYPE_CHARS_MAX)
    check_attributes(command.attributes)
    return (
        events.Said(
            party_id=command.party_id,
            text=command.text,
            message_type=command.message_type,
            attributes=command.attributes,
            visibility=_narrower(party, command.visibility),
            client_id=command.client_id,
        ),
    )


def _narrower(party: Party, asked: Visibility) -> Visibility:
    """A visitor cannot whisper, and a party that the visitor cannot see cannot be heard by the visitor."""
    if party.kind is Kind.CLIENT:
        return Visibility.ALL
    return Visibility.AGENTS if party.visibility is Visibility.AGENTS else asked


def _set_typing(
    state: Interaction, command: commands.SetTyping, _now_ms: int, _rules: Rules
) -> Sequence[Event]:
    party = _here(state, command.party_id)
    if bool(party.typing_ms) == command.is_typing or party.visibility is Visibility.AGENTS:
        return ()
    return (
        events.TypingStarted(party.party_id) if command.is_typing else events.TypingStopped(party.party_id),
    )


def _push_url(state: Interaction, command: commands.PushUrl, _now_ms: int, _rules: Rules) -> Sequence[Event]:
    _here(state, command.party_id)
    if len(command.url) > URL_CHARS_MAX:
        raise too_long("pushUrl", URL_CHARS_MAX)
    if not _is_web_address(command.url):
        raise Refused("url_invalid", "pushUrl must be an http or https address")
    return (events.UrlPushed(party_id=command.party_id, url=command.url, client_id=command.client_id),)


def _is_web_address(url: str) -> bool:
    if any(character.isspace() or ord(character) < 32 for character in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)


def _change_nickname(
    state: Interaction, command: commands.ChangeNickname, _now_ms: int, rules: Rules
) -> Sequence[Event]:
    party = _here(state, command.party_id)
    name = command.nickname.strip()
    if not name:
        raise Refused("nickname_missing", "nickname is required")
    if len(name) > rules.nickname_chars_max:
        raise too_long("nickname", rules.nickname_chars_max)
    return () if name == party.nickname else (events.NicknameChanged(command.party_id, name),)


def _give_notice(
    state: Interaction, command: commands.GiveNotice, _now_ms: int, rules: Rules
) -> Sequence[Event]:
    party = _here(state, command.party_id)
    if len(command.text) > rules.message_chars_max:
        raise too_long("message", rules.message_chars_max)
    check_attributes(command.attributes)
    return (
        events.NoticeGiven(
            party_id=command.party_id,
            text=command.text,
            attributes=command.attributes,
            visibility=_narrower(party, command.visibility),
            client_id=command.client_id,
        ),
    )


def _change_data(
    state: Interaction, command: commands.ChangeData, _now_ms: int, rules: Rules
) -> Sequence[Event]:
    _here(state, command.party_id)
    wanted = {key: value for key, value in command.changes.items() if key not in command.removed}
    changes = {key: value for key, value in wanted.items() if state.user_data.get(key) != value}
    removed = tuple(key for key in command.removed if key in state.user_data)
    if not changes and not removed:
        return ()
    after = state.user_data | changes
    check_user_data(rules, {key: value for key, value in after.items() if key not in removed})
    return (events.DataChanged(party_id=command.party_id, changes=changes, removed=removed),)


def _give_receipt(
    state: Interaction, command: commands.GiveReceipt, _now_ms: int, _rules: Rules
) -> Sequence[Event]:
    party = _here(state, command.party_id)
    up_to = min(command.up_to, state.last_line)
    return (events.ReceiptGiven(party.party_id, up_to),) if up_to > party.read_up_to else ()


def _join(state: Interaction, command: commands.Join, _now_ms: int, _rules: Rules) -> Sequence[Event]:
    if state.party_of(command.participant_id) is not None:
        return ()
    return (
        events.Joined(
            party_id=len(state.parties) + 1,
            kind=command.kind,
            participant_id=command.participant_id,
            nickname=command.nickname,
            visibility=command.visibility,
            answers_invite=state.ringing is not None and state.ringing.agent_id == command.participant_id,
        ),
    )


def _leave(state: Interaction, command: commands.Leave, _now_ms: int, rules: Rules) -> Sequence[Event]:
    party = state.party(command.party_id)
    if party is None or not party.is_present:
        return ()  # Leaving twice is leaving.
    left = events.Left(party_id=party.party_id, reason=command.reason)
    if party.kind is Kind.CLIENT:
        return (left, events.Ended(reason=command.reason or "client_left", party_id=party.party_id))
    others = any(p.answers for p in state.parties if p.party_id != party.party_id)
    if others or not party.answers or state.queued_ms:
        return (left,)  # Somebody else is here, or has been sent for.
    if rules.ends_with_last_agent:
        return end_all(state, "last_agent_left", party.party_id)
    return (left, events.Queued(queue=state.queue, priority=state.priority + 1))


def end_all(state: Interaction, reason: str, party_id: int = 0) -> list[Event]:
    """Everybody leaves, who ends it first and the visitor last, and it ends."""
    here = sorted(
        (p for p in state.parties if p.is_present and p.kind is not Kind.SYSTEM),
        key=lambda p: (p.party_id != party_id, p.kind is Kind.CLIENT, p.party_id),
    )
    happened: list[Event] = [events.Left(party_id=p.party_id) for p in here]
    happened.append(events.Ended(reason=reason, party_id=party_id))
    return happened


def _end(state: Interaction, command: commands.End, _now_ms: int, _rules: Rules) -> Sequence[Event]:
    return end_all(state, command.reason, command.party_id) if state.is_open else ()


def _queue(state: Interaction, command: commands.Queue, _now_ms: int, _rules: Rules) -> Sequence[Event]:
    if state.queued_ms:
        return ()
    return (events.Queued(queue=command.queue, priority=command.priority, summary=command.summary),)


def _hand_over(state: Interaction, command: commands.HandOver, _now_ms: int, rules: Rules) -> Sequence[Event]:
    party = state.party(command.party_id)
    if party is None or not party.is_present:
        return ()  # A repeat: it has been handed over.
    if not party.answers:
        raise Refused("not_answering", "only who answers the visitor can hand over")
    if len(command.summary) > rules.message_chars_max:
        raise too_long("summary", rules.message_chars_max)
    priority = state.priority + 1 if party.kind in PEOPLE else state.priority
    return (
        events.Queued(queue=command.queue or state.queue, priority=priority, summary=command.summary),
        events.Left(party_id=party.party_id, reason=command.reason or "handed_over"),
    )


def _invite(state: Interaction, command: commands.Invite, now_ms: int, _rules: Rules) -> Sequence[Event]:
    if not state.queued_ms:
        raise Refused("not_waiting", "the interaction does not wait for a person")
    if state.ringing is not None:
        raise Refused("already_ringing", "the interaction rings for an agent already")
    if state.party_of(command.agent_id) is not None:
        raise Refused("already_here", "the agent takes part already")
    return (events.Invited(command.agent_id, now_ms + command.answer_s * 1000),)


def _accept(state: Interaction, command: commands.Accept, _now_ms: int, _rules: Rules) -> Sequence[Event]:
    if state.party_of(command.agent_id) is not None:
        return ()  # A repeated yes is still one yes.
    if state.ringing is None or state.ringing.agent_id != command.agent_id:
        raise Refused("invite_gone", "the chat no longer rings for you")
    return (
        events.Joined(
            party_id=len(state.parties) + 1,
            kind=Kind.AGENT,
            participant_id=command.agent_id,
            nickname=command.nickname,
            answers_invite=True,
        ),
    )


def _decline(state: Interaction, command: commands.Decline, _now_ms: int, _rules: Rules) -> Sequence[Event]:
    if state.ringing is None or state.ringing.agent_id != command.agent_id:
        return ()
    return (events.InviteEnded(command.agent_id, command.reason),)


_DECIDE: dict[type, Callable[[Interaction, Any, int, Rules], Sequence[Event]]] = {
    commands.Start: _start,
    commands.Join: _join,
    commands.Leave: _leave,
    commands.Say: _say,
    commands.SetTyping: _set_typing,
    commands.PushUrl: _push_url,
    commands.ChangeNickname: _change_nickname,
    commands.GiveNotice: _give_notice,
    commands.ChangeData: _change_data,
    commands.AddFile: add_file,
    commands.DeleteFile: delete_file,
    commands.FetchFile: fetch_file,
    commands.GiveReceipt: _give_receipt,
    commands.Queue: _queue,
    commands.HandOver: _hand_over,
    commands.Invite: _invite,
    commands.Accept: _accept,
    commands.Decline: _decline,
    commands.End: _end,
    commands.Tick: tick,
}
