"""What visitors have in their input boxes, told to the agents of other nodes; never stored."""

import asyncio
import contextlib
from collections.abc import Callable

import msgspec

from frontdesk.errors import DeskError
from frontdesk.store.log import WHISPER_BYTES_MAX, Store

TOLD_EVERY_S = 0.25  # People read no faster, and every notification costs the database a commit.

Heard = tuple[str, dict[str, str]]

_encode = msgspec.json.Encoder().encode
_decoder: msgspec.json.Decoder[Heard] = msgspec.json.Decoder(Heard)


class Previews:
    """Collects previews and whispers them to the other nodes, where there are any.

    Shape:   `on_heard` is called with the interaction and the text of each preview of another node's visitor.
    """

    def __init__(self, store: Store, node_id: str, *, are_shared: bool) -> None:
        self._store = store
        self._node_id = node_id
        self._are_shared = are_shared
        self._waiting: dict[str, str] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._telling: asyncio.Task[None] | None = None
        self.on_heard: Callable[[str, str], None] = lambda _interaction_id, _text: None
        if are_shared:
            store.on_whisper(self._hear)

    def tell(self, interaction_id: str, text: str) -> None:
        """Tell the other nodes soon; only the newest text of each interaction counts."""
        if not self._are_shared:
            return
        self._waiting[interaction_id] = text
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TOLD_EVERY_S, self._begin)

    def close(self) -> None:
        """Say no more."""
        if self._timer is not None:
            self._timer.cancel()
        if self._telling is not None:
            self._telling.cancel()

    def _begin(self) -> None:
        self._timer = None
        if self._telling is None or self._telling.done():
            self._telling = asyncio.ensure_future(self._tell_all())

    async def _tell_all(self) -> None:
        with contextlib.suppress(DeskError):
            while self._waiting:
                waiting, self._waiting = self._waiting, {}
                page: dict[str, str] = {}
                for interaction_id, text in waiting.items():
                    if len(_encode((self._node_id, page | {interaction_id: text}))) > WHISPER_BYTES_MAX:
                        await self._whisper(page)
                        page = {}
                    page[interaction_id] = text
                await self._whisper(page)

    async def _whisper(self, page: dict[str, str]) -> None:
        words = _encode((self._node_id, page))
        if page and len(words) <= WHISPER_BYTES_MAX:
            await self._store.whisper(words.decode())

    def _hear(self, words: str) -> None:
        try:
            node_id, page = _decoder.decode(words)
        except msgspec.DecodeError:
            return  # Another program uses our channel.
        if node_id != self._node_id:
            for interaction_id, text in page.items():
                self.on_heard(interaction_id, text)
