"""Plugins, commands, promises and hooks: bus, section 16, checks 1 to 19, 30 and 32."""

from typing import Any

import pytest

from frontdesk.client.bus import Bus, Command, CommandRejected, Plugin
from frontdesk.client.promise import Deferred
from tests.client.hearing import plugin, turns

pytestmark = pytest.mark.anyio

CANCELLED = "Command was cancelled by a 'before' function."
NO_PLUGIN = "Could not load plugin file in given location. Check your plugins path option."


@pytest.fixture
def bus() -> Bus:
    return Bus()


def echo(owner: Plugin, name: str = "echo") -> list[Command]:
    """A command that resolves with its options; the calls that reached it."""
    calls: list[Command] = []

    def handler(call: Command) -> None:
        calls.append(call)
        call.deferred.resolve(call.data)

    owner.register_command(name, handler)
    return calls


async def rejection(promise: Any) -> object:
    """Why a command was rejected."""
    with pytest.raises(CommandRejected) as caught:
        await promise
    return caught.value.reason


def test_1_a_name_can_be_registered_once(bus: Bus) -> None:
    assert bus.register_plugin("A") is not None
    assert bus.register_plugin("A") is None


def test_1_a_locked_bus_takes_no_plugins(bus: Bus) -> None:
    master = bus.register_master()
    assert master is not None
    assert bus.register_master() is None
    master.lock()
    assert bus.register_plugin("A") is None
    master.unlock()
    assert bus.register_plugin("A") is not None


def test_2_a_plugin_knows_its_name(bus: Bus) -> None:
    assert plugin(bus, "A").namespace() == "A"


async def test_4_a_handler_sees_exactly_five_things(bus: Bus) -> None:
    calls = echo(plugin(bus, "A"))
    await plugin(bus, "B").command("A.echo", {"x": 1})
    (call,) = calls
    assert set(call._fields) == {"time", "commander", "command", "deferred", "data"}
    assert (call.commander, call.command, call.data) == ("B", "A.echo", {"x": 1})
    assert isinstance(call.time, int)


async def test_4_without_options_the_data_is_empty_and_the_bus_commands_as_cxbus(bus: Bus) -> None:
    calls = echo(plugin(bus, "A"))
    assert await bus.command("A.echo") == {}
    assert calls[0].commander == "CXBus"


async def test_5_a_name_without_a_dot_is_ones_own_command(bus: Bus) -> None:
    a, b = plugin(bus, "A"), plugin(bus, "B")
    echo(a)
    calls = echo(b)
    await b.command("echo", {"mine": True})
    assert calls[0].command == "B.echo"


async def test_6_commands_wait_until_a_plugin_is_ready_and_keep_their_order(bus: Bus) -> None:
    a = plugin(bus, "A", ready=False)
    calls = echo(a)
    for number in range(3):
        bus.command("A.echo", {"number": number})
    await turns()
    assert calls == []
    a.ready()
    await turns()
    assert [call.data["number"] for call in calls] == [0, 1, 2]


async def test_7_a_plugin_need_not_be_ready_for_itself(bus: Bus) -> None:
    a = plugin(bus, "A", ready=False)
    echo(a)
    assert await a.command("A.echo", {"x": 1}) == {"x": 1}


async def test_8_a_handler_runs_after_the_call_returned(bus: Bus) -> None:
    calls = echo(plugin(bus, "A"))
    promise = bus.command("A.echo")
    assert calls == []
    await promise
    assert len(calls) == 1


async def test_8_calls_run_in_order_whether_their_handlers_are_asynchronous_or_not(bus: Bus) -> None:
    a, ran = plugin(bus, "A"), []

    async def slow(call: Command) -> None:
        ran.append(call.data["n"])

    a.register_commands({"slow": slow, "quick": lambda call: ran.append(call.data["n"])})
    for n, name in enumerate(["slow", "quick", "slow", "quick"]):
        bus.command(f"A.{name}", {"n": n})
    await turns()
    assert ran == [0, 1, 2, 3]


async def test_9_hooks_see_the_options_one_after_the_other(bus: Bus) -> None:
    a = plugin(bus, "A")
    echo(a)
    seen: list[dict[str, Any]] = []

    def add(key: str) -> Any:
        def hook(options: dict[str, Any]) -> dict[str, Any]:
            seen.append(dict(options))
            options[key] = True
            return options

        return hook

    assert a.before("A.echo", add("first"))
    assert bus.before("A.echo", add("second"))
    mine: dict[str, Any] = {"mine": 1}
    promise = bus.command("A.echo", mine)
    assert seen == [{"mine": 1}, {"mine": 1, "first": True}]
    assert mine == {"mine": 1, "first": True, "second": True}
    assert await promise == mine


def test_9_a_hook_needs_a_full_address(bus: Bus) -> None:
    assert not bus.before("echo", lambda options: options)


@pytest.mark.parametrize("answer", [False, None, True, "no", 0])
async def test_10_a_hook_that_gives_no_mapping_cancels(bus: Bus, answer: object) -> None:
    calls = echo(plugin(bus, "A"))
    later: list[object] = []
    bus.before("A.echo", lambda _: answer)
    bus.before("A.echo", later.append)
    assert await rejection(bus.command("A.echo")) == CANCELLED
    assert (calls, later) == ([], [])


async def test_10_a_hook_that_fails_cancels_and_is_logged(bus: Bus, caplog: pytest.LogCaptureFixture) -> None:
    def fails(_: dict[str, Any]) -> None:
        raise LookupError("this hook has a bug")

    calls = echo(plugin(bus, "A"))
    bus.before("A.echo", fails)
    assert await rejection(bus.command("A.echo")) == CANCELLED
    assert calls == []
    assert "this hook has a bug" in caplog.text


async def test_10_hooks_bind_the_plugin_itself_and_may_come_before_it(bus: Bus) -> None:
    bus.before("A.echo", lambda _: False)
    a = plugin(bus, "A")
    echo(a)
    assert await rejection(a.command("echo")) == CANCELLED


async def test_11_a_hook_may_replace_the_options(bus: Bus) -> None:
    calls = echo(plugin(bus, "A"))
    bus.before("A.echo", lambda _: {"other": 1})
    await bus.command("A.echo", {"mine": 1})
    assert calls[0].data == {"other": 1}


async def test_12_a_plugin_that_cannot_be_loaded_says_so(bus: Bus) -> None:
    assert await rejection(bus.command("Nobody.echo")) == NO_PLUGIN


async def test_13_a_loaded_plugin_gets_the_call_once_and_hooks_ran_once(bus: Bus) -> None:
    arrived: list[list[Command]] = []
    hooked: list[int] = []

    async def load(target: Bus) -> None:
        await turns()
        arrived.append(echo(plugin(target, "Late")))

    def hook(options: dict[str, Any]) -> dict[str, Any]:
        hooked.append(1)
        return options

    bus.configure({"pluginMap": {"Late": load}})
    bus.before("Late.echo", hook)
    assert await bus.command("Late.echo", {"x": 1}) == {"x": 1}
    assert ([len(calls) for calls in arrived], hooked) == ([1], [1])
    assert await rejection(bus.load_plugin("late")) is None


async def test_13_calls_in_a_row_load_it_once_and_all_arrive(bus: Bus) -> None:
    loads: list[list[Command]] = []

    async def load(target: Bus) -> None:
        await turns()
        loads.append(echo(plugin(target, "Late")))

    bus.configure({"pluginMap": {"Late": load}})
    calls = [bus.command("Late.echo", {"x": number}) for number in range(3)]
    loading = bus.load_plugin("late")
    assert [await call for call in calls] == [{"x": 0}, {"x": 1}, {"x": 2}]
    await loading
    assert [[call.data["x"] for call in arrived] for arrived in loads] == [[0, 1, 2]]


async def test_13_a_load_that_failed_may_be_tried_again(bus: Bus) -> None:
    def fails(_: Bus) -> None:
        raise OSError

    bus.configure({"pluginMap": {"Late": fails}})
    assert await rejection(bus.command("Late.echo")) == NO_PLUGIN
    bus.configure({"pluginMap": {"Late": lambda target: echo(plugin(target, "Late"))}})
    assert await bus.command("Late.echo", {"x": 1}) == {"x": 1}


async def test_14_an_unknown_command_is_rejected(bus: Bus) -> None:
    plugin(bus, "A")
    assert await rejection(bus.command("A.nothing")) == "Command does not exist"


async def test_15_done_gets_every_value(bus: Bus) -> None:
    plugin(bus, "A").register_command("two", lambda call: call.deferred.resolve(1, 2))
    got: list[tuple[int, int]] = []
    promise = bus.command("A.two").done(lambda one, two: got.append((one, two)))
    assert await promise == 1
    assert got == [(1, 2)]


@pytest.mark.parametrize("ending", ["resolve", "reject"])
def test_16_always_runs_for_both_endings(ending: str) -> None:
    deferred, got = Deferred(), list[object]()
    deferred.promise.always(lambda *values: got.append(values))
    getattr(deferred, ending)("x", "y")
    assert got == [("x", "y")]


def test_17_only_the_first_settlement_counts() -> None:
    deferred, got = Deferred(), list[object]()
    promise = deferred.promise.done(got.append).fail(got.append)
    deferred.resolve(1)
    deferred.resolve(2)
    deferred.reject(3)
    assert got == [1]
    assert (promise.state(), promise.is_resolved(), promise.is_rejected()) == ("resolved", True, False)


def test_18_what_is_added_after_the_settlement_runs_at_once() -> None:
    deferred, got = Deferred(), list[object]()
    deferred.reject("no")
    deferred.promise.done(got.append).fail(got.append).always(got.append)
    assert got == ["no", "no"]


def test_18_callbacks_run_in_order_and_one_that_fails_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    deferred, got = Deferred(), list[object]()
    deferred.promise.done(lambda _: got.append("a"), lambda _: 1 / 0).always(lambda _: got.append("b"))
    deferred.resolve(1)
    assert got == ["a", "b"]
    assert "a callback failed" in caplog.text


def test_18_progress_is_told_while_it_is_pending() -> None:
    deferred, got = Deferred(), list[object]()
    deferred.promise.progress(got.append)
    deferred.notify("half")
    deferred.resolve()
    deferred.notify("too late")
    assert got == ["half"]


async def test_19_await_gives_the_first_value_or_raises_the_first_reason(bus: Bus) -> None:
    a = plugin(bus, "A")
    a.register_command("no", lambda call: call.deferred.reject("why", "more"))
    assert await rejection(bus.command("A.no")) == "why"
    done = Deferred()
    done.resolve("late", "more")
    assert await done.promise == "late"


async def test_19_an_asynchronous_handler_settles_by_returning_or_raising(bus: Bus) -> None:
    async def halve(call: Command) -> float:
        if call.data["n"] % 2:
            raise CommandRejected("odd")
        return float(call.data["n"] / 2)

    plugin(bus, "A").register_command("halve", halve)
    assert await bus.command("A.halve", {"n": 4}) == 2
    assert await rejection(bus.command("A.halve", {"n": 3})) == "odd"


async def test_19_a_bug_in_a_handler_reaches_the_one_who_awaits(bus: Bus) -> None:
    plugin(bus, "A").register_command("divide", lambda call: call.deferred.resolve(1 / call.data["by"]))
    with pytest.raises(ZeroDivisionError):
        await bus.command("A.divide", {"by": 0})


async def test_19_then_chains(bus: Bus) -> None:
    echo(plugin(bus, "A"))
    assert await bus.command("A.echo", {"x": 1}).then(lambda data: data["x"] + 1).pipe(str) == "2"
    assert await bus.command("A.echo").then(lambda _: bus.command("A.echo", {"y": 2})) == {"y": 2}
    assert await bus.command("A.none").then(None, lambda reason: f"caught: {reason}") == (
        "caught: Command does not exist"
    )


async def test_30_the_registry_lists_events_and_commands_of_every_plugin(bus: Bus) -> None:
    a = plugin(bus, "A")
    echo(a)
    a.register_events(["one", "two"])
    a.register_events("three")
    assert bus.registry()["A"] == {
        "events": ["one", "two", "three"],
        "commands": ["COMMANDS", "EVENTS", "LOAD", "echo"],
    }
    assert a.registry() == bus.registry()
    assert await bus.command("A.COMMANDS") == ["COMMANDS", "EVENTS", "LOAD", "echo"]
    assert await bus.command("A.EVENTS") == ["one", "two", "three"]
    assert await bus.command("A.LOAD") is None


async def test_32_a_forbidden_plugin_is_not_loaded(bus: Bus) -> None:
    bus.configure({"pluginMap": {"Foo": False}, "unknown": 1})
    assert await rejection(bus.command("Foo.bar")) == NO_PLUGIN
    assert await rejection(bus.load_plugin("Foo")) is None
