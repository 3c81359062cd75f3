"""Who is behind the browsers, by what people say of themselves."""

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from frontdesk.domain.journey.contacts import (
    IDENTITIES_MAX,
    TRAITS_MAX,
    Contact,
    Identity,
    Kind,
    Learnt,
    Trait,
    evolve,
    identities,
    learn,
    taken_over,
)
from frontdesk.domain.journey.web_events import Scalar

NOW = 1_800_000_000_000


def test_by_what_people_are_told_apart() -> None:
    traits: dict[str, Scalar] = {
        "email": " Jane@Shop.example ",
        "cellPhone": "+49 170 1234567",
        "givenName": "Jane",
    }
    assert identities(traits, "crm-7") == (
        Identity(Kind.EXTERNAL_ID, "crm-7"),
        Identity(Kind.EMAIL, "jane@shop.example"),
        Identity(Kind.PHONE, "+491701234567"),
    )


def test_numbers_that_are_not_international_and_those_of_many_link_nobody() -> None:
    assert identities({"cellPhone": "0170 1234567"}, "") == ()
    assert identities({"workPhone": "+49 30 1234567"}, "") == ()
    assert identities({"email": "not an address", "homePhone": True}, " ") == ()


def test_whose_an_identity_is_cannot_be_guessed_from_the_name_of_its_stream() -> None:
    jane = Identity(Kind.EMAIL, "jane@shop.example")
    assert jane.stream(b"one key") == jane.stream(b"one key")
    assert jane.stream(b"one key") != jane.stream(b"another key")
    assert jane.stream(b"k") != Identity(Kind.EXTERNAL_ID, jane.value).stream(b"k")
    assert "jane" not in jane.stream(b"k")


def test_saying_the_same_again_is_nothing_new() -> None:
    said = learn(Contact(id="p"), "c1", {"givenName": "Jane"}, ["identity/1"], NOW)
    contact = reduce(lambda known, fact: evolve(known, fact, NOW), said, Contact(id="p"))
    assert (contact.customers, contact.identities, contact.is_known) == (("c1",), ("identity/1",), True)
    assert learn(contact, "c1", {"givenName": "Jane"}, ["identity/1"], NOW + 1) == ()
    assert learn(contact, "c2", {}, [], NOW + 1) == (Learnt(customers=("c2",)),)


def test_the_newer_value_of_a_trait_counts_from_whichever_browser() -> None:
    one = evolve(Contact(id="p"), Learnt({"givenName": Trait("Jane", NOW)}), NOW)
    assert learn(one, "c", {"givenName": "June"}, [], NOW - 1) == (Learnt(customers=("c",)),)
    other = evolve(Contact(id="q"), Learnt({"givenName": Trait("Joan", NOW + 5)}, ("c2",), ("i",)), NOW + 5)
    both = evolve(one, taken_over(other)[0], NOW + 9)
    assert (both.traits["givenName"].value, both.customers, both.identities) == ("Joan", ("c2",), ("i",))


def test_what_is_known_of_one_person_has_bounds() -> None:
    traits: dict[str, Scalar] = {f"t{number}": number for number in range(TRAITS_MAX + 5)}
    streams = [f"identity/{number}" for number in range(IDENTITIES_MAX + 5)]
    contact = evolve(Contact(id="p"), learn(Contact(id="p"), "c", traits, streams, NOW)[0], NOW)
    assert (len(contact.traits), len(contact.identities)) == (TRAITS_MAX, IDENTITIES_MAX)
    assert learn(contact, "c", {"one more": 1}, ["identity/more"], NOW) == ()


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_in_whatever_order_it_is_heard_the_newest_value_counts(said: list[tuple[str, int, int]]) -> None:
    contact = Contact(id="p")
    for name, value, at_ms in said:
        contact = evolve(contact, Learnt({name: Trait(value, at_ms)}), at_ms)
    for name in contact.traits:
        newest = max(at_ms for known, _, at_ms in said if known == name)
        values = {value for known, value, at_ms in said if (known, at_ms) == (name, newest)}
        assert contact.traits[name].value in values
