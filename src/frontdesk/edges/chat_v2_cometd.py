"""Chat API version 2 over CometD: who follows which chat, and what is pushed to them.

What is published is asked of `ChatV2`, as if it had come over REST; whoever follows a chat is pushed what a
poll would have found. Nothing is kept for a follower but the position it has come to.

Source:  chat-api-v2 §§17.4–17.7.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine

import structlog
from msgspec import Raw

from frontdesk.desk.chats import Chats
from frontdesk.desk.identity import opened_by
from frontdesk.edges.bayeux_carriers import Caller
from frontdesk.edges.bayeux_exchange import Exchange
from frontdesk.edges.chat_v2_places import START, Place
from frontdesk.edges.chat_v2_requests import ChatV2Requests, Download
from frontdesk.edges.chat_v2_session import ChatV2Sessions, Session
from frontdesk.edges.cors import Cors
from frontdesk.edges.metrics import Metrics
from frontdesk.errors import DeskError, NotFound, Refused
from frontdesk.wire import chat_v2, chat_v2_cometd
from frontdesk.wire.bayeux_messages import pushed
from frontdesk.wire.chat_v2_cometd import REQUEST_CHAT, REQUEST_NOTIFICATIONS, Answered, Asked
from frontdesk.wire.chat_v2_wishes import WISHES

READ_AGAIN_S = 1.0  # After the database could not be read.
CHATS_LIMIT = "cometd_chats_per_client"
FOLLOWING = (REQUEST_CHAT, REQUEST_NOTIFICATIONS)

_log = structlog.get_logger("chat_v2_cometd")


class Followed:
    """A chat that somebody follows: the position that each client has come to.

    Shape:   `has_news` while there may be something that was not pushed yet; `is_read` while it is looked
             for.
    """

    __slots__ = ("channel", "has_news", "identity", "is_read", "positions")

    def __init__(self, channel: str, identity: chat_v2.Identity) -> None:
        self.channel = channel
        self.identity = identity
        self.positions: dict[str, int] = {}
        self.has_news = False
        self.is_read = False


class ChatV2Cometd:
    """The service behind the channels of Chat API version 2."""

    def __init__(
        self,
        exchange: Exchange,
        rest: ChatV2Requests,
        sessions: ChatV2Sessions,
        chats: Chats,
        cors: Cors,
        metrics: Metrics,
        clock_ms: Callable[[], int],
        chats_per_client: int,
    ) -> None:
        self._exchange = exchange
        self._rest = rest
        self._sessions = sessions
        self._chats = chats
        self._cors = cors
        self._metrics = metrics
        self._clock_ms = clock_ms
        self._chats_per_client = chats_per_client
        self._followed: dict[str, Followed] = {}
        self._chats_of: dict[str, tuple[str, ...]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        exchange.services[chat_v2_cometd.CHANNELS] = self

    async def aclose(self) -> None:
        """Look for no more news."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- what is published ---------------------------------------------------------------------

    async def publish(self, client_id: str, channel: str, data: Raw, caller: Caller) -> None:
        """Carry out an operation. What comes of it is pushed, to the one who asked when it fails."""
        try:
            asked = chat_v2_cometd.asked(data)
            place = self._place(channel, asked, caller)
            if asked.operation in FOLLOWING and self._follows_too_many(client_id):
                body: bytes | None = chat_v2.try_later()
            else:
                began_s = time.perf_counter()
                answer = await self._rest.ask(place, asked.form, caller.address)
                assert not isinstance(answer, Download)
                status, answered = answer
                self._metrics.answered(f"cometd/{asked.operation}", status, time.perf_counter() - began_s)
                body = self._take_note(client_id, channel, asked.operation, answered)
        except Refused as refusal:
            body = chat_v2.refused(refusal)
        except Exception:  # noqa: BLE001  # A fault of ours is "try again later" to a visitor.
            _log.exception("publish_failed", channel=channel)
            body = chat_v2.try_later()
        if body is not None:
            self._exchange.push(client_id, pushed(channel, body))

    def begin(
        self, client_id: str, channel: str, data: Raw, caller: Caller, then: Callable[[], None]
    ) -> bool:
        """Begin what visitors do most. Whatever is wrong with it, `publish` finds again, and says."""
        try:
            asked = chat_v2_cometd.asked(data)
            place = self._place(channel, asked, caller)
        except Refused:
            return False
        if place.name not in WISHES:
            return False
        session, fields = self._rest.known(place, asked.form)
        if session is None or not self._rest.can_begin(place, session):
            return False
        began_s = time.perf_counter()

        def tell(status: int, answered: bytes) -> None:
            self._metrics.answered(f"cometd/{asked.operation}", status, time.perf_counter() - began_s)
            if not chat_v2_cometd.is_granted(answered):
                self._exchange.push(client_id, pushed(channel, answered))
            then()

        self._rest.begin(place, session, fields, asked.form, caller.address, tell)
        return True

    def _place(self, channel: str, asked: Asked, caller: Caller) -> Place:
        """What REST would call the address. Errors: `Refused`: the caller's page may not ask there."""
        service = channel[len(chat_v2_cometd.CHANNELS) :]
        if not self._cors.admits(service, caller.origin):
            raise Refused("closed", "pages of this origin may not use the service")
        form, operation = asked.form, asked.operation
        if operation == REQUEST_CHAT:
            return Place(service, "", "", START)
        if operation not in chat_v2_cometd.READING:
            form.pop("transcriptPosition", None)  # Lines that would be read here are pushed anyway.
        chat_id = form.get("chatId") or opened_by(form.get("secureKey", ""))
        name = chat_v2_cometd.OPERATIONS[operation]
        return Place(service, chat_id, name, name)

    def _take_note(self, client_id: str, channel: str, operation: str, body: bytes) -> bytes | None:
        """What of an answer is pushed to the one who asked; if it was to follow the chat, it now does."""
        if not chat_v2_cometd.is_granted(body):
            return body
        if operation in FOLLOWING:
            self._follow(client_id, channel, chat_v2_cometd.answered(body))
        return body if operation in chat_v2_cometd.ANSWERED else None

    # --- who follows what ----------------------------------------------------------------------

    def _follows_too_many(self, client_id: str) -> bool:
        if len(self._chats_of.get(client_id, ())) < self._chats_per_client:
            return False
        self._metrics.refused(CHATS_LIMIT)
        return True

    def _follow(self, client_id: str, channel: str, answered: Answered) -> None:
        """From now on, a client is pushed what comes after an answer that it gets."""
        if answered.has_ended or not self._exchange.knows(client_id):
            return
        chat_id = answered.chat_id
        followed = self._followed.get(chat_id)
        if followed is None:
            identity = chat_v2.Identity(chat_id, answered.user_id, answered.secure_key)
            followed = self._followed[chat_id] = Followed(channel, identity)
            self._chats.watchers.watch(chat_id, self)
        followed.positions[client_id] = answered.next_position
        chats = self._chats_of.get(client_id, ())
        if chat_id not in chats:
            self._chats_of[client_id] = (*chats, chat_id)

    def gone(self, client_id: str) -> None:
        """A client is forgotten: it follows nothing."""
        for chat_id in self._chats_of.pop(client_id, ()):
            followed = self._followed[chat_id]
            del followed.positions[client_id]
            if not followed.positions:
                self._unfollow(chat_id, followed)

    def _unfollow(self, chat_id: str, followed: Followed) -> None:
        """Nobody follows it any more. Whoever did was here until now."""
        del self._followed[chat_id]
        self._chats.watchers.unwatch(chat_id, self)
        chat = self._chats.known(chat_id)
        if chat is not None:
            chat.seen_ms = self._clock_ms()
        for client_id in followed.positions:
            rest = tuple(other for other in self._chats_of[client_id] if other != chat_id)
            if rest:
                self._chats_of[client_id] = rest
            else:
                del self._chats_of[client_id]

    # --- what is new ---------------------------------------------------------------------------

    def has_news(self, interaction_id: str) -> None:
        """Something was added to a chat that is followed here."""
        followed = self._followed.get(interaction_id)
        if followed is None:
            return
        followed.has_news = True
        if not followed.is_read and not self._push_at_hand(interaction_id, followed):
            followed.is_read = True
            self._soon(self._read(interaction_id, followed))

    def _push_at_hand(self, chat_id: str, followed: Followed) -> bool:
        """Push what is new, as nearly always, without reading anything; whether that could be done."""
        chat = self._chats.known(chat_id)
        if chat is None:
            return False
        session = Session(chat, followed.identity)
        try:
            for position in sorted(set(followed.positions.values())):
                body = self._sessions.news_at_hand(session, position)
                if body is None:
                    return False
                self._push(body, position, chat_id, followed)
        except Exception:  # noqa: BLE001  # The next event tries again; others have to be told of theirs.
            _log.exception("pushing_failed", interaction_id=chat_id)
        followed.has_news = False
        return True

    async def _read(self, chat_id: str, followed: Followed) -> None:
        """Push what is new until nothing is."""
        try:
            while followed.has_news and self._followed.get(chat_id) is followed:
                followed.has_news = False
                for position in sorted(set(followed.positions.values())):
                    await self._push_from(position, chat_id, followed)
        except NotFound:
            self._unfollow(chat_id, followed)
        except DeskError as error:
            _log.warning("reading_failed", interaction_id=chat_id, reason=str(error))
            asyncio.get_running_loop().call_later(READ_AGAIN_S, self.has_news, chat_id)
        except Exception:  # noqa: BLE001  # The next event tries again.
            _log.exception("reading_failed", interaction_id=chat_id)
        finally:
            followed.is_read = False

    async def _push_from(self, position: int, chat_id: str, followed: Followed) -> None:
        """Read what is at or after `position`, and push it to all who have come so far."""
        chat = await self._chats.chat(chat_id)
        body = await self._sessions.answer(Session(chat, followed.identity), position)
        self._push(body, position, chat_id, followed)

    def _push(self, body: bytes, position: int, chat_id: str, followed: Followed) -> None:
        """Push an answer to all who have come to `position`."""
        answered = chat_v2_cometd.answered(body)
        message = pushed(followed.channel, body)
        for client_id, its_position in tuple(followed.positions.items()):
            # It may have asked again, or gone, while this was read.
            if its_position == position and client_id in followed.positions:
                followed.positions[client_id] = answered.next_position
                if answered.messages or answered.has_ended:
                    self._exchange.push(client_id, message)
        if answered.has_ended and self._followed.get(chat_id) is followed:
            self._unfollow(chat_id, followed)

    def _soon(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
