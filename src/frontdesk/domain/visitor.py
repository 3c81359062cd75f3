"""A visitor arrives, with particulars that must be right: names, e-mail address, user data."""

import re

from frontdesk.domain import commands, events
from frontdesk.domain.events import Event
from frontdesk.domain.interaction import Interaction
from frontdesk.domain.refusals import too_long
from frontdesk.domain.rules import Rules, ServiceRules
from frontdesk.errors import Refused

# Under this key a visitor's browser says which visit the chat came from. It is said as the chat begins, by
# nobody later: who may see the chat may see that visit.
JOURNEY_KEY = "journeyContext"

EMAIL_CHARS_MAX = 254  # RFC 5321 §4.5.3.1.3 leaves no room for more.
SUBJECT_CHARS_MAX = 1000
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s.\x00-\x1f]+(\.[^@\s.\x00-\x1f]+)+")


def start(_state: Interaction, command: commands.Start, _now_ms: int, rules: ServiceRules) -> list[Event]:
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
            asynchronous=command.asynchronous,
            closes_when_idle=command.closes_when_idle,
        )
    ]
    if command.text.strip():
        happened.append(events.Said(party_id=1, text=command.text))
    if command.queue is not None:
        own = rules.queue_rules(command.queue)
        demand, wanted = own.demand_of(command.user_data), own.wanted_by(command.user_data)
        happened.append(events.Queued(queue=command.queue, demand=demand, wanted=wanted))
    if command.session_id:
        happened.append(
            events.Owned(session_id=command.session_id, application=command.application, starts=True)
        )
    return happened


def faults_of(
    rules: Rules, *, nickname: str, first_name: str, last_name: str, email: str, subject: str
) -> list[Refused]:
    """Everything that is wrong with what a visitor gave, all at once; empty when nothing is."""
    faults = _name_faults(rules, nickname, first_name, last_name)
    if any(len(name) > rules.nickname_chars_max for name in (nickname, first_name, last_name)):
        faults.append(too_long("a name", rules.nickname_chars_max))
    if email and (len(email) > EMAIL_CHARS_MAX or not _EMAIL.fullmatch(email)):
        faults.append(Refused("email_invalid", "emailAddress is not valid"))
    if len(subject) > SUBJECT_CHARS_MAX:
        faults.append(too_long("subject", SUBJECT_CHARS_MAX))
    return faults


def _name_faults(rules: Rules, nickname: str, first_name: str, last_name: str) -> list[Refused]:
    if nickname.strip():
        return []
    has_first, has_last = bool(first_name.strip()), bool(last_name.strip())
    if not has_first and not has_last:
        return [Refused("name_missing", "nickname, or firstName and lastName, is required")]
    if rules.needs_both_names and not has_last:
        return [Refused("last_name_missing", "lastName or nickname is required")]
    if rules.needs_both_names and not has_first:
        return [Refused("first_name_missing", "firstName or nickname is required")]
    return []


def display_name(nickname: str, first_name: str, last_name: str) -> str:
    """What the visitor is called: the nickname, else both names together."""
    return nickname.strip() or f"{first_name.strip()} {last_name.strip()}".strip()


def check_user_data(rules: Rules, data: dict[str, str]) -> None:
    """Errors: `Refused("user_data_too_large")` when the data as a whole is over its bounds."""
    if len(data) > rules.user_data_keys_max:
        raise Refused(
            "user_data_too_large",
            f"user data may have {rules.user_data_keys_max} keys",
            limit=rules.user_data_keys_max,
        )
    size_bytes = sum(len(key.encode()) + len(value.encode()) for key, value in data.items())
    if size_bytes > rules.user_data_bytes_max:
        raise Refused(
            "user_data_too_large",
            f"user data may have {rules.user_data_bytes_max} bytes",
            limit=rules.user_data_bytes_max,
        )
