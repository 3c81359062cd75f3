"""WebChat without a window: a plugin that opens, submits and closes like one and tells an interaction's life.

It drives WebChatService by commands and learns from its events alone, so it works with any service plugin."""

import contextlib
import secrets
from collections.abc import Callable, Mapping, Sequence

from frontdesk.client.bus import Bus, Command, CommandRejected, Event
from frontdesk.client.state_store import StateStore
from frontdesk.client.v3_answers import CODE_PREFIX
from frontdesk.domain import lifecycle_metadata
from frontdesk.domain.lifecycle import Lifecycle, Phase, step
from frontdesk.domain.lifecycle_facts import (
    AgentJoined,
    BotJoined,
    Closed,
    CoBrowseStarted,
    ErrorsReported,
    Fact,
    FormSubmitted,
    Initialised,
    MessagesShown,
    Opened,
    Restored,
    RestoreFailed,
    ServiceStarted,
    SessionEnded,
    StartRefused,
    SupervisorJoined,
)
from frontdesk.domain.lifecycle_metadata import Line, Metadata

METADATA_KEY = "_genesys.widgets.webchat.metaData"
EVENTS = ("ready", "opened", "started", "cancelled", "submitted", "rejected", "completed", "closed")
RESERVED_FIELDS = ("firstname", "lastname", "nickname", "email", "subject")


def fresh_id() -> str:
    """A new name for an interaction."""
    return secrets.token_hex(16)


class WebChat:
    """The `WebChat` plugin for programs: commands `open`, `submit`, `close` and `endChat`.

    Shape:   `WebChat.data("metadata")` is the current block, `WebChat.data("open")` whether it is on screen.
             Make it before the service begins to restore a session, or it will not hear of it.
    Source:  webchat-service, sections 8 and 10; webchat-ui, section 2.
    """

    def __init__(
        self,
        bus: Bus,
        *,
        store: StateStore,
        service: str = "WebChatService",
        new_id: Callable[[], str] = fresh_id,
    ) -> None:
        plugin = bus.register_plugin("WebChat")
        if plugin is None:
            raise ValueError("this bus has a WebChat plugin already, or takes no more plugins")
        self._bus = bus
        self._plugin = plugin
        self._store = store
        self._service = service
        self._new_id = new_id
        self._life = Lifecycle()
        self._options: Mapping[str, object] = {}
        # Read before a window opened on this page can write over it.
        self._saved: Metadata | None = lifecycle_metadata.load(store.get(METADATA_KEY))
        self._attach()

    @property
    def lifecycle(self) -> Lifecycle:
        """Where the interaction stands."""
        return self._life

    def _attach(self) -> None:
        plugin = self._plugin
        plugin.register_events(list(EVENTS))
        plugin.register_command("open", self._open)
        plugin.register_command("submit", self._submit)
        plugin.register_command("close", self._close)
        plugin.register_command("endChat", self._end_chat)
        hears: Mapping[str, Callable[[Event], object]] = {
            "started": self._on_started,
            "agentConnected": lambda event: self._feed(AgentJoined(event.time, _party_id(event))),
            "supervisorConnected": lambda event: self._feed(SupervisorJoined(event.time, _party_id(event))),
            "botConnected": lambda event: self._feed(BotJoined(event.time)),
            "messageReceived": self._on_messages,
            "error": lambda event: self._feed(ErrorsReported(event.time, error_codes(event.data))),
            "ended": lambda event: self._feed(SessionEnded(event.time)),
            "restored": self._on_restored,
            "restoreTimeout": self._on_lost,
            "restoreFailed": self._on_lost,
        }
        for name, hear in hears.items():
            plugin.subscribe(f"{self._service}.{name}", hear)
        plugin.subscribe("CoBrowse.started", lambda event: self._feed(CoBrowseStarted(event.time)))
        plugin.subscribe("App.closeAll", lambda event: self._feed(Closed(event.time)))
        plugin.ready()
        self._feed(Initialised(self._bus.now_ms()))

    def _feed(self, fact: Fact) -> None:
        """Let `fact` be true: keep the block, show it as data, publish what follows."""
        before, (self._life, published) = self._life, step(self._life, fact)
        if published or before.party_ids != self._life.party_ids or isinstance(fact, BotJoined):
            self._keep(fact.at_ms)
        self._plugin.data("metadata", self._life.block.published(fact.at_ms))
        self._plugin.data("open", self._life.is_open)
        for event in published:
            if event.name == "ready":
                self._plugin.republish(event.name)
            else:
                self._plugin.publish(event.name, event.data)

    def _keep(self, now_ms: int) -> None:
        if self._life.is_worth_saving:
            self._store.set(METADATA_KEY, self._life.block.saved(now_ms))
        else:
            self._store.remove(METADATA_KEY)

    def _take_saved(self) -> Metadata | None:
        saved, self._saved = self._saved, None
        return saved or lifecycle_metadata.load(self._store.get(METADATA_KEY))

    # Commands.

    async def _open(self, command: Command) -> None:
        """Put the window on screen; with `form.autoSubmit`, submit at once."""
        if self._life.is_open:
            raise CommandRejected("already opened")
        options = command.data
        is_new = self._life.phase is Phase.IDLE
        self._feed(
            Opened(
                at_ms=command.time,
                id=str(options.get("id") or self._new_id()),
                proactive=lifecycle_metadata.is_proactive(options),
                proactive_data=_mapping(options.get("proactiveData")) or None,
                prefilled=lifecycle_metadata.is_prefilled(options.get("form")),
            )
        )
        if not is_new:
            return
        self._options = dict(options)
        if _mapping(options.get("form")).get("autoSubmit") is True:
            command.deferred.resolve()  # The window is on screen; how the start goes is told by events.
            with contextlib.suppress(CommandRejected):
                await self._start({}, automatic=True)

    async def _submit(self, command: Command) -> object:
        """Send the form off: the values given to `open`, with those in `form` over them."""
        if self._life.phase is not Phase.FORM:
            raise CommandRejected("there is no form to submit")
        return await self._start(_mapping(command.data.get("form")), automatic=False)

    async def _close(self, command: Command) -> None:
        """Take the window away; a running session goes on without it."""
        if not self._life.is_open:
            raise CommandRejected("already closed")
        self._feed(Closed(command.time))

    async def _end_chat(self, command: Command) -> None:
        """End the session; the window stays."""
        if not self._life.is_running:
            raise CommandRejected("there is no active chat session to end")
        self._plugin.command(f"{self._service}.endChat")

    async def _start(self, fields: Mapping[str, object], *, automatic: bool) -> object:
        prefilled = _mapping(self._options.get("form"))
        form = {name: value for name, value in (*prefilled.items(), *fields.items()) if name != "autoSubmit"}
        self._feed(FormSubmitted(at_ms=self._bus.now_ms(), form=form, automatic=automatic))
        try:
            return await self._plugin.command(
                f"{self._service}.startChat", start_options(self._options, form)
            )
        except CommandRejected as refusal:
            self._feed(StartRefused(self._bus.now_ms(), error_codes(refusal.reason)))
            raise

    # What the service says.

    def _on_started(self, event: Event) -> None:
        if self._life.phase is Phase.ENDED:  # Started by a program, behind a window that showed the end.
            self._feed(Closed(event.time))
        self._feed(ServiceStarted(event.time, self._new_id()))

    def _on_messages(self, event: Event) -> None:
        if event.data.get("oldMessages"):
            return  # Pages of history were shown in another chat.
        lines = [
            Line(str(message.get("type")), str(_mapping(message.get("from")).get("type")))
            for message in _mappings(event.data.get("messages"))
        ]
        self._feed(MessagesShown(event.time, lines, replayed=event.data.get("restoring") is True))

    def _on_restored(self, event: Event) -> None:
        if self._life.phase is Phase.FORM:  # The window was opened before the server answered.
            self._feed(Closed(event.time))
        self._feed(Restored(event.time, self._take_saved(), self._new_id()))
        # A command, so that those who watch `open` can see that it is no visitor's wish.
        self._plugin.command("WebChat.open", {"restoring": True})

    def _on_lost(self, event: Event) -> None:
        self._feed(RestoreFailed(event.time, self._take_saved(), self._new_id()))


def start_options(options: Mapping[str, object], form: Mapping[str, object]) -> dict[str, object]:
    """What `startChat` is told: the reserved fields as such, every other one as user data.

    Shape:   `options` are those of `open`; its `attachedData` yields to its `userData`, and that to the form.
             The reserved fields are there twice, because some transports want them under `form`.
    """
    user_data = {
        **_mapping(options.get("attachedData")),
        **_mapping(options.get("userData")),
        **{name: value for name, value in form.items() if name not in RESERVED_FIELDS},
    }
    passed_on = {name: options[name] for name in ("async", "interactionData") if name in options}
    reserved = {name: form[name] for name in RESERVED_FIELDS if name in form}
    return {**reserved, "form": reserved, **passed_on, "userData": user_data}


def error_codes(reason: object) -> tuple[str, ...]:
    """The codes by which the metadata remember a failure; at least one."""
    if isinstance(reason, str):
        return (reason,)
    response = _mapping(reason)
    body = _mapping(response.get("responseJSON")) or response
    codes = tuple(str(error["code"]) for error in _mappings(body.get("errors")) if "code" in error)
    if codes:
        return codes
    named = _mapping(body.get("status")).get("code")
    if named:
        return (f"{CODE_PREFIX}{named}",)
    if body.get("statusCode") == 1:
        return ("unavailable",)
    return (str(response.get("status") or "failed"),)


def _party_id(event: Event) -> str:
    message = _mapping(event.data.get("message"))
    return str(_mapping(message.get("from")).get("id"))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _mappings(values: object) -> Sequence[Mapping[str, object]]:
    return (
        [value for value in values if isinstance(value, Mapping)] if isinstance(values, list | tuple) else []
    )
