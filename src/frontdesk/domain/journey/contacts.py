"""People: what is known of whoever is behind one or several browsers.

Each contact has a stream (`contact/<id>`), and so has each value by which one can be told from others
(`identity/<digest>`), which says whose it is. Customers stay separate: each names its contact.

Source:  journey.md §§1.1, 3.3 and 5.1.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from hashlib import blake2b

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.journey.web_events import Scalar

CUSTOMERS_MAX = 1000  # Browsers of one contact; of more the oldest are left out, and theirs no longer.
TRAITS_MAX = 50
IDENTITIES_MAX = 20

_E164 = re.compile(r"^\+[1-9][0-9]{6,14}$")
_EMAIL = re.compile(r"^[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s]{1,63}$")


class Kind(StrEnum):
    """By what a contact can be told from others."""

    EXTERNAL_ID = "externalId"
    EMAIL = "email"
    PHONE = "phone"


# The traits by which people are told apart, the surest first. A number at work is that of many.
_TELLING: Mapping[str, Kind] = {"email": Kind.EMAIL, "cellPhone": Kind.PHONE, "homePhone": Kind.PHONE}


class Identity(Struct, frozen=True):
    """One value that only one contact has."""

    kind: Kind
    value: str

    def stream(self, key: bytes) -> str:
        """Where it is kept whose it is. The value cannot be found out from it without `key`."""
        digest = blake2b(f"{self.kind}:{self.value}".encode(), key=key[:64], digest_size=20)
        return f"identity/{digest.hexdigest()}"


def identity_of(kind: Kind, value: str) -> Identity | None:
    """A value as it is compared, or None when it is not one by which people are told apart."""
    value = value.strip()
    match kind:
        case Kind.EXTERNAL_ID:
            return Identity(kind, value) if value else None
        case Kind.EMAIL:
            return Identity(kind, value.casefold()) if _EMAIL.match(value) else None
        case Kind.PHONE:
            number = re.sub(r"[ .-]", "", value)
            return Identity(kind, number) if _E164.match(number) else None


def identities(traits: Mapping[str, Scalar], external_id: str) -> tuple[Identity, ...]:
    """By what somebody can be told from others who says this of themselves; the surest first."""
    said = (identity_of(Kind.EXTERNAL_ID, external_id), *(_told(name, traits) for name in _TELLING))
    return tuple(dict.fromkeys(identity for identity in said if identity is not None))


def without(traits: Mapping[str, Scalar], others: Collection[Identity]) -> Mapping[str, Scalar]:
    """What is said of somebody, without that by which others are told apart."""
    return {name: value for name, value in traits.items() if _told(name, traits) not in others}


def _told(trait: str, traits: Mapping[str, Scalar]) -> Identity | None:
    kind = _TELLING.get(trait)
    return identity_of(kind, str(traits.get(trait, ""))) if kind is not None else None


# --- facts ------------------------------------------------------------------------------------------


class Claimed(Struct, frozen=True, tag=True):
    """In the stream of an identity: it is this contact's. The newest such fact counts."""

    contact_id: str


class Trait(Struct, frozen=True):
    """One thing that is known of somebody, and since when."""

    value: Scalar
    at_ms: int


class Learnt(Struct, frozen=True, tag=True, omit_defaults=True):
    """In the stream of a contact: this is known of them, and these are their browsers and identities."""

    traits: Mapping[str, Trait] = {}
    customers: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()


class Restated(Struct, frozen=True, tag=True):
    """In the stream of a contact: this is what is true, whatever was said before.

    Shape:   it is written when a browser is erased, whose older facts go: what they said of the person stays.
    """

    learnt_ms: int
    traits: Mapping[str, Trait]
    customers: tuple[str, ...]
    identities: tuple[str, ...]


Said = Learnt | Restated
"""What a contact's stream holds."""

# --- what follows from them -------------------------------------------------------------------------


class Contact(Struct, frozen=True):
    """One person. `identities` are the names of their streams. Units: `learnt_ms` is when of the newest."""

    id: str = ""
    version: int = 0
    learnt_ms: int = 0
    traits: Mapping[str, Trait] = {}
    customers: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether it can be told who this is; else agents see somebody unknown, who is soon forgotten."""
        return bool(self.identities)


def evolve(contact: Contact, fact: Said, time_ms: int) -> Contact:
    """The contact after `fact`: of each trait the newest value counts, wherever it came from."""
    if isinstance(fact, Restated):
        version, learnt_ms = contact.version + 1, fact.learnt_ms
        return Contact(contact.id, version, learnt_ms, fact.traits, fact.customers, fact.identities)
    traits = dict(contact.traits)
    for name, trait in fact.traits.items():
        known = traits.get(name)
        if known is None or known.at_ms <= trait.at_ms:
            traits[name] = trait
    return replace(
        contact,
        version=contact.version + 1,
        learnt_ms=max(contact.learnt_ms, time_ms),
        traits=traits,
        customers=_joined(contact.customers, fact.customers)[-CUSTOMERS_MAX:],
        identities=_joined(contact.identities, fact.identities),
    )


def learn(
    contact: Contact,
    customer_id: str,
    traits: Mapping[str, Scalar],
    identity_streams: Sequence[str],
    at_ms: int,
) -> Sequence[Learnt]:
    """What is new about a contact when one of their browsers says this; `()` when nothing is.

    Shape:   beyond `TRAITS_MAX` names and `IDENTITIES_MAX` identities, new ones are left out.
    """
    room = TRAITS_MAX - len(contact.traits)
    news: dict[str, Trait] = {}
    for name, value in traits.items():
        known = contact.traits.get(name)
        if known is None:
            if room <= 0:
                continue
            room -= 1
        elif known.at_ms > at_ms or known.value == value:
            continue
        news[name] = Trait(value, at_ms)
    customers = () if customer_id in contact.customers else (customer_id,)
    claimed = tuple(stream for stream in identity_streams if stream not in contact.identities)
    claimed = claimed[: IDENTITIES_MAX - len(contact.identities)]
    return (Learnt(news, customers, claimed),) if news or customers or claimed else ()


def taken_over(other: Contact) -> Sequence[Learnt]:
    """What a contact gets of another who turned out to be the same person."""
    return (Learnt(other.traits, other.customers, other.identities),)


def left(contact: Contact, customer_id: str) -> Restated:
    """What stays true of a contact without one of their browsers."""
    customers = tuple(one for one in contact.customers if one != customer_id)
    return Restated(contact.learnt_ms, contact.traits, customers, contact.identities)


def _joined(before: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before, *more)))
