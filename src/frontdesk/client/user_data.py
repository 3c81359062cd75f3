"""The data that goes along with a chat: what the page says, and what is known without asking.

Source:  webchat-service, section 3.1, "startChat"; chat-api-v2, section 13."""

import json
from collections.abc import Mapping
from typing import Any

from frontdesk.client import refusals
from frontdesk.client.promise import CommandRejected

_PAGE_KEYS = {
    "source": "_genesys_source",
    "referrer": "_genesys_referrer",
    "url": "_genesys_url",
    "title": "_genesys_pageTitle",
    "browser": "_genesys_browser",
    "os": "_genesys_OS",
    "version": "_genesys_widgets",
}


def read_user_data(value: object) -> dict[str, Any]:
    """The data an option means: a mapping, or JSON text of one; nothing is `{}`.

    Errors:  `CommandRejected`: it is something else.
    """
    if isinstance(value, str) and value:
        try:
            value = json.loads(value)
        except ValueError:
            raise CommandRejected(refusals.BAD_USER_DATA) from None
    if value is None or value == "":
        return {}
    if not isinstance(value, Mapping):
        raise CommandRejected(refusals.BAD_USER_DATA)
    return {str(key): item for key, item in value.items()}


def deep_merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both; where both have an object, what is in either, `above` first."""
    merged = dict(below)
    for key, value in above.items():
        before = merged.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            merged[key] = deep_merged(before, value)
        else:
            merged[key] = value
    return merged


def page_data(page: Mapping[str, str]) -> dict[str, str]:
    """What is known of the page a visitor is on, under the names that servers know."""
    return {theirs: page[ours] for ours, theirs in _PAGE_KEYS.items() if ours in page}
