"""One plugin of the bus: its commands, its events, its data, and its way to all others."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from frontdesk.client.promise import Deferred, Promise

if TYPE_CHECKING:
    from frontdesk.client.bus import Bus


class Event(NamedTuple):
    """Something a plugin published.

    Shape:   `event` is the full address; `data` is `{}` when none was given, and shared by all subscribers.
    Units:   `time` is milliseconds since the Unix epoch.
    """

    event: str
    publisher: str
    time: int
    data: Any


class Command(NamedTuple):
    """A call as its handler sees it.

    Shape:   `data` are the options after all hooks, `commander` is the namespace of the caller.
    Units:   `time` is milliseconds since the Unix epoch.
    """

    data: dict[str, Any]
    deferred: Deferred
    commander: str
    command: str
    time: int


Handler = Callable[[Command], object]
Subscriber = Callable[[Event], object]
Hook = Callable[[dict[str, Any]], object]

BUILT_IN = ("COMMANDS", "EVENTS", "LOAD")


class Plugin:
    """A plugin's interface to the bus.

    Source:  bus, section 5.
    """

    def __init__(self, bus: "Bus", name: str) -> None:
        self._bus = bus
        self._name = name
        self._store: dict[str, Any] = {}
        self.is_ready = False
        self.handlers: dict[str, Handler] = {}
        self.events: list[str] = []
        self.waiting: list[Command] = []
        """Commands from others that came before this plugin was ready, oldest first."""
        self.register_command("COMMANDS", lambda call: call.deferred.resolve(list(self.handlers)))
        self.register_command("EVENTS", lambda call: call.deferred.resolve(list(self.events)))
        self.register_command("LOAD", lambda call: call.deferred.resolve())

    def namespace(self) -> str:
        """The plugin's name."""
        return self._name

    def register_command(self, name: str, handler: Handler) -> bool:
        """Let `handler` carry out `name` from now on.

        Shape:   an `async` handler's return value resolves the command, `CommandRejected` rejects it; any
                 other handler settles `command.deferred`.
        """
        self.handlers[name] = handler
        return True

    def register_commands(self, handlers: Mapping[str, Handler]) -> bool:
        """Register several commands."""
        self.handlers.update(handlers)
        return True

    def register_events(self, names: Sequence[str] | str) -> bool:
        """Tell the registry which events this plugin publishes; publishing others works as well."""
        for name in [names] if isinstance(names, str) else names:
            if name not in self.events:
                self.events.append(name)
        return True

    def command(self, address: str, options: Mapping[str, Any] | None = None) -> Promise:
        """Call a command; a name without a dot is one of this plugin's own."""
        return self._bus.dispatch(self._name, address, options)

    def before(self, address: str, hook: Hook) -> bool:
        """Let `hook` see and change the options of every later call; giving no mapping cancels it."""
        return self._bus.add_hook(address, hook)

    def publish(self, event: str, data: Any = None) -> bool:
        """Tell every subscriber of `<namespace>.<event>`, each in a later turn of the loop."""
        return self._bus.deliver(self._name, event, data, sticky=False)

    def republish(self, event: str, data: Any = None) -> bool:
        """Publish, and tell later subscribers as well."""
        return self._bus.deliver(self._name, event, data, sticky=True)

    def publish_direct(self, event: str, data: Any = None) -> bool:
        """Publish something frequent: silent in the log when nobody listens."""
        return self._bus.deliver(self._name, event, data, sticky=False, quiet=True)

    def subscribe(self, address: str, subscriber: Subscriber | None) -> str | None:
        """Call `subscriber` with each such event; the address, or `None` when it cannot be called."""
        return self._bus.add_subscriber(self._name, address, subscriber)

    def once(self, address: str, subscriber: Subscriber) -> str | None:
        """Call `subscriber` with the next such event only."""
        return self._bus.add_subscriber(self._name, address, subscriber, is_once=True)

    def unsubscribe(self, address: str) -> bool:
        """Drop all of this plugin's subscribers of `address`; whether there were any."""
        return self._bus.drop_subscribers(self._name, address)

    def subscribers(self) -> dict[str, list[str]]:
        """Who listens to this plugin: addresses of its events, with the names of the subscribers."""
        return self._bus.subscribers_of(self._name)

    def data(self, key: str | None = None, value: Any = None) -> Any:
        """Read, or with a `value` write, what this plugin tells about itself.

        Shape:   no key: everything; `Other.key` reads another plugin. `None` cannot be written. A write that
                 changes the value publishes `data`, `data.<key>` and `data.<key>:<value>`.
        """
        if key is None:
            return self._store
        if value is None:
            return self._store[key] if key in self._store else self._bus.data_of(key)
        last = self._store.get(key)
        if last != value or type(last) is not type(value):
            self._store[key] = value
            self.publish("data", self._store)
            self.publish(f"data.{key}", {"last": last, "value": value, "time": self._bus.now_ms()})
            self.publish(f"data.{key}:{_spelled(value)}", value)
        return value

    def registry(self) -> dict[str, dict[str, list[str]]]:
        """Every plugin's events and commands."""
        return self._bus.registry()

    def ready(self) -> None:
        """This plugin can be called now; what was waiting runs, in order."""
        self.is_ready = True
        waiting, self.waiting = self.waiting, []
        for call in waiting:
            self._bus.schedule(self, call)


def _spelled(value: object) -> str:
    """How a value reads at the end of an event's name: as in a browser, where these names come from."""
    match value:
        case str():
            return f"'{value}'"
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case Mapping():
            return "[object Object]"
        case list() | tuple():
            return ",".join("" if item is None else str(item) for item in value)
        case _:
            return str(value)
