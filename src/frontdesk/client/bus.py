"""The bus: plugins call each other's commands and hear each other's events, and nobody needs to know anybody.

Everything is delivered in a later turn of the event loop, first in, first out."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from frontdesk.client.clock import Clock, SystemClock
from frontdesk.client.plugin import Command, Event, Handler, Hook, Plugin, Subscriber
from frontdesk.client.promise import CommandRejected, Deferred, Promise, run, spawn

__all__ = ["Bus", "Command", "CommandRejected", "Deferred", "Event", "Loader", "Plugin", "Promise"]

CANCELLED = "Command was cancelled by a 'before' function."
NO_PLUGIN = "Could not load plugin file in given location. Check your plugins path option."
NO_COMMAND = "Command does not exist"

log = logging.getLogger(__name__)

Loader = Callable[["Bus"], Awaitable[object] | object]
"""Registers a plugin when somebody first calls it."""


class Listener(NamedTuple):
    """One subscriber of one address."""

    name: str
    subscriber: Subscriber
    is_once: bool


class Master:
    """The control over a bus, given to the first who asks."""

    def __init__(self, bus: "Bus") -> None:
        self._bus = bus

    def lock(self) -> None:
        """No more plugins."""
        self._bus.is_locked = True

    def unlock(self) -> None:
        """Plugins are welcome again."""
        self._bus.is_locked = False

    def config(self) -> dict[str, Any]:
        """How the bus is configured."""
        return dict(self._bus.options)


class Bus:
    """The registry of plugins, and the way between them.

    Shape:   the bus itself commands and subscribes under the name `CXBus`.
    Source:  bus, sections 4 to 10 and 15.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.now_ms = (clock or SystemClock()).now_ms
        self.is_locked = False
        self.options: dict[str, Any] = {"debug": False, "pluginMap": {}}
        self._plugins: dict[str, Plugin] = {}
        self._hooks: dict[str, list[Hook]] = {}
        self._listeners: dict[str, list[Listener]] = {}
        self._sticky: dict[str, Event] = {}
        self._loading: dict[str, Promise] = {}
        self._loaded: set[str] = set()
        self._has_master = False
        self._own = Plugin(self, "CXBus")
        self._plugins["CXBus"] = self._own
        self._own.ready()

    # What everybody may use.

    def register_plugin(self, name: str) -> Plugin | None:
        """A new plugin's interface; `None` when the name is taken or the bus is locked."""
        if name in self._plugins or self.is_locked:
            return None
        plugin = self._plugins[name] = Plugin(self, name)
        return plugin

    def register_master(self) -> Master | None:
        """The control over this bus; `None` for all but the first caller."""
        if self._has_master:
            return None
        self._has_master = True
        return Master(self)

    def command(self, address: str, options: Mapping[str, Any] | None = None) -> Promise:
        """Call `Plugin.command`."""
        return self._own.command(address, options)

    def subscribe(self, address: str, subscriber: Subscriber | None) -> str | None:
        """Call `subscriber` with each such event."""
        return self._own.subscribe(address, subscriber)

    def once(self, address: str, subscriber: Subscriber) -> str | None:
        """Call `subscriber` with the next such event only."""
        return self._own.once(address, subscriber)

    def before(self, address: str, hook: Hook) -> bool:
        """Let `hook` see and change the options of every later call."""
        return self._own.before(address, hook)

    def data(self, key: str | None = None, value: Any = None) -> Any:
        """The data of the bus; `Plugin.key` reads a plugin's."""
        return self._own.data(key, value)

    def configure(self, options: Mapping[str, Any]) -> None:
        """Set `debug` (log the traffic) or `pluginMap` (name → loader, or `False` to forbid loading it).

        Shape:   unknown keys and wrong types are ignored.
        """
        if isinstance(options.get("debug"), bool):
            self.options["debug"] = options["debug"]
        if isinstance(options.get("pluginMap"), Mapping):
            self.options["pluginMap"] = dict(options["pluginMap"])

    def load_plugin(self, name: str) -> Promise:
        """Load a plugin; rejected when it is there already, is forbidden or has no loader.

        Shape:   whoever asks while it is being loaded gets the same promise.
        """
        under_way = self._loading.get(name.lower())
        if under_way is not None:
            return under_way
        deferred = Deferred()
        loader = self.options["pluginMap"].get(name)
        known = {plugin.lower() for plugin in self._plugins} | self._loaded
        if name.lower() in known or loader is False:
            self._soon(deferred.reject)
        elif not callable(loader):
            self._soon(deferred.reject, f"Could not load plugin file: {name.lower()}")
        else:
            self._loading[name.lower()] = deferred.promise
            spawn(self._load(name, loader, deferred))
        return deferred.promise

    def registry(self) -> dict[str, dict[str, list[str]]]:
        """Every plugin's events and commands."""
        return {
            name: {"events": list(plugin.events), "commands": list(plugin.handlers)}
            for name, plugin in self._plugins.items()
        }

    # What plugins use.

    def dispatch(self, commander: str, address: str, options: Mapping[str, Any] | None) -> Promise:
        """Call a command on behalf of `commander`: the hooks now, the handler in a later turn."""
        full = address if "." in address else f"{commander}.{address}"
        name = full.partition(".")[0]
        deferred = Deferred()
        data = self._hooked(full, {} if options is None else options)
        if data is None:
            self._soon(deferred.reject, CANCELLED)
            return deferred.promise
        self._trace("%s commands %s", commander, full)
        call = Command(data, deferred, commander, full, self.now_ms())
        if name in self._plugins:
            self._accept(self._plugins[name], call)
        else:
            loading = self.load_plugin(name)
            loading.done(lambda *_: self._loaded_for(name, call)).fail(lambda *_: deferred.reject(NO_PLUGIN))
        return deferred.promise

    def add_hook(self, address: str, hook: Hook) -> bool:
        """Run `hook` before every call of `address`; false when that is no full address."""
        if "." not in address:
            return False
        self._hooks.setdefault(address, []).append(hook)
        return True

    def deliver(self, name: str, event: str, data: Any, *, sticky: bool, quiet: bool = False) -> bool:
        """Tell all subscribers of `name`'s `event`."""
        address = f"{name}.{event}"
        told = Event(address, name, self.now_ms(), {} if data is None else data)
        if sticky:
            self._sticky[address] = told
        listeners = self._listeners.get(address, [])
        if listeners or not quiet:
            self._trace("%s publishes %s", name, event)
        for listener in listeners:
            self._tell(listener, told)
        if any(listener.is_once for listener in listeners):
            self._listeners[address] = [listener for listener in listeners if not listener.is_once]
        return True

    def add_subscriber(
        self, name: str, address: str, subscriber: Subscriber | None, *, is_once: bool = False
    ) -> str | None:
        """Let `subscriber` of plugin `name` hear `address`; what was republished comes at once."""
        if subscriber is None:
            return None
        listener = Listener(name, subscriber, is_once)
        remembered = self._sticky.get(address)
        if remembered is not None:
            self._tell(listener, remembered)
        if remembered is None or not is_once:
            self._listeners[address] = [*self._listeners.get(address, []), listener]
        return address

    def drop_subscribers(self, name: str, address: str) -> bool:
        """Drop what plugin `name` subscribed at `address`; whether there was anything."""
        before = self._listeners.get(address, [])
        self._listeners[address] = [listener for listener in before if listener.name != name]
        return len(self._listeners[address]) != len(before)

    def subscribers_of(self, name: str) -> dict[str, list[str]]:
        """Addresses of `name`'s events, with the names of those who listen."""
        return {
            address: [listener.name for listener in listeners]
            for address, listeners in self._listeners.items()
            if listeners and address.startswith(f"{name}.")
        }

    def data_of(self, address: str) -> Any:
        """Another plugin's value, or `None`."""
        name, dot, key = address.partition(".")
        return self._plugins[name].data().get(key) if dot and name in self._plugins else None

    def schedule(self, plugin: Plugin, call: Command) -> None:
        """Let the handler run in a later turn."""
        handler = plugin.handlers.get(call.command.partition(".")[2])
        if handler is None:
            self._soon(call.deferred.reject, NO_COMMAND)
        elif inspect.iscoroutinefunction(handler):
            spawn(_carry_out(handler, call))  # A task starts in the order in which it was made.
        else:
            self._soon(_call, handler, call)

    # Its own business.

    def _hooked(self, address: str, options: Mapping[str, Any]) -> dict[str, Any] | None:
        data = options if isinstance(options, dict) else dict(options)  # Hooks see the caller's own object.
        for hook in self._hooks.get(address, []):
            try:
                changed = hook(data)
            except Exception:  # The one who calls the command did not write the hook.
                log.exception("a 'before' function of %s failed", address)
                return None
            if not isinstance(changed, Mapping):
                return None
            data = changed if isinstance(changed, dict) else dict(changed)
        return data

    def _accept(self, plugin: Plugin, call: Command) -> None:
        if plugin.is_ready or call.commander == plugin.namespace():
            self.schedule(plugin, call)
        else:
            plugin.waiting.append(call)

    async def _load(self, name: str, loader: Loader, deferred: Deferred) -> None:
        try:
            loaded = loader(self)
            if inspect.isawaitable(loaded):
                await loaded
        except Exception:
            log.exception("the plugin %s could not be loaded", name)
            del self._loading[name.lower()]  # Before the settlement: whoever hears of it may try again.
            deferred.reject(f"Could not load plugin file: {name.lower()}")
        else:
            del self._loading[name.lower()]
            self._loaded.add(name.lower())
            deferred.resolve()

    def _loaded_for(self, name: str, call: Command) -> None:
        if name in self._plugins:
            self._accept(self._plugins[name], call)
        else:
            call.deferred.reject(NO_PLUGIN)

    def _tell(self, listener: Listener, event: Event) -> None:
        if inspect.iscoroutinefunction(listener.subscriber):
            spawn(listener.subscriber(event))
        else:
            self._soon(run, listener.subscriber, (event,))

    def _soon(self, what: Callable[..., object], *values: object) -> None:
        asyncio.get_running_loop().call_soon(what, *values)

    def _trace(self, text: str, *values: str) -> None:
        if self.options["debug"]:
            log.debug(text, *values)


async def _carry_out(handler: Handler, call: Command) -> None:
    try:
        call.deferred.resolve(await handler(call))  # type: ignore[misc]
    except CommandRejected as rejected:
        call.deferred.reject(rejected.reason)
    except Exception as error:
        log.exception("%s failed", call.command)
        call.deferred.reject(error)


def _call(handler: Handler, call: Command) -> None:
    try:
        result = handler(call)
    except CommandRejected as rejected:
        call.deferred.reject(rejected.reason)
    except Exception as error:
        log.exception("%s failed", call.command)
        call.deferred.reject(error)
    else:
        if inspect.iscoroutine(result):

            async def finish(_: Command) -> object:
                return await result

            spawn(_carry_out(finish, call))
