"""Erases what sessions were told: those that are over at once, all others when they are."""

import asyncio
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from frontdesk.desk.orchestration.streams import KIND, ROOT, SessionCard, Streams
from frontdesk.domain.orchestration.facts import EraseAtEnd, Fact
from frontdesk.domain.orchestration.session import Life, Session
from frontdesk.store.log import Store

PAGE = 1000

_card: msgspec.json.Decoder[SessionCard] = msgspec.json.Decoder(SessionCard)


class ErasedSessions(Struct, frozen=True):
    """Those whose streams are gone, and those whose streams go when they are over."""

    gone: tuple[str, ...]
    at_their_end: tuple[str, ...]


class SessionEraser:
    """Erases sessions by what they know."""

    def __init__(self, store: Store, streams: Streams) -> None:
        self._store = store
        self._streams = streams

    async def erase(self, interaction_id: str, owners: Iterable[str]) -> ErasedSessions:
        """Erase the `owners` of an interaction, whoever else was given it, and all whom these have begun.

        Shape:   the node that runs one of them finds that out by its timer.
        Errors:  `Unavailable`; asked again it goes on.
        """
        gone, at_their_end = [], []
        for session_id in await self._family(interaction_id, owners):
            session = await self._streams.change(session_id, _mark, due_ms=_at_once)
            if session.life is Life.NONE:
                self._streams.forget(session_id)
            elif session.is_over and not session.errands:
                await self._streams.purge(session_id)
                gone.append(session_id)
            else:
                at_their_end.append(session_id)
        return ErasedSessions(tuple(gone), tuple(at_their_end))

    async def _family(self, interaction_id: str, owners: Iterable[str]) -> Sequence[str]:
        """The sessions that were told of an interaction, or were begun by such a one."""
        begun: dict[str, list[str]] = {}
        found = dict.fromkeys(owners)
        after = ""
        while page := await self._store.cards(KIND, after=after, limit=PAGE):
            for filed in page:
                session_id, card = filed.stream.removeprefix(ROOT), _card.decode(filed.card.body)
                begun.setdefault(card.parent, []).append(session_id)
                if interaction_id in card.interactions:
                    found[session_id] = None
            after = page[-1].stream
            await asyncio.sleep(0)  # There may be many, and others have things to do.
        begun.pop("", None)
        left = list(found)
        while left:
            for session_id in begun.pop(left.pop(), ()):
                if session_id not in found:
                    found[session_id] = None
                    left.append(session_id)
        return tuple(found)


def _at_once(session: Session) -> int:
    return session.last_ms


def _mark(session: Session, _now_ms: int) -> Sequence[Fact]:
    return () if session.life is Life.NONE or session.is_to_go else (EraseAtEnd(),)
