"""One session of the Chat Service API: what a visitor's own page or program does with a chat.

It is a view of WebChatService on a bus of its own, so that both agree on what happens in a chat."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from frontdesk.client.bus import Bus, CommandRejected, Event
from frontdesk.client.chat_callbacks import Callback, Callbacks
from frontdesk.client.chat_errors import ChatError, ChatFailed, ErrorCode, chat_error
from frontdesk.client.chat_events import (
    AgentConnected,
    AgentDisconnected,
    AgentTyping,
    Continued,
    ErrorReported,
    Interrupted,
    MessageReceived,
    SessionEnded,
    message_of,
    party_of,
)
from frontdesk.client.chat_state import Keeper, State
from frontdesk.client.messages import Message, index_of, normalise
from frontdesk.client.people import People
from frontdesk.client.restoring import EVERYTHING
from frontdesk.client.saved_session import credentials_from
from frontdesk.client.service_words import OFFLINE
from frontdesk.client.transport import Answer, Credentials, Outcome, Paging, Transport

CREDENTIALS = ("secureKey", "userId", "alias")
KEPT = (*CREDENTIALS, "token")
NO_SUCH_CALL = (404, 405, 501)
"""How servers answer the calls for user data when they do not know them."""


class ChatSession:
    """A chat that was started or restored.

    Shape:   every command raises `ChatFailed`, whose `error` is never `None`, when it was not carried out.
             Callbacks may be coroutine functions; several may be registered for one event.
    Source:  webchat-service, sections 9.2 to 9.5.
    """

    def __init__(
        self, bus: Bus, transport: Transport, keeper: Keeper, *, server_url: str, position: int = 1
    ) -> None:
        self._bus = bus
        self._transport = transport
        self._keeper = keeper
        self._server_url = server_url
        self._position = position
        self._credentials: Credentials | None = None
        self._callbacks = Callbacks()
        self._is_over = False
        hears: Mapping[str, Callable[[Event], object]] = {
            "ajaxResponse": self._on_answer,
            "messageReceived": self._on_messages,
            "agentConnected": lambda event: self._on_party(event, AgentConnected),
            "supervisorConnected": lambda event: self._on_party(event, AgentConnected),
            "agentDisconnected": lambda event: self._on_party(event, AgentDisconnected),
            "supervisorDisconnected": lambda event: self._on_party(event, AgentDisconnected),
            "agentTypingStarted": lambda event: self._on_typing(event, is_typing=True),
            "agentTypingStopped": lambda event: self._on_typing(event, is_typing=False),
            "disconnected": lambda event: self._callbacks.tell(Interrupted()),
            "reconnected": lambda event: self._callbacks.tell(Continued()),
            "error": lambda event: self._callbacks.tell(ErrorReported(chat_error(event.data))),
            "chatServerWentOffline": self._on_offline,
            "ended": self._on_ended,
        }
        for name, hear in hears.items():
            bus.subscribe(f"WebChatService.{name}", hear)

    @property
    def is_over(self) -> bool:
        """Whether the session has ended, whoever ended it."""
        return self._is_over

    # Commands.

    async def send_message(self, message: str, *, type: str = "text") -> None:  # noqa: A002
        """Say `message`; it comes back through `on_message_received`."""
        await self._do("sendMessage", {"message": message, "type": type})

    async def send_typing(self, *, is_typing: bool = True) -> None:
        """Show that the visitor is writing, or no longer is."""
        await self._do("sendTyping", {"isTyping": is_typing})

    async def leave(self) -> None:
        """End the session; `on_session_ended` follows, even when the server could not be told."""
        try:
            await self._do("endChat")
        finally:
            await self._keeper.written()

    async def get_transcript(self, from_index: int = 0) -> list[Message]:
        """The transcript from `from_index` on, 0 being the whole; no callback is called for it.

        Shape:   messages as `WebChatService.getTranscript` has them, oldest first.
        """
        if from_index < 0:
            raise ChatFailed(ChatError(ErrorCode.BAD_PARAMETER, "from_index counts from 0"))
        transport = self._transport
        if isinstance(transport, Paging) and from_index == 0:
            answer = await self._ask(lambda session: transport.page(session, EVERYTHING))
        else:
            answer = await self._ask(lambda session: transport.refresh(session, from_index + 1))
        people = People()
        return [
            normalise(event, is_bot=people.is_bot(event), media_url=answer.media_url)
            for event in answer.events
        ]

    async def set_user_data(self, user_data: Mapping[str, Any]) -> None:
        """Attach `user_data` to the session; values of keys that are there already are replaced."""
        if not user_data:
            raise ChatFailed(ChatError(ErrorCode.MISSING_PARAMETER, "there is no user data to set"))
        await self._do("updateUserData", user_data)

    async def get_user_data(self, key: str) -> str | None:
        """The value of `key`; `None` when there is none, or none that the visitor may read."""
        answer = await self._ask_user_data(key, self._transport.read_user_data)
        values = answer.response.get("userData")
        value = values.get(key) if isinstance(values, Mapping) else None
        return None if value is None else str(value)

    async def delete_user_data(self, key: str) -> int:
        """Remove `key` from the data attached to the session; when that was.

        Units:   milliseconds since the Unix epoch, by the server's clock.
        """
        answer = await self._ask_user_data(key, self._transport.delete_user_data)
        timestamp = answer.response.get("timestamp")
        return timestamp if isinstance(timestamp, int) else self._bus.now_ms()

    # Callbacks.

    def on_message_received(self, callback: Callback) -> None:
        """Call `callback` with a `MessageReceived` for each message, the visitor's own included."""
        self._callbacks.register(MessageReceived, callback)

    def on_agent_connected(self, callback: Callback) -> None:
        """Call `callback` with an `AgentConnected` when an agent comes in."""
        self._callbacks.register(AgentConnected, callback)

    def on_agent_disconnected(self, callback: Callback) -> None:
        """Call `callback` with an `AgentDisconnected` when an agent leaves."""
        self._callbacks.register(AgentDisconnected, callback)

    def on_agent_typing(self, callback: Callback) -> None:
        """Call `callback` with an `AgentTyping` when an agent begins or ceases to write."""
        self._callbacks.register(AgentTyping, callback)

    def on_session_ended(self, callback: Callback) -> None:
        """Call `callback` with a `SessionEnded`, once."""
        self._callbacks.register(SessionEnded, callback)

    def on_interrupted(self, callback: Callback) -> None:
        """Call `callback` with an `Interrupted` when the server cannot be reached."""
        self._callbacks.register(Interrupted, callback)

    def on_continued(self, callback: Callback) -> None:
        """Call `callback` with a `Continued` when it can be reached again."""
        self._callbacks.register(Continued, callback)

    def on_error(self, callback: Callback) -> None:
        """Call `callback` with an `ErrorReported` when something failed."""
        self._callbacks.register(ErrorReported, callback)

    # The names of the older JavaScript API.

    sendMessage = send_message  # noqa: N815
    sendTyping = send_typing  # noqa: N815
    getTranscript = get_transcript  # noqa: N815
    setUserData = set_user_data  # noqa: N815
    getUserData = get_user_data  # noqa: N815
    deleteUserData = delete_user_data  # noqa: N815
    onMessageReceived = on_message_received  # noqa: N815
    onAgentConnected = on_agent_connected  # noqa: N815
    onAgentDisconnected = on_agent_disconnected  # noqa: N815
    onAgentTyping = on_agent_typing  # noqa: N815
    onSessionEnded = on_session_ended  # noqa: N815
    onInterrupted = on_interrupted  # noqa: N815
    onContinued = on_continued  # noqa: N815
    onError = on_error  # noqa: N815

    # Its own business.

    async def keep(self) -> None:
        """Have what is needed to go on with this session written, and wait for it."""
        self._keep(await self._bus.command("WebChatService.getSessionData"))
        await self._keeper.written()

    def _keep(self, session_data: Mapping[str, Any]) -> None:
        session_id = str(session_data.get("sessionID") or session_data.get("sessionId") or "")
        self._credentials = credentials_from(session_id, dict(session_data))
        credentials = {name: str(session_data[name]) for name in KEPT if session_data.get(name)}
        state = State(
            session_id=session_id,
            credentials=credentials,
            position=self._position,
            server_url=self._server_url,
        )
        self._keeper.keep(state)

    def release(self) -> None:
        """Let go of the connection; the session itself may go on and be restored."""
        self._credentials = None

    async def _do(self, command: str, options: Mapping[str, Any] | None = None) -> None:
        try:
            response = await self._bus.command(f"WebChatService.{command}", options)
        except CommandRejected as rejected:
            raise ChatFailed(chat_error(rejected.reason)) from rejected
        if response == OFFLINE:
            raise ChatFailed(ChatError(ErrorCode.NETWORK_INTERRUPTED, "the server cannot be reached"))
        if isinstance(response, Mapping) and response.get("statusCode") == 1:
            raise ChatFailed(chat_error(response))

    async def _ask(self, call: Callable[[Credentials], Awaitable[Answer]]) -> Answer:
        if self._credentials is None:
            raise ChatFailed(ChatError(ErrorCode.UNKNOWN_SESSION, "the connection was let go"))
        answer = await call(self._credentials)
        if answer.outcome is not Outcome.DONE:
            raise ChatFailed(chat_error(answer.response))
        return answer

    async def _ask_user_data(
        self, key: str, call: Callable[[Credentials, list[str]], Awaitable[Answer]]
    ) -> Answer:
        if not key:
            raise ChatFailed(ChatError(ErrorCode.MISSING_PARAMETER, "a key is needed"))

        async def ask(session: Credentials) -> Answer:
            answer = await call(session, [key])
            if answer.status in NO_SUCH_CALL:
                text = "this server has no call to read or delete user data"
                raise ChatFailed(ChatError(ErrorCode.UNKNOWN_COMMAND, text))
            return answer

        return await self._ask(ask)

    # What the service says.

    def _on_answer(self, event: Event) -> None:
        """The server may give new credentials with any answer; the newest count."""
        if self._credentials is None or self._is_over:
            return
        before = self._credentials.public()
        now = {**before, **{name: event.data[name] for name in CREDENTIALS if event.data.get(name)}}
        if now != before:
            self._keep(now)

    def _on_messages(self, event: Event) -> None:
        messages = [message for message in event.data["messages"] if self._is_news(message)]
        for message in messages:
            told = message_of(message)
            if told is not None:
                self._callbacks.tell(told)
        if messages and not self._is_over:
            self._position = max(index_of(message) or 0 for message in messages) + 1
            self._keep(event.data["sessionData"])

    def _on_party(self, event: Event, made: type[AgentConnected | AgentDisconnected]) -> None:
        message = event.data.get("message")  # When the session ends, there is none: its end says it all.
        if isinstance(message, Mapping) and self._is_news(message):
            self._callbacks.tell(made(party_of(message)))

    def _is_news(self, message: Mapping[str, Any]) -> bool:
        """Whether `message` is not among those that were told before this session was restored."""
        return (index_of(message) or 0) >= self._position

    def _on_typing(self, event: Event, *, is_typing: bool) -> None:
        if not event.data:  # Whoever was writing has left.
            self._callbacks.tell(AgentTyping(None, is_typing))
        elif self._is_news(event.data):
            self._callbacks.tell(AgentTyping(party_of(event.data), is_typing))

    def _on_offline(self, event: Event) -> None:
        text = "the chat server is unavailable; the session has not ended"
        self._callbacks.tell(ErrorReported(ChatError(ErrorCode.SERVER_UNAVAILABLE, text)))

    def _on_ended(self, event: Event) -> None:
        if not self._is_over:
            self._is_over = True
            self._keeper.keep(None)
            self._callbacks.tell(SessionEnded())
