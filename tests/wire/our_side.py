"""Facts that are for our side alone, one of each kind, as releases wrote them."""

from collections.abc import Iterable

import msgspec

from frontdesk.domain.events import Event
from tests.domain.test_events_ever import LINES


def others_than(known: Iterable[type]) -> list[Event]:
    """The newest event of each kind that is not `known`."""
    newest = {type(event): event for event in (msgspec.json.decode(line, type=Event) for line in LINES)}
    return [event for kind, event in newest.items() if kind not in set(known)]
