"""How far somebody has come in the log, kept in the database itself."""

from collections.abc import Callable

import msgspec

from frontdesk.store.log import Card, Fence, Ledger

KIND = "cursor"


class Cursor:
    """One place in the log, by name. What lies before it is dealt with; what lies behind it may be, too."""

    def __init__(self, store: Ledger, name: str, clock_ms: Callable[[], int]) -> None:
        self._store = store
        self._stream = f"{KIND}/{name}"
        self._clock_ms = clock_ms
        self._kept: int | None = None
        self.position = 0

    async def begin(self) -> None:
        """Stand where the log ends now, unless it stands somewhere."""
        if await self._store.card(self._stream) is None:
            await self._write(await self._store.head())

    async def load(self) -> None:
        """Stand where it was kept."""
        card = await self._store.card(self._stream)
        self.position = self._kept = msgspec.json.decode(card.body, type=int) if card is not None else 0

    async def keep(self, fence: Fence | None = None) -> None:
        """Write down where it stands, if it was loaded and has moved since.

        Errors:  `Conflict` when the fence is out of date: somebody else moves it now; `Unavailable`.
        """
        position = self.position
        if self._kept is not None and position > self._kept:
            await self._write(position, *(() if fence is None else (fence,)))
            self._kept = position

    async def _write(self, position: int, *also: Fence) -> None:
        card = Card(KIND, True, position, msgspec.json.encode(position))
        await self._store.append(self._stream, 0, (), self._clock_ms(), (*also, card))
