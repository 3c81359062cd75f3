"""Commands of WebChatService with which the visitor says something, and those that look at what is said."""

from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.client import refusals
from frontdesk.client.engine import Engine
from frontdesk.client.filters import INVALID, Filter, merged, read_filters
from frontdesk.client.plugin import Command, Handler
from frontdesk.client.promise import CommandRejected, spawn
from frontdesk.client.transport import Credentials

OFFLINE = {"statusCode": 1}
SHOWN_AGAIN_MS = 5000

_TYPE_NAMES = {bool: "boolean", int: "number", float: "number", str: "string"}


class Words:
    """What the visitor writes.

    Source:  webchat-service, section 3.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.preview: Callable[[], str] = str
        self._shown, self._shown_ms = "", 0
        engine.preview = lambda: self.preview()

    def handlers(self) -> dict[str, Handler]:
        """The commands by name."""
        return {
            "sendMessage": self._send_message,
            "sendCustomNotice": self._send_custom_notice,
            "sendTyping": self._send_typing,
            "sendFilteredMessage": self._send_filtered_message,
            "addPrefilter": self._add_prefilter,
            "registerTypingPreviewInput": self._register_input,
            "registerPreProcessor": self._register_preprocessor,
            "pushUrl": self._push_url,
            "updateNickname": self._update_nickname,
            "sendReadReceipt": self._send_read_receipt,
        }

    async def _send_message(self, command: Command) -> Mapping[str, Any]:
        text = command.data.get("message")
        if not isinstance(text, str) or not text.strip():
            raise CommandRejected(refusals.NO_TEXT)
        live = self._engine.require()
        longest = self._engine.options.message_chars_max
        if longest is not None and len(text) > longest:
            raise CommandRejected(refusals.TOO_LONG.format(longest))
        if self._engine.is_offline:
            return OFFLINE  # The visitor keeps the text and may try again.
        live.typing.cancel()
        kind, parent = str(command.data.get("type") or "text"), command.data.get("parentMessageID")
        attributes = None if parent is None else {"general-properties": {"related-event-id": str(parent)}}

        return await self._engine.request(
            lambda who: self._engine.transport.send(who, text, message_type=kind, attributes=attributes),
            hurry=True,
        )

    async def _send_custom_notice(self, command: Command) -> Mapping[str, Any]:
        if not self._engine.transport.supports.custom_notice:
            raise CommandRejected(refusals.NO_CUSTOM_NOTICE)
        text, attributes = command.data.get("message"), command.data.get("eventAttributes")
        return await self._engine.request(
            lambda who: self._engine.transport.notice(who, None if text is None else str(text), attributes)
        )

    async def _send_typing(self, command: Command) -> object:
        live = self._engine.require()
        if command.data.get("isTyping") is False:
            return await live.typing.finish()
        given = command.data.get("message", command.data.get("Message"))
        preview = str(given) if given else self.preview()
        if not live.typing.extend() and not self._should_show(preview):
            return None
        self._shown, self._shown_ms = preview, self._engine.clock.now_ms()

        return await self._engine.request(
            lambda who: self._engine.transport.type(
                who, is_typing=True, preview=preview, position=live.session.position
            )
        )

    def _should_show(self, preview: str) -> bool:
        """Whether to tell once more within a burst what is being written: polls, if there were any, would."""
        is_late = self._engine.clock.now_ms() - self._shown_ms >= SHOWN_AGAIN_MS
        return is_late and preview != self._shown and not self._engine.transport.supports.polling

    async def _send_filtered_message(self, command: Command) -> None:
        if not self._engine.is_active:
            raise CommandRejected(refusals.NO_SESSION)
        text = command.data.get("message")
        filters = read_filters(command.data.get("regex"))
        if filters is None or not isinstance(text, str) or not text.strip():
            raise CommandRejected(INVALID)
        self._add(filters)
        spawn(self._send_quietly(command))

    async def _send_quietly(self, command: Command) -> None:
        try:
            await self._send_message(command)
        except CommandRejected:
            return  # The caller did not wait; `error` or `disconnected` has told it.

    async def _add_prefilter(self, command: Command) -> list[dict[str, str]]:
        filters = read_filters(command.data.get("filters"))
        if filters is None:
            raise CommandRejected(INVALID)
        self._add(filters)
        return [{"source": one.source, "flags": one.flags} for one in self._engine.eyes.filters]

    def _add(self, filters: list[Filter]) -> None:
        self._engine.add_filters(merged(self._engine.eyes.filters, filters))

    async def _register_input(self, command: Command) -> None:
        given: Any = command.data.get("input")
        if callable(given):
            self.preview = lambda: str(given())
        elif isinstance(getattr(given, "value", None), str):
            self.preview = lambda: str(given.value)
        else:
            raise CommandRejected(refusals.BAD_INPUT)

    async def _register_preprocessor(self, command: Command) -> object:
        given = command.data.get("preprocessor")
        if not callable(given):
            raise CommandRejected(refusals.NO_PREPROCESSOR.format(_type_name(command.data)))
        self._engine.eyes.preprocessors.append(given)
        return given

    def _require_extras(self, name: str) -> None:
        if not self._engine.transport.supports.extras:
            raise CommandRejected(refusals.NO_COMMAND.format(name))

    async def _push_url(self, command: Command) -> Mapping[str, Any]:
        self._require_extras("pushUrl")
        url = str(command.data.get("url") or "")
        return await self._request(lambda who: self._engine.transport.push_url(who, url))

    async def _update_nickname(self, command: Command) -> Mapping[str, Any]:
        self._require_extras("updateNickname")
        nickname = str(command.data.get("nickname") or "")
        return await self._request(lambda who: self._engine.transport.update_nickname(who, nickname))

    async def _send_read_receipt(self, command: Command) -> Mapping[str, Any]:
        """By default everything that came was read."""
        self._require_extras("sendReadReceipt")
        newest = self._engine.require().session.position - 1
        index = int(command.data.get("index", newest))
        return await self._engine.request(lambda who: self._engine.transport.read_receipt(who, index))

    async def _request(self, call: Callable[[Credentials], Any]) -> Mapping[str, Any]:
        return await self._engine.request(call, hurry=True)


def _type_name(data: Mapping[str, Any]) -> str:
    """The name of the type of what was given for a preprocessor, as pages know it."""
    if "preprocessor" not in data:
        return "undefined"
    return _TYPE_NAMES.get(type(data["preprocessor"]), "object")
