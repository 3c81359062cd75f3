"""Commands of WebChatService that say when the server is asked for news."""

from frontdesk.client import refusals
from frontdesk.client.engine import Engine
from frontdesk.client.plugin import Command, Handler, Plugin
from frontdesk.client.promise import CommandRejected
from frontdesk.client.service_events import NAME

NOT_IDLE = {"purpose": "cancel-idle-timer"}


class Polling:
    """Following the session.

    Source:  webchat-service, sections 3 and 6.2.
    """

    def __init__(self, engine: Engine, plugin: Plugin) -> None:
        self._engine = engine
        self._plugin = plugin

    def handlers(self) -> dict[str, Handler]:
        """The commands by name."""
        return {
            "poll": self._poll,
            "startPoll": self._start_poll,
            "stopPoll": self._stop_poll,
            "pausePoll": self._stop_poll,
            "resetPollExceptions": self._reset_poll_exceptions,
            "sleep": self._sleep,
            "wake": self._wake,
        }

    async def _poll(self, command: Command) -> None:
        if command.commander != NAME:
            raise CommandRejected(refusals.PRIVATE_POLL)
        self._require_polling(refusals.NO_POLL)
        live = self._engine.live
        if live is None or live.is_leaving or not await live.poller.poll_once():
            raise CommandRejected(refusals.POLL_BUSY)

    async def _start_poll(self, _: Command) -> None:
        self._require_polling(refusals.NO_POLLING)
        live = self._engine.live
        if live is None or live.is_leaving:
            raise CommandRejected(refusals.NO_SESSION)
        self._engine.follow(live)

    async def _stop_poll(self, _: Command) -> None:
        self._require_polling(refusals.NO_POLLING)
        live = self._engine.live
        if live is None or live.is_leaving:
            raise CommandRejected(refusals.NO_SESSION)
        if not live.poller.is_started:
            raise CommandRejected(refusals.NOT_POLLING)
        self._engine.stop_following(live)

    async def _reset_poll_exceptions(self, _: Command) -> None:
        self._require_polling(refusals.NO_POLL_EXCEPTIONS)
        if not self._engine.transport.supports.poll_exceptions:
            raise CommandRejected(refusals.NO_POLL_EXCEPTIONS)
        if self._engine.live is not None:
            self._engine.live.health.forget_exceptions()

    def _require_polling(self, refusal: str) -> None:
        if not self._engine.transport.supports.polling:
            raise CommandRejected(refusal)

    async def _sleep(self, _: Command) -> None:
        if self._engine.is_active:
            self._engine.require().poller.sleep()
            self._plugin.data("sleeping", True)
            self._plugin.publish("sleeping")

    async def _wake(self, command: Command) -> None:
        if self._engine.is_active:
            self._engine.require().poller.wake()
            self._plugin.data("sleeping", False)
            self._plugin.publish("waking")
            can_tell = self._engine.transport.supports.custom_notice
            if command.data.get("resetIdleState") is True and can_tell:
                await self._engine.request(
                    lambda who: self._engine.transport.notice(who, attributes=NOT_IDLE)
                )
