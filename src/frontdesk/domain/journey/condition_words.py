"""Conditions in words, the same that the editors of journeys have for them."""

from collections.abc import Iterable, Mapping, Sequence

from frontdesk.domain.journey.criteria import Criterion, EventCondition, Operator

WORDS: Mapping[Operator, str] = {
    Operator.EQUAL: "is",
    Operator.NOT_EQUAL: "is not",
    Operator.CONTAINS_ANY: "contains any of",
    Operator.CONTAINS_ALL: "contains all of",
    Operator.NOT_CONTAINS_ANY: "contains none of",
    Operator.NOT_CONTAINS_ALL: "does not contain all of",
    Operator.STARTS_WITH: "starts with",
    Operator.ENDS_WITH: "ends with",
    Operator.GLOB: "is like",
    Operator.GREATER_THAN: "is greater than",
    Operator.GREATER_THAN_OR_EQUAL: "is at least",
    Operator.LESS_THAN: "is less than",
    Operator.LESS_THAN_OR_EQUAL: "is at most",
}
# There is no any, all and none of one value.
_OF_ONE: Mapping[Operator, str] = {
    Operator.CONTAINS_ANY: "contains",
    Operator.CONTAINS_ALL: "contains",
    Operator.NOT_CONTAINS_ANY: "does not contain",
    Operator.NOT_CONTAINS_ALL: "does not contain",
}
_ALL = frozenset((Operator.CONTAINS_ALL, Operator.NOT_CONTAINS_ALL))
KEYS_IN_WORDS: Mapping[str, str] = {
    "eventName": "the name of the event",
    "page.url": "the address of the page",
    "page.title": "the title of the page",
    "page.domain": "the domain of the page",
    "page.hostname": "the host of the page",
    "page.pathname": "the path of the page",
    "page.queryString": "the query of the page",
    "page.fragment": "the fragment of the page",
    "page.keywords": "the keywords of the page",
    "page.lang": "the language of the page",
    "page.breadcrumb": "the breadcrumb of the page",
    "searchQuery": "what was searched for",
    "authenticated": "whether they are signed in",
    "device.category": "the kind of device",
    "device.type": "the type of device",
    "device.isMobile": "whether the device is mobile",
    "device.osFamily": "the operating system",
    "browser.family": "the browser",
    "browser.version": "the version of the browser",
    "browser.lang": "the language of the browser",
    "geolocation.country": "the country",
    "geolocation.region": "the region",
    "geolocation.locality": "the town",
    "geolocation.postalCode": "the postal code",
    "geolocation.timezone": "the time zone",
    "mktCampaign.source": "the source of the campaign",
    "mktCampaign.medium": "the medium of the campaign",
    "mktCampaign.name": "the name of the campaign",
    "mktCampaign.term": "the term of the campaign",
    "mktCampaign.content": "the content of the campaign",
    "referrer.url": "the address of the referrer",
    "referrer.domain": "the domain of the referrer",
    "referrer.hostname": "the host of the referrer",
    "referrer.pathname": "the path of the referrer",
    "referrer.queryString": "the query of the referrer",
    "referrer.fragment": "the fragment of the referrer",
    "referrer.keywords": "the keywords of the referrer",
    "referrer.medium": "the medium of the referrer",
    "referrer.name": "the name of the referrer",
    "session.pageviewCount": "the number of pages in the visit",
    "session.eventCount": "the number of events in the visit",
    "session.durationInSeconds": "the length of the visit in seconds",
    "customer.visitCount": "the number of visits",
}


def condition_in_words(what: str, operator: Operator, values: Iterable[str]) -> str:
    """A condition as a clause: what is compared how with which values, each in quotes."""
    quoted = [f"“{value}”" for value in values]
    words = WORDS[operator] if len(quoted) > 1 else _OF_ONE.get(operator, WORDS[operator])
    return f"{what} {words} {(' and ' if operator in _ALL else ' or ').join(quoted)}"


def key_in_words(key: str) -> str:
    """What a key of criteria stands for, as one says it."""
    if key in KEYS_IN_WORDS:
        return KEYS_IN_WORDS[key]
    group, _, name = key.partition(".")
    return f"the {'attribute' if group == 'attributes' else group} “{name}”"


def criteria_in_words(criteria: Iterable[Criterion | EventCondition]) -> str:
    """Conditions that hold together, as a clause; empty for none."""
    return " and ".join(
        condition_in_words(key_in_words(one.key), one.operator, one.values) for one in criteria
    )


def event_in_words(name: str | None, criteria: Sequence[Criterion | EventCondition]) -> str:
    """An event that is waited for: its name, and what else has to hold of it."""
    # That an event of this name has this name goes without saying; editors have to write it all the same.
    more = criteria_in_words(
        one
        for one in criteria
        if not (name and one.key == "eventName" and one.operator is Operator.EQUAL and name in one.values)
    )
    called = f"an event “{name}”" if name else "an event"
    return f"{called} where {more}" if more else called
