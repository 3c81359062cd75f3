"""How far somebody has come in the log, kept in the database itself."""

from collections.abc import Callable

import msgspec

from frontdesk.store.log import Card, Store

KIND = "cursor"


class Cursor:
    """One place in the log, by name. What lies before it is dealt with; what lies behind it may be, too."""

    def __init__(self, store: Store, name: str, clock_ms: Callable[[], int]) -> None:
        self._store = store
        self._stream = f"{KIND}/{name}"
        self._clock_ms = clock_ms
        self._kept = -1
        self.position = 0

    async def begin(self) -> None:
        """Stand where the log ends now, unless it stands somewhere."""
        if await self._store.card(self._stream) is None:
            self.position = await self._store.head()
            await self.keep()

    async def load(self) -> None:
        """Stand where it was kept."""
        card = await self._store.card(self._stream)
        self.position = self._kept = msgspec.json.decode(card.body, type=int) if card is not None else 0

    async def keep(self) -> None:
        """Write down where it stands, if that has changed. Errors: `Unavailable`."""
        position = self.position
        if position != self._kept:
            card = Card(KIND, True, position, msgspec.json.encode(position))
            await self._store.append(self._stream, 0, (), self._clock_ms(), (card,))
            self._kept = position
