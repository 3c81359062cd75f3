"""Crawlers told from people, and what is known of a visit put together from its events."""

from functools import lru_cache
from typing import TypeVar

from crawleruseragents import is_crawler
from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.journey.web_events import Origin

AGENTS_KEPT_MAX = 4096

_Known = TypeVar("_Known", bound=Struct)


@lru_cache(AGENTS_KEPT_MAX)
def is_bot(user_agent: str) -> bool:
    """Whether this is what a crawler calls itself."""
    return bool(is_crawler(user_agent))


def merged(before: Origin, seen: Origin) -> Origin:
    """Of each the newest value that is one."""
    return before if seen == before else _merged(before, seen)


def _merged(before: _Known, seen: _Known) -> _Known:
    changes: dict[str, object] = {}
    for name in before.__struct_fields__:
        old, new = getattr(before, name), getattr(seen, name)
        if isinstance(new, Struct):
            new = _merged(old, new) if new != old else old
        if new and new != old:
            changes[name] = new
    return replace(before, **changes) if changes else before
