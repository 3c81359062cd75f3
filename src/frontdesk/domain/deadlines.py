"""What is due in an interaction, and when: one timer for each, whatever it waits for.

A deadline is a pure reading of the state, so a timer that fires late, early or twice does no harm: it asks
what is due now, and finds it or finds nothing.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from frontdesk.domain.events import Medium
from frontdesk.domain.interaction import Interaction, Phase
from frontdesk.domain.mail_facts import OutgoingPhase
from frontdesk.domain.rules import Rules, ServiceRules
from frontdesk.domain.submitting import submits_due

ADRIFT_MS = 10_000  # As long as an action of a session may take that gives it to somebody else.


class Presence(Struct, frozen=True):
    """What is known of the parties' clients without being a fact.

    Shape:   `typing_ms` is when each party last said that it is still typing.
    """

    client_seen_ms: int = 0
    typing_ms: Mapping[int, int] = {}


UNSEEN = Presence()


def next_due(state: Interaction, rules: ServiceRules, presence: Presence = UNSEEN) -> int | None:
    """When something is next due, or None."""
    return min(_all_due(state, rules, presence), default=None)


def idle_due(state: Interaction, rules: Rules) -> int | None:
    """When nobody's writing will next be remarked on, or None while that is switched off."""
    if not state.is_open or (state.phase is Phase.WAITING and not rules.idle_while_waiting):
        return None
    for party in state.parties:
        if party.is_held:
            return None  # Who answers has put it aside, and nobody is expected to write.
    if state.asynchronous:
        closes = state.closes_when_idle and rules.asynchronous_idle_close_s
        return state.active_ms + rules.asynchronous_idle_close_s * 1000 if closes else None
    if state.alerts == 0:
        return state.active_ms + rules.idle_alert_s * 1000 if rules.idle_alert_s else None
    wait_s = (
        rules.second_idle_alert_s if state.alerts == 1 and rules.second_idle_alert_s else rules.idle_close_s
    )
    return state.alerted_ms + wait_s * 1000 if wait_s else None


def idle_close_ms(state: Interaction, rules: Rules) -> int | None:
    """When the running countdown closes the interaction, or None while no such countdown runs."""
    if state.alerts == 0 or closes_after(state.alerts, rules) is False:
        return None
    return idle_due(state, rules)


def closes_after(alerts: int, rules: Rules) -> bool:
    """Whether the expiry after this many alerts closes the interaction."""
    return bool(rules.idle_close_s) and alerts >= (2 if rules.second_idle_alert_s else 1)


def client_due(state: Interaction, rules: Rules, presence: Presence) -> int | None:
    """When the visitor counts as gone, or None."""
    if not state.is_open or not rules.client_silence_s or state.medium is Medium.MESSAGE:
        return None
    if state.asynchronous and (presence.client_seen_ms > state.started_ms or state.phase is Phase.DORMANT):
        return None  # Only one who never came for the first answer does not know of the conversation.
    return max(presence.client_seen_ms, state.started_ms) + rules.client_silence_s * 1000


def typing_due(state: Interaction, rules: Rules, presence: Presence) -> Iterator[tuple[int, int]]:
    """When each typing party no longer counts as typing, as (party id, ms)."""
    for party in state.parties:
        if party.typing_ms:
            last_ms = max(party.typing_ms, presence.typing_ms.get(party.party_id, 0))
            yield party.party_id, last_ms + rules.typing_s * 1000


def overflow_due(state: Interaction, rules: ServiceRules) -> int | None:
    """When what waits goes to the queue that takes what its own cannot, or None."""
    if not state.queued_ms or state.ringing is not None:
        return None
    queue = rules.queue_rules(state.queue)
    return state.queued_ms + queue.overflow_s * 1000 if queue.overflow_queue and queue.overflow_s else None


def adrift_due(state: Interaction) -> int | None:
    """When what a session gave up, and nobody took, waits for a person after all; or None."""
    owned = state.ownership
    is_kept = state.owner or state.queued_ms or state.ringing is not None
    if not owned.freed_ms or is_kept or state.phase is not Phase.WAITING:
        return None
    return owned.freed_ms + ADRIFT_MS


def archive_due(state: Interaction, rules: Rules) -> int | None:
    """When an ended interaction's visitor session is over for good, or None."""
    if state.phase is not Phase.ENDED or not rules.retention_s:
        return None
    return state.ended_ms + rules.retention_s * 1000


def rest_due(state: Interaction, rules: Rules) -> int | None:
    """When those who answer an asynchronous interaction are taken out of it, or None."""
    if not state.asynchronous or state.phase is not Phase.ACTIVE or not rules.rest_after_s:
        return None
    if state.medium is Medium.MESSAGE:
        return None  # It takes as long as its answer does.
    return state.active_ms + rules.rest_after_s * 1000


def done_due(state: Interaction, rules: Rules) -> int | None:
    """When an interaction that rests, or stays open and waits in vain, is over, or None."""
    # A mail that nobody has answered is never taken to be done.
    is_waiting = state.asynchronous and state.phase is Phase.WAITING and state.medium is Medium.CHAT
    if not rules.resting_s or not (is_waiting or state.phase is Phase.DORMANT):
        return None
    return max(state.rested_ms, state.active_ms) + rules.resting_s * 1000


def mail_due(state: Interaction) -> int | None:
    """When a mail is next to be tried, or None when none is to go out."""
    posted = (mail.due_ms for mail in state.mailbox.outgoing if mail.phase is OutgoingPhase.POSTED)
    return min(posted, default=None)


def _all_due(state: Interaction, rules: ServiceRules, presence: Presence) -> list[int]:
    dues = [
        idle_due(state, rules),
        client_due(state, rules, presence),
        rest_due(state, rules),
        done_due(state, rules),
        archive_due(state, rules),
        overflow_due(state, rules) if state.ringing is None else state.ringing.until_ms,
    ]
    # It is asked with every message, and few chats have any of these.
    if state.ownership.freed_ms:
        dues.append(adrift_due(state))
    if state.medium is Medium.MESSAGE:
        dues.append(mail_due(state))
    if state.submits or state.reserved is not None:
        dues.append(submits_due(state))
    found = [due for due in dues if due is not None]
    found += [due for _, due in typing_due(state, rules, presence)]
    return found
