"""On which pages an action map acts."""

import pytest

from frontdesk.domain.journey.action_maps import ActionKind, ActionMap, Activation, ActivationType, MediaType
from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.criteria import Operator, UrlCondition
from frontdesk.domain.journey.definitions import Definitions, Deployment
from frontdesk.domain.journey.tracking import Tracking
from tests.domain.journey.looking import defined


def on_pages(*conditions: tuple[str, tuple[str, ...]], **tracking: object) -> Compiled:
    pages = tuple(UrlCondition(values, Operator(operator)) for operator, values in conditions)
    deployment = Deployment(id="d1", name="Shop", tracking=Tracking(**tracking))
    definitions = defined(
        ActionMap(
            id="m1",
            version=1,
            display_name="Map",
            action=ActionKind(MediaType.WEBCHAT),
            activation=Activation(ActivationType.IMMEDIATE),
            page_url_conditions=pages,
        )
    )
    return Compiled(Definitions(deployments={"d1": deployment}, action_maps=definitions.action_maps))


X = "https://x.test"


@pytest.mark.parametrize(
    ("operator", "values", "url", "fits"),
    [
        ("equal", (f"{X}/a",), f"{X}/a", True),
        ("equal", (f"{X}/a",), f"{X}/a/", True),
        ("equal", (f"{X}/a/",), f"{X}/A?token=1#top", True),
        ("equal", (f"{X}:443/a",), f"{X}/a", True),
        ("equal", (f"{X}/a", f"{X}/b"), f"{X}/b", True),
        ("equal", (f"{X}/a",), f"{X}/a//", False),
        ("equal", (f"{X}/a",), f"{X}/a?b=1", False),
        ("equal", (X,), f"{X}/", True),
        ("notEqual", (f"{X}/a", f"{X}/b"), f"{X}/b/", False),
        ("notEqual", (f"{X}/a", f"{X}/b"), f"{X}/c", True),
        ("startsWith", ("HTTPS://X.Test:443/A",), f"{X}/a/b", True),
        ("startsWith", (f"{X}/a",), f"{X}/b", False),
        ("endsWith", ("/a",), f"{X}/b/A", True),
        ("endsWith", ("/a",), f"{X}/a/", False),
        ("containsAny", ("/cart", "/checkout"), f"{X}/checkout/1", True),
        ("containsAll", ("shoe", "red"), f"{X}/shoes", False),
        ("notContainsAll", ("shoe", "red"), f"{X}/shoes", True),
        ("notContainsAny", ("thank",), f"{X}/Thanks", False),
        ("containsAny", ("/käse",), f"{X}/k%C3%A4se", True),
        ("glob", ("**/article-*/sizes",), f"{X}/shoes/article-1/sizes", True),
        ("glob", (f"{X}/*",), f"{X}/a/b", False),
        ("equal", (f"{X}/a",), "", False),
        ("notEqual", (f"{X}/a",), "", True),
    ],
)
def test_on_which_pages_a_map_acts(operator: str, values: tuple[str, ...], url: str, fits: bool) -> None:
    assert on_pages((operator, values)).page_matches("m1", url) == (None if fits else 0)


def test_the_first_condition_that_is_not_met_is_told() -> None:
    compiled = on_pages(("containsAny", ("/cart",)), ("notContainsAny", ("thank",)))
    assert compiled.page_matches("m1", f"{X}/cart") is None
    assert compiled.page_matches("m1", f"{X}/help/thanks") == 0
    assert compiled.page_matches("m1", f"{X}/cart/thanks") == 1


def test_without_conditions_every_page_will_do() -> None:
    assert on_pages().page_matches("m1", f"{X}/anything") is None


def test_what_a_site_keeps_of_addresses_is_what_is_compared() -> None:
    compiled = on_pages(
        ("equal", (f"{X}/?page=1#a",)), excluded_query_parameters=("page",), should_keep_url_fragment=True
    )
    assert compiled.page_matches("m1", f"{X}/?page=2#a", "d1") is None
    assert compiled.page_matches("m1", f"{X}/#b", "d1") == 0
    assert compiled.page_matches("m1", f"{X}/?page=1#b") is None
    assert compiled.page_matches("m1", f"{X}/?page=1#b", "another") is None


def test_there_has_to_be_such_a_map() -> None:
    with pytest.raises(KeyError):
        on_pages().page_matches("m2", X)
