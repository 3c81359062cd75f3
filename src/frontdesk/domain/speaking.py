"""Speaking: what the parties of an interaction say, show and note.

Each function decides about one wish as `decide` does: state, wish, time and rules in, facts or a refusal out.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from frontdesk.domain import commands, events
from frontdesk.domain.attributes import check_attributes
from frontdesk.domain.events import Event, Kind, Medium, Visibility
from frontdesk.domain.interaction import Interaction, Party
from frontdesk.domain.orchestration_objects import SESSION_KEY
from frontdesk.domain.refusals import here, in_a_chat, seen, too_long
from frontdesk.domain.rules import Rules
from frontdesk.domain.visitor import JOURNEY_KEY, check_user_data
from frontdesk.errors import Refused

URL_CHARS_MAX = 2000
MESSAGE_TYPE_CHARS_MAX = 64


def say(state: Interaction, command: commands.Say, _now_ms: int, rules: Rules) -> Sequence[Event]:
    party = seen(state, command.party_id)
    if not command.text or command.text.isspace():
        raise Refused("text_missing", "message is required")
    if len(command.text) > rules.message_chars_max:
        raise too_long("message", rules.message_chars_max)
    if len(command.message_type) > MESSAGE_TYPE_CHARS_MAX:
        raise too_long("messageType", MESSAGE_TYPE_CHARS_MAX)
    check_attributes(command.attributes)
    visibility = _narrower(party, command.visibility)
    if visibility is Visibility.ALL:
        in_a_chat(state)
    return (
        events.Said(
            party_id=command.party_id,
            text=command.text,
            message_type=command.message_type,
            attributes=command.attributes,
            visibility=visibility,
            client_id=command.client_id,
        ),
    )


def _narrower(party: Party, asked: Visibility) -> Visibility:
    """A visitor cannot whisper, and a party that the visitor cannot see cannot be heard by the visitor."""
    if party.kind is Kind.CLIENT:
        return Visibility.ALL
    is_for_all = party.visibility is Visibility.ALL and asked is Visibility.ALL
    return Visibility.ALL if is_for_all else Visibility.AGENTS


def set_typing(
    state: Interaction, command: commands.SetTyping, _now_ms: int, _rules: Rules
) -> Sequence[Event]:
    party = here(state, command.party_id)
    if bool(party.typing_ms) == command.is_typing or party.visibility is not Visibility.ALL:
        return ()
    return (
        events.TypingStarted(party.party_id) if command.is_typing else events.TypingStopped(party.party_id),
    )


def push_url(state: Interaction, command: commands.PushUrl, _now_ms: int, _rules: Rules) -> Sequence[Event]:
    seen(state, command.party_id)
    in_a_chat(state)
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


def change_nickname(
    state: Interaction, command: commands.ChangeNickname, _now_ms: int, rules: Rules
) -> Sequence[Event]:
    party = seen(state, command.party_id)
    name = command.nickname.strip()
    if not name:
        raise Refused("nickname_missing", "nickname is required")
    if len(name) > rules.nickname_chars_max:
        raise too_long("nickname", rules.nickname_chars_max)
    return () if name == party.nickname else (events.NicknameChanged(command.party_id, name),)


def give_notice(
    state: Interaction, command: commands.GiveNotice, _now_ms: int, rules: Rules
) -> Sequence[Event]:
    party = seen(state, command.party_id)
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


def change_data(
    state: Interaction, command: commands.ChangeData, _now_ms: int, rules: Rules
) -> Sequence[Event]:
    seen(state, command.party_id)
    # Agents see under the other key which session has the chat, so nobody may say that it is another one.
    taken = (JOURNEY_KEY, *command.removed, *((SESSION_KEY,) if state.owner else ()))
    wanted = {key: value for key, value in command.changes.items() if key not in taken}
    changes = {key: value for key, value in wanted.items() if state.user_data.get(key) != value}
    removed = tuple(key for key in command.removed if key in state.user_data and key != JOURNEY_KEY)
    if not changes and not removed:
        return ()
    after = state.user_data | changes
    check_user_data(rules, {key: value for key, value in after.items() if key not in removed})
    return (events.DataChanged(party_id=command.party_id, changes=changes, removed=removed),)


def give_receipt(
    state: Interaction, command: commands.GiveReceipt, _now_ms: int, _rules: Rules
) -> Sequence[Event]:
    party = here(state, command.party_id)
    newest = state.last_line if state.medium is Medium.CHAT else state.version  # Mails are read, too.
    up_to = min(command.up_to, newest)
    if up_to <= party.read_up_to or party.is_silent:
        return ()
    return (events.ReceiptGiven(party.party_id, up_to),)
