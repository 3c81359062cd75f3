"""What the process of journeys asks of its node, carried out."""

from msgspec.structs import replace

from frontdesk.edges.apart.messages import (
    Append,
    DropLease,
    Head,
    NewsAfter,
    Read,
    ReadCard,
    TakeLease,
    WhoIs,
    Wish,
)
from frontdesk.edges.apart.news import News
from frontdesk.edges.workspace_caller import Known
from frontdesk.store.log import Store


class NodeDesk:
    """For one process. `store` has the main log."""

    def __init__(self, store: Store, sign_ins: Known) -> None:
        self._store = store
        self._sign_ins = sign_ins
        self._news = News(store)

    async def carry_out(self, wish: Wish) -> object:
        """What came of it. Errors: those of the log; `Denied`."""
        store = self._store
        match wish:
            case Append():
                also = wish.also
                return await store.append(wish.stream, wish.after_version, wish.bodies, wish.time_ms, also)
            case Read():
                return await store.read(wish.stream, wish.after_version, wish.limit)
            case ReadCard():
                return await store.card(wish.stream)
            case Head():
                return await store.head()
            case TakeLease():
                return await store.take_lease(wish.name, wish.holder, wish.now_ms, wish.for_ms)
            case DropLease():
                await store.drop_lease(wish.name, wish.holder)
            case NewsAfter():
                return await self._news.after(wish.position)
            case WhoIs():
                return replace(await self._sign_ins.who(wish.token), password_hash="")  # None of it.
            case _:
                raise AssertionError(f"a node does not do this: {wish}")
        return None

    def close(self) -> None:
        """Nobody asks any more."""
        self._news.close()
