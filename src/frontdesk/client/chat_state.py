"""Where a program keeps what it needs to go on with a session after it was restarted."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

import msgspec
from msgspec import Struct

VERSION = 1
logger = logging.getLogger(__name__)


class State(Struct, frozen=True, rename="camel", kw_only=True):
    """A session as it can be resumed. Its credentials are a bearer secret: keep it where nobody else reads.

    Shape:   `position` is the index of the first event that the program has not been told yet.
    Source:  webchat-service, section 9.1.
    """

    session_id: str
    credentials: Mapping[str, str]
    position: int
    server_url: str
    version: int = VERSION

    def __repr__(self) -> str:
        return f"State(session_id={self.session_id!r}, position={self.position})"


class StateStorage(Protocol):
    """What a program gives as `state_storage`. Both methods may be coroutines.

    Shape:   a state is an object that JSON can hold; `write(None)` says that the session is over.
             `MemoryStorage` and `FileStorage` of `state_store` are two.
    """

    def write(self, state: Any, /) -> Awaitable[None] | None:
        """Keep `state` in place of what was kept before."""

    def read(self) -> object:
        """What was last written, or nothing."""


class Keeper:
    """Writes to a storage one state after the other, and lets no failure of the storage reach the session."""

    def __init__(self, storage: StateStorage) -> None:
        self._storage = storage
        self._next: list[State | None] = []
        self._writing: asyncio.Task[None] | None = None

    async def read(self) -> State | None:
        """The session that was kept; `None` when there is none or what there is makes no sense."""
        try:
            kept = self._storage.read()
            if inspect.isawaitable(kept):
                kept = await kept
            state = msgspec.convert(kept, type=State)
        except msgspec.ValidationError:
            return None
        except Exception:  # The program's own code: whatever it raises, there is no session to restore.
            logger.exception("the state of the chat could not be read")
            return None
        has_proof = any(state.credentials.get(name) for name in ("secureKey", "token"))
        return state if state.version == VERSION and state.session_id and has_proof else None

    def keep(self, state: State | None) -> None:
        """Have `state` written, unless a newer one comes before the storage is ready for it."""
        self._next = [state]
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def written(self) -> None:
        """Wait until the newest state is with the storage."""
        if self._writing is not None:
            await asyncio.shield(self._writing)

    async def _write(self) -> None:
        while self._next:
            state = self._next.pop()
            try:
                writing = self._storage.write(None if state is None else msgspec.to_builtins(state))
                if inspect.isawaitable(writing):
                    await writing
            except Exception:  # As above: the chat goes on, it just cannot be restored.
                logger.exception("the state of the chat could not be written")
