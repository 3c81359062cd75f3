"""What a visitor has agreed to, and what their browser says for them.

Source:  journey.md §12.1 and §12.2.
"""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.facts import Consented, Fact, Purpose
from frontdesk.domain.journey.site_settings import ConsentMode, Privacy

DAY_MS = 86_400_000
DECISION_MS = 180 * DAY_MS
AGAIN_MS = 60_000  # The same decision within this time is one that was sent twice.


class Signals(Struct, frozen=True):
    """What the browser asks for by its headers: Global Privacy Control, Do Not Track."""

    gpc: bool = False
    dnt: bool = False


class Objection(StrEnum):
    """Why nothing may be kept of what somebody does; in the words of the wire."""

    NO_CONSENT = "no_consent"
    PRIVACY_SIGNAL = "privacy_signal"


def decided(customer: Customer, now_ms: int) -> tuple[Purpose, ...] | None:
    """The purposes that were granted, none of them after a refusal; None while there is no decision."""
    if customer.purposes is None or now_ms - customer.consented_ms >= DECISION_MS:
        return None
    return customer.purposes


def objection(customer: Customer, privacy: Privacy, signals: Signals, now_ms: int) -> Objection | None:
    """Why nothing may be kept of this customer, or None where it may."""
    purposes = decided(customer, now_ms)
    if purposes is None:
        if privacy.honor_signals and (signals.gpc or signals.dnt):
            return Objection.PRIVACY_SIGNAL
        return Objection.NO_CONSENT if privacy.consent_mode is ConsentMode.REQUIRED else None
    if Purpose.TRACKING not in purposes:
        return Objection.NO_CONSENT
    if privacy.honor_signals and signals.gpc and not privacy.grant_overrides_gpc:
        return Objection.PRIVACY_SIGNAL
    return None


def may_be_offered(customer: Customer, privacy: Privacy, signals: Signals, now_ms: int) -> bool:
    """Whether this customer may be shown offers."""
    if objection(customer, privacy, signals, now_ms) is not None:
        return False
    purposes = decided(customer, now_ms)
    return purposes is None or Purpose.OFFERS in purposes


def granted(purposes: Sequence[Purpose]) -> tuple[Purpose, ...]:
    """What is granted by naming these, which is everything when none is named; offers need tracking."""
    wanted = set(purposes) or set(Purpose)
    return tuple(p for p in Purpose if p in wanted) if Purpose.TRACKING in wanted else ()


def withdrawn(customer: Customer, purposes: Sequence[Purpose], now_ms: int) -> tuple[Purpose, ...]:
    """What is left when these are taken back, which is nothing when none is named."""
    before = decided(customer, now_ms)
    left = set(Purpose if before is None else before) - (set(purposes) or set(Purpose))
    return granted(tuple(left)) if left else ()


def decide(
    customer: Customer, purposes: tuple[Purpose, ...], deployment_id: str, text_version: str, now_ms: int
) -> Sequence[Fact]:
    """Keep a decision as proof: which, when, on which site, of which text; never an address."""
    is_same = customer.purposes == purposes and customer.consent_version == text_version
    if is_same and now_ms - customer.consented_ms < AGAIN_MS:
        return ()
    return (Consented(deployment_id, purposes, text_version),)
