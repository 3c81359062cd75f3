"""WebChatService: a visitor's chat as a plugin of the bus, without any window.

Source:  webchat-service, sections 1 to 6."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx2
from msgspec.structs import replace

from frontdesk.client import refusals
from frontdesk.client.bus import Bus, Command, CommandRejected
from frontdesk.client.clock import Clock, SystemClock
from frontdesk.client.engine import Engine
from frontdesk.client.options import V2_COMETD, V3_REST, Options, read_options
from frontdesk.client.plugin import Handler
from frontdesk.client.restoring import Restoring
from frontdesk.client.service_events import EVENTS, NAME
from frontdesk.client.service_files import Files
from frontdesk.client.service_polling import Polling
from frontdesk.client.service_words import Words
from frontdesk.client.state_store import StateStore
from frontdesk.client.transport import Credentials, StartRequest, Transport
from frontdesk.client.user_data import deep_merged, page_data, read_user_data
from frontdesk.client.v2 import V2Transport
from frontdesk.client.v2_cometd import V2CometdTransport
from frontdesk.client.v3 import V3Transport
from frontdesk.client.visitor_socket import VisitorSocketTransport

NOBODY = Credentials(session_id="")
TOKEN_KEYS = ("participantId", "sessionId", "token", "transportId")

TransportFactory = Callable[[Options], Transport]


class WebChatService:
    """The headless chat service on `bus`.

    Shape:   `config` is the `webchat` object of a page: `dataURL` and so on. `transports` adds protocols by
             the name that `transport.type` gives. `page` says where the visitor is: `url`, `title`,
             `referrer`, `source`, `browser`, `os`. What is kept between runs lies in `store`.
    Errors:  `CommandRejected`: the configuration is of no use.
    """

    def __init__(
        self,
        bus: Bus,
        config: Mapping[str, Any],
        *,
        store: StateStore | None = None,
        clock: Clock | None = None,
        http: httpx2.AsyncClient | None = None,
        transports: Mapping[str, TransportFactory] | None = None,
        page: Mapping[str, str] | None = None,
    ) -> None:
        self._http = http
        self._clock = clock or SystemClock()
        self._transports = {
            "v2": self._v2,
            V2_COMETD: self._v2_cometd,
            V3_REST: self._v3,
            **(transports or {}),
        }
        self._page = dict(page or {})
        self._config = config
        self._user_data: dict[str, Any] = {}
        options, transport = self._understood(config)
        plugin = bus.register_plugin(NAME)
        if plugin is None:
            raise ValueError(f"this bus has a plugin {NAME} already")
        self._plugin = plugin
        self.engine = Engine(
            transport,
            options,
            store=store or StateStore(),
            clock=self._clock,
            publish=plugin.publish,
            user_data=self._resuming_data,
        )
        self.restoring = Restoring(self.engine)
        plugin.register_events(EVENTS)
        plugin.register_commands(self._handlers())
        for group in (Words(self.engine), Files(self.engine), Polling(self.engine, plugin)):
            plugin.register_commands(group.handlers())

    async def begin(self) -> None:
        """Be ready for commands, and go on with the session that was kept, if there is one."""
        self._tell_capabilities()
        self._plugin.ready()
        self._plugin.republish("ready")
        if self.restoring.has_saved or self.engine.options.asynchronous.get_back is not None:
            await self._plugin.command("restore").then(None, lambda *_: None)

    async def aclose(self) -> None:
        """Let go of the network; a session that is active can be gone on with later.

        Shape:   a start that is under way is waited for and taken back.
        """
        self.engine.close()
        try:
            await self.engine.begun()
        finally:
            await self.engine.transport.aclose()

    def _handlers(self) -> dict[str, Handler]:
        return {
            "configure": self._configure,
            "startChat": self._start_chat,
            "endChat": self._end_chat,
            "restore": self._restore,
            "asyncRestore": self._restore,
            "verifySession": self._verify_session,
            "fetchHistory": lambda _: self.restoring.fetch_history(),
            "updateUserData": self._update_user_data,
            "getTranscript": self._get_transcript,
            "getAgents": self._get_agents,
            "getStats": self._get_stats,
            "getSessionData": self._get_session_data,
        }

    # Configuration.

    def _v2(self, options: Options) -> Transport:
        make = V2Transport if options.is_transport_chosen else VisitorSocketTransport
        return make(
            options.data_url,
            headers=options.headers,
            timeout_ms=options.ajax_timeout_ms,
            upload_timeout_ms=options.upload_timeout_ms,
            endpoint=options.endpoint,
            http=self._http,
            keeps_cookies=options.keeps_cookies,
        )

    def _v2_cometd(self, options: Options) -> Transport:
        return V2CometdTransport(
            options.cometd.url,
            options.cometd.channel,
            self._clock,
            files_url=options.cometd.files_url,
            headers=options.headers,
            timeout_ms=options.ajax_timeout_ms,
            upload_timeout_ms=options.upload_timeout_ms,
            http=self._http,
        )

    def _v3(self, options: Options) -> Transport:
        return V3Transport(
            options.data_url,
            headers=options.headers,
            timeout_ms=options.ajax_timeout_ms,
            upload_timeout_ms=options.upload_timeout_ms,
            endpoint=options.endpoint,
            fields=options.start_fields,
            http=self._http,
        )

    def _understood(self, config: Mapping[str, Any]) -> tuple[Options, Transport]:
        if not config:
            raise CommandRejected(refusals.INVALID_CONFIGURATION)
        options = read_options(config)
        make = self._transports.get(options.transport_type)
        if make is None or not _has_address(options):
            raise CommandRejected(refusals.INVALID_TRANSPORT)
        return options, make(options)

    async def _configure(self, command: Command) -> None:
        self.engine.require_room()
        options, transport = self._understood(command.data)
        before, self.engine.transport = self.engine.transport, transport
        self.engine.options = options
        self._config = command.data
        await before.aclose()
        self._tell_capabilities()

    def _tell_capabilities(self) -> None:
        supports = self.engine.transport.supports
        capabilities = {
            "async": self.engine.options.asynchronous.is_enabled,
            "asyncClose": self.engine.options.asynchronous.is_enabled,
            "pagination": supports.pagination and self.engine.options.asynchronous.is_enabled,
            "fileUpload": supports.file_upload,
        }
        self._plugin.data("capabilities", capabilities)
        self._plugin.publish("capabilitiesChanged", capabilities)

    # The session.

    async def _start_chat(self, command: Command) -> Mapping[str, Any]:
        data = command.data
        self.engine.require_room()
        given = read_user_data(data.get("userData"))
        has_tokens = self.engine.transport.supports.tokens
        self._user_data = self._token_data(given) if has_tokens else self._flat_data(given)
        self._plugin.data("userData", dict(self._user_data))
        return await self.engine.start(self._token_request(data) if has_tokens else self._request(data))

    def _flat_data(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The data of a start of version 2: what is known of the page wins."""
        data = {
            "GCTI_LanguageCode": self.engine.options.language,
            **read_user_data(self._config.get("userData")),
            **self._user_data,
            **given,
            **page_data(self._page),
        }
        if self.engine.options.asynchronous.is_enabled:
            data["GCTI_Chat_AsyncMode"] = "true"
        return data

    def _token_data(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The data of a start of version 3: what is given wins, level by level."""
        data = deep_merged(self._resuming_data(), given)
        return {**data, "PhoneNumber": data["phone"]} if data.get("phone") else data

    def _resuming_data(self) -> dict[str, Any]:
        configured = read_user_data(self._config.get("userData"))
        return deep_merged(deep_merged(configured, self._user_data), page_data(self._page))

    def _request(self, data: Mapping[str, Any]) -> StartRequest:
        return StartRequest(
            nickname=_text(data, "nickname"),
            first_name=_text(data, "firstname"),
            last_name=_text(data, "lastname"),
            email=_text(data, "email"),
            subject=_text(data, "subject"),
            text=_text(data, "text"),
            user_data=self._user_data,
        )

    def _token_request(self, data: Mapping[str, Any]) -> StartRequest:
        """Of version 3: who it is stands under `form`, and only there."""
        form, headers = data.get("form"), data.get("headers")
        more = data.get("interactionData")
        return replace(
            self._request(form if isinstance(form, Mapping) else {}),
            url=_text(data, "dataURL"),
            headers={str(k): str(v) for k, v in headers.items()} if isinstance(headers, Mapping) else {},
            fields={} if more is None else {"interactionData": more},
            session=self.restoring.given_back(),
        )

    async def _end_chat(self, _: Command) -> Mapping[str, Any]:
        return await self.engine.leave()

    async def _restore(self, command: Command) -> None:
        self.restoring.refuse(is_own=command.commander == NAME)
        await self.restoring.restore(command.data.get("sessionData"))

    async def _verify_session(self, _: Command) -> dict[str, bool]:
        if not self.engine.transport.supports.verify:
            raise CommandRejected(refusals.NO_VERIFY)
        return {"sessionActive": await self.restoring.verify()}

    async def _update_user_data(self, command: Command) -> Mapping[str, Any]:
        self._user_data |= command.data
        self._plugin.data("userData", dict(self._user_data))
        if not self.engine.is_active:
            return dict(self._user_data)
        if not self.engine.transport.supports.user_data:
            raise CommandRejected(refusals.NO_USER_DATA)
        return await self.engine.request(
            lambda who: self.engine.transport.update_user_data(who, command.data)
        )

    # What is known.

    async def _get_transcript(self, _: Command) -> dict[str, Any]:
        session = self.engine.session
        return {
            "messages": [] if session is None else list(session.messages),
            "originalMessages": [] if session is None else list(session.originals),
        }

    async def _get_agents(self, _: Command) -> dict[str, Any]:
        session = self.engine.session
        agents = {} if session is None else session.people.agents
        return {"agents": {party_id: dict(agent) for party_id, agent in agents.items()}}

    async def _get_stats(self, command: Command) -> dict[str, Any]:
        session = self.engine.session
        agents = (await self._get_agents(command))["agents"]
        if session is None or not session.messages:
            return {"agents": agents, "startTime": False, "endTime": False, "duration": False}
        first, last = (session.messages[place].get("timestamp", 0) for place in (0, -1))
        return {"agents": agents, "startTime": first, "endTime": last, "duration": last - first}

    async def _get_session_data(self, _: Command) -> dict[str, str]:
        live = self.engine.live
        if live is not None:
            return live.session.credentials.public()
        return dict.fromkeys(TOKEN_KEYS, "") if self.engine.transport.supports.tokens else NOBODY.public()


def _has_address(options: Options) -> bool:
    """Whether a transport of ours knows whom to ask; those of others have addresses of their own."""
    if options.transport_type == V2_COMETD:
        return bool(options.cometd.url)
    return bool(options.data_url) or options.transport_type not in ("v2", V3_REST)


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return "" if value is None else str(value)
