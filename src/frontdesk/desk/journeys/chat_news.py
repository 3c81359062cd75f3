"""What journeys have to know of the main log: that chats begin, who comes to them, how they end.

Most of that log is words, and they are none of it. So it is sifted where it is read, before anything else
looks at it.
"""

from collections.abc import AsyncIterator

from frontdesk.desk.journeys.kept_follower import Passage
from frontdesk.domain import events
from frontdesk.store.log import EventLog, Recorded

ROOT = "interaction/"

_HEARD = (
    events.Started,
    events.Joined,
    events.Appeared,
    events.Rested,
    events.Woke,
    events.CameBack,
    events.Ended,
)
_STARTS = tuple(f'{{"type":"{kind.__name__}"'.encode() for kind in _HEARD)


def is_news(record: Recorded) -> bool:
    """Whether a record says how a chat stands."""
    return record.body.startswith(_STARTS) and record.stream.startswith(ROOT)


async def chat_news(log: EventLog, after_position: int) -> AsyncIterator[Passage]:
    """The log from there on, with nothing left of it but this."""
    async for batch in log.follow(after_position):
        yield Passage([record for record in batch if is_news(record)], batch[-1].position)
