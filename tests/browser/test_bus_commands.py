"""Conformance of the bus in a browser, checks 1 to 19 and 30: commands, hooks, promises."""

import pytest
from playwright.async_api import Page

pytestmark = pytest.mark.anyio


async def test_1_and_2_a_name_can_be_registered_once_and_a_plugin_knows_it(page: Page) -> None:
    found = await page.evaluate(
        "() => [CXBus.registerPlugin('A').namespace(), CXBus.registerPlugin('A'), CXBus.registerPlugin(7)]"
    )
    assert found == ["A", False, False]


async def test_3_quickbus_is_the_namespace_of_the_bus_in_the_configuration(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const { bus } = _genesys.widgets
            const events = await bus.command('EVENTS')
            return [bus.namespace(), bus.registerPlugin('B').namespace(), events.length]
        }"""
    )
    assert found == ["QuickBus", "B", 0]


async def test_4_a_handler_sees_exactly_five_things(page: Page) -> None:
    call = await page.evaluate(
        """async () => {
            const a = CXBus.registerPlugin('A')
            a.registerCommand('look', (call) => call.deferred.resolve(
                {...call, keys: Object.keys(call).sort(), deferred: typeof call.deferred.resolve}))
            a.ready()
            return await CXBus.command('A.look')
        }"""
    )
    assert call.pop("keys") == ["command", "commander", "data", "deferred", "time"]
    assert call.pop("time") > 1_600_000_000_000
    assert call == {"commander": "CXBus", "command": "A.look", "data": {}, "deferred": "function"}


async def test_5_a_name_without_a_dot_is_ones_own_command(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const a = CXBus.registerPlugin('A')
            a.registerCommand('x', ({deferred, command, commander}) => deferred.resolve([command, commander]))
            return await a.command('x')
        }"""
    )
    assert found == ["A.x", "A"]


async def test_6_and_7_commands_of_others_wait_until_a_plugin_is_ready_and_keep_their_order(
    page: Page,
) -> None:
    found = await page.evaluate(
        """async () => {
            const seen = []
            const a = CXBus.registerPlugin('A')
            a.registerCommand('x', ({data, deferred}) => { seen.push(data.n); deferred.resolve() })
            CXBus.command('A.x', {n: 1})
            CXBus.command('A.x', {n: 2})
            await a.command('x', {n: 'own'})
            await delivered()
            const before = [...seen]
            a.ready()
            await delivered()
            return [before, seen]
        }"""
    )
    assert found == [["own"], ["own", 1, 2]]


async def test_8_the_handler_does_not_run_before_the_call_returns(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const seen = []
            const a = CXBus.registerPlugin('A')
            a.registerCommand('x', ({deferred}) => { seen.push('handler'); deferred.resolve() })
            a.ready()
            await delivered()
            const called = CXBus.command('A.x')
            Promise.resolve().then(() => seen.push('microtask'))
            seen.push('returned')
            await called
            return seen
        }"""
    )
    assert found == ["returned", "microtask", "handler"]


async def test_9_and_11_hooks_see_the_options_one_after_the_other_and_may_replace_them(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const seen = []
            const a = CXBus.registerPlugin('A')
            const hooked = [
                a.before('Later.x', (options) => {
                    seen.push({...options}); options.first = 1; return options }),
                a.before('Later.x', (options) => {
                    seen.push({...options}); return {replaced: true} }),
            ]
            const later = CXBus.registerPlugin('Later')
            later.registerCommand('x', ({data, deferred}) => deferred.resolve(data))
            later.ready()
            const own = {n: 1}
            const got = await CXBus.command('Later.x', own)
            await delivered()
            return {seen, got, own, hooked, nowhere: a.before('nowhere', () => ({}))}
        }"""
    )
    assert found == {
        "seen": [{"n": 1}, {"n": 1, "first": 1}],
        "got": {"replaced": True},
        "own": {"n": 1, "first": 1},
        "hooked": [True, True],
        "nowhere": False,
    }


async def test_9_hooks_run_within_the_call(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const a = CXBus.registerPlugin('A')
            await delivered()
            const seen = []
            a.before('A.x', (options) => { seen.push('hook'); return options })
            a.command('x')
            seen.push('returned')
            return seen
        }"""
    )
    assert found == ["hook", "returned"]


@pytest.mark.parametrize("result", ["false", "null", "undefined", "7"])
async def test_10_a_hook_that_gives_no_object_cancels(page: Page, result: str) -> None:
    found = await page.evaluate(
        f"""async () => {{
            const seen = []
            const a = CXBus.registerPlugin('A')
            a.registerCommand('x', ({{deferred}}) => {{ seen.push('ran'); deferred.resolve() }})
            a.ready()
            a.before('A.x', () => ({result}))
            a.before('A.x', (options) => {{ seen.push('second'); return options }})
            const end = await ending(CXBus.command('A.x'))
            await delivered()
            return [end, seen]
        }}"""
    )
    assert found == [["rejected", "Command was cancelled by a 'before' function."], []]


async def test_14_an_unknown_command_is_rejected(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            CXBus.registerPlugin('A').ready()
            return await ending(CXBus.command('A.nothing'))
        }"""
    )
    assert found == ["rejected", "Command does not exist"]


async def test_15_and_16_and_17_the_first_settlement_counts_and_gives_every_value(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const seen = []
            const a = CXBus.registerPlugin('A')
            a.registerCommand('good', ({deferred}) => {
                deferred.resolve(1, 2); deferred.resolve(3); deferred.reject(4) })
            a.registerCommand('bad', ({deferred}) => { deferred.reject('no', 5); deferred.resolve(6) })
            a.ready()
            const tell = (name) => (...values) => seen.push([name, ...values])
            CXBus.command('A.good').done(tell('done')).fail(tell('fail')).always(tell('always'))
            const bad = CXBus.command('A.bad').done(tell('done')).fail(tell('fail')).always(tell('always'))
            await delivered()
            return {seen, state: bad.state(), rejected: bad.isRejected(), resolved: bad.isResolved()}
        }"""
    )
    assert found == {
        "seen": [["done", 1, 2], ["always", 1, 2], ["fail", "no", 5], ["always", "no", 5]],
        "state": "rejected",
        "rejected": True,
        "resolved": False,
    }


async def test_17_what_a_callback_throws_reaches_the_page_and_stops_no_other(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const errors = []
            addEventListener('error', (event) => { errors.push(event.error.message); event.preventDefault() })
            const seen = []
            const a = CXBus.registerPlugin('A')
            a.registerCommand('x', ({deferred}) => deferred.resolve())
            a.ready()
            CXBus.command('A.x').done(() => { throw Error('mine') }).done(() => seen.push('second'))
            await delivered()
            await new Promise((resolve) => setTimeout(resolve))
            return [seen, errors]
        }"""
    )
    assert found == [["second"], ["mine"]]


async def test_17_progress_is_told_while_it_is_pending(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const seen = []
            const a = CXBus.registerPlugin('A')
            a.registerCommand('x', ({deferred}) => {
                deferred.notify(1); deferred.notify(2); deferred.resolve(); deferred.notify(3)
            })
            a.ready()
            await CXBus.command('A.x').progress((step) => seen.push(step))
            return seen
        }"""
    )
    assert found == [1, 2]


async def test_18_done_added_after_the_settlement_runs_immediately(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const promise = CXBus.command('LOAD')
            await promise
            const seen = []
            const tell = (name) => () => seen.push(name)
            promise.done(tell('done')).always(tell('always')).fail(tell('fail'))
            seen.push('after')
            return seen
        }"""
    )
    assert found == ["done", "always", "after"]


async def test_19_await_gives_the_first_value_or_throws_the_first_reason(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const a = CXBus.registerPlugin('A')
            a.registerCommand('good', ({deferred}) => deferred.resolve('first', 'second'))
            a.registerCommand('bad', ({deferred}) => deferred.reject('why', 'else'))
            a.ready()
            const good = await CXBus.command('A.good')
            let reason
            try { await CXBus.command('A.bad') } catch (thrown) { reason = thrown }
            const chained = await CXBus.command('A.good').then((it) => it + '!').then((it) => it + '?')
            const caught = await CXBus.command('A.bad').catch((it) => `caught ${it}`)
            return {good, reason, chained, caught}
        }"""
    )
    assert found == {"good": "first", "reason": "why", "chained": "first!?", "caught": "caught why"}


async def test_19_a_rejection_that_nobody_handles_is_no_error_of_the_page(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const unhandled = []
            addEventListener('unhandledrejection', (event) => unhandled.push(`${event.reason}`))
            CXBus.registerPlugin('A').ready()
            CXBus.command('A.nothing')
            CXBus.command('A.nothing').then(() => 0)
            await delivered()
            await new Promise((resolve) => setTimeout(resolve))
            return unhandled
        }"""
    )
    assert found == []


async def test_30_the_registry_lists_events_and_commands_of_every_plugin(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const a = CXBus.registerPlugin('A')
            a.registerCommands({x: () => {}, y: () => {}})
            a.registerEvents(['ready', 'went'])
            a.registerEvents('went')
            await delivered()
            const all = a.registry()
            return [all.A, Object.keys(all)]
        }"""
    )
    assert found == [
        {"events": ["ready", "went"], "commands": ["COMMANDS", "EVENTS", "LOAD", "x", "y"]},
        ["CXBus", "QuickBus", "A"],
    ]
