"""What visitors have agreed to, and what their browsers say for them."""

from frontdesk.domain.journey.consenting import (
    DAY_MS,
    Objection,
    Signals,
    decide,
    decided,
    granted,
    may_be_offered,
    objection,
    withdrawn,
)
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.evolving import evolve
from frontdesk.domain.journey.facts import Purpose
from frontdesk.domain.journey.site_settings import ConsentMode, Privacy

NOW = 1_800_000_000_000
BOTH = (Purpose.TRACKING, Purpose.OFFERS)
QUIET, GPC, DNT = Signals(), Signals(gpc=True), Signals(dnt=True)
REQUIRED, IMPLIED = Privacy(), Privacy(consent_mode=ConsentMode.IMPLIED)
UNDECIDED = Customer(id="c")


def agreed(*purposes: Purpose, at_ms: int = NOW) -> Customer:
    facts = decide(UNDECIDED, purposes, "d", "v1", at_ms)
    return evolve(UNDECIDED, facts[0], at_ms)


def test_where_consent_is_required_nothing_is_kept_without_it() -> None:
    assert objection(UNDECIDED, REQUIRED, QUIET, NOW) is Objection.NO_CONSENT
    assert objection(agreed(*BOTH), REQUIRED, QUIET, NOW) is None
    assert objection(agreed(), REQUIRED, QUIET, NOW) is Objection.NO_CONSENT


def test_where_it_is_implied_a_refusal_counts() -> None:
    assert objection(UNDECIDED, IMPLIED, QUIET, NOW) is None
    assert objection(agreed(), IMPLIED, QUIET, NOW) is Objection.NO_CONSENT


def test_signals_are_a_no_where_nothing_was_decided() -> None:
    for signals in (GPC, DNT):
        assert objection(UNDECIDED, IMPLIED, signals, NOW) is Objection.PRIVACY_SIGNAL
        assert objection(UNDECIDED, REQUIRED, signals, NOW) is Objection.PRIVACY_SIGNAL
        assert objection(UNDECIDED, Privacy(ConsentMode.IMPLIED, honor_signals=False), signals, NOW) is None


def test_a_grant_wins_over_do_not_track_but_not_over_privacy_control() -> None:
    assert objection(agreed(*BOTH), REQUIRED, DNT, NOW) is None
    assert objection(agreed(*BOTH), REQUIRED, GPC, NOW) is Objection.PRIVACY_SIGNAL
    assert objection(agreed(*BOTH), Privacy(grant_overrides_gpc=True), GPC, NOW) is None


def test_a_decision_lives_for_half_a_year() -> None:
    customer = agreed(*BOTH)
    assert decided(customer, NOW + 180 * DAY_MS - 1) == BOTH
    assert decided(customer, NOW + 180 * DAY_MS) is None
    assert objection(customer, REQUIRED, QUIET, NOW + 180 * DAY_MS) is Objection.NO_CONSENT


def test_offers_may_be_refused_alone() -> None:
    customer = agreed(*granted([Purpose.TRACKING]))
    assert objection(customer, REQUIRED, QUIET, NOW) is None
    assert not may_be_offered(customer, REQUIRED, QUIET, NOW)
    assert may_be_offered(agreed(*BOTH), REQUIRED, QUIET, NOW)
    assert may_be_offered(UNDECIDED, IMPLIED, QUIET, NOW)


def test_naming_no_purpose_is_naming_all_and_offers_need_tracking() -> None:
    assert granted([]) == BOTH
    assert granted([Purpose.OFFERS]) == ()
    assert withdrawn(agreed(*BOTH), [], NOW) == ()
    assert withdrawn(agreed(*BOTH), [Purpose.OFFERS], NOW) == (Purpose.TRACKING,)
    assert withdrawn(agreed(*BOTH), [Purpose.TRACKING], NOW) == ()
    assert withdrawn(UNDECIDED, [Purpose.OFFERS], NOW) == (Purpose.TRACKING,)


def test_a_decision_sent_twice_is_one_and_a_later_one_renews_it() -> None:
    customer = agreed(*BOTH)
    assert decide(customer, BOTH, "d", "v1", NOW + 1000) == ()
    assert decide(customer, BOTH, "d", "v2", NOW + 1000) != ()
    assert decide(customer, BOTH, "d", "v1", NOW + DAY_MS) != ()
