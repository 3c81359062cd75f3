"""What lists show of a customer. It changes with what matters in a list, and not with every page view."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from frontdesk.domain.journey.customer import LIVE, AnyFact, Customer, Forgotten
from frontdesk.domain.journey.facts import (
    Linked,
    Moved,
    Named,
    OriginSeen,
    OutcomeAchieved,
    SegmentAssigned,
    SegmentRemoved,
    SegmentShared,
    VisitBegan,
    VisitEnded,
)
from frontdesk.errors import TooNew
from frontdesk.store.log import Card

KIND = "customer"

_STRUCTURAL = frozenset(
    (
        VisitBegan,
        OriginSeen,
        VisitEnded,
        SegmentAssigned,
        SegmentShared,
        SegmentRemoved,
        OutcomeAchieved,
        Moved,
        Linked,
        Named,
        Forgotten,
    )
)


class LiveAction(Struct, frozen=True):
    """An action that is before the visitor, or that they have taken up."""

    action_id: str
    map_id: str
    state: str


class CustomerCard(Struct, frozen=True, omit_defaults=True):
    """One row of a list of visits: the newest one of a customer.

    Shape:   on which page somebody is, and how many they saw, is with the customer alone: it changes often.
    Units:   times in milliseconds since the Unix epoch.
    """

    visit_id: str = ""
    deployment_id: str = ""
    began_ms: int = 0
    ended_ms: int = 0
    visits: int = 0
    contact_id: str = ""
    external_id: str = ""
    country: str = ""
    device: str = ""
    browser: str = ""
    campaign: str = ""
    segments: tuple[str, ...] = ()
    achieved: tuple[str, ...] = ()
    live: tuple[LiveAction, ...] = ()


_encode = msgspec.json.Encoder().encode
_cards = msgspec.json.Decoder(CustomerCard)


def is_structural(facts: Sequence[AnyFact]) -> bool:
    """Whether a card may be another one after these facts."""
    return not _STRUCTURAL.isdisjoint(map(type, facts))


def card_of(customer: Customer) -> Card:
    """The card to file of a customer; open while there is a visit."""
    visit = customer.visit
    origin = visit.origin
    assigned = (*customer.assignments, *visit.assignments)
    body = CustomerCard(
        visit_id=visit.id,
        deployment_id=visit.deployment_id,
        began_ms=visit.began_ms,
        ended_ms=visit.ended_ms,
        visits=customer.visits,
        contact_id=customer.contact_id,
        external_id=customer.external_id,
        country=origin.geolocation.country,
        device=origin.device.category,
        browser=origin.browser.family,
        campaign=origin.campaign.name,
        segments=tuple(dict.fromkeys(assignment.segment_id for assignment in assigned)),
        achieved=visit.achieved,
        live=tuple(
            LiveAction(action.id, action.map_id, action.state)
            for action in customer.actions
            if action.state in LIVE
        ),
    )
    return Card(KIND, visit.is_open, visit.began_ms, _encode(body))


def read_card(body: bytes) -> CustomerCard:
    """A card as it was filed. Errors: `TooNew`."""
    try:
        return _cards.decode(body)
    except msgspec.DecodeError:
        raise TooNew from None
