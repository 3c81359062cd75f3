"""Conformance of the bus in a browser, checks 20 to 29: events and data."""

import pytest
from playwright.async_api import Page

pytestmark = pytest.mark.anyio


async def test_20_what_is_published_before_anybody_listens_is_gone(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const seen = []
            const a = CXBus.registerPlugin('A')
            const published = a.publish('went', {n: 1})
            CXBus.subscribe('A.went', ({data}) => seen.push(data.n))
            await delivered()
            a.publish('went', {n: 2})
            await delivered()
            return [published, seen]
        }"""
    )
    assert found == [True, [2]]


async def test_21_what_was_republished_comes_to_a_later_subscriber_once_and_later(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const seen = []
            const a = CXBus.registerPlugin('A')
            a.republish('ready', {n: 1})
            await delivered()
            const address = CXBus.subscribe('A.ready', ({data}) => seen.push(data.n))
            seen.push('subscribed')
            await delivered()
            return [address, seen]
        }"""
    )
    assert found == ["A.ready", ["subscribed", 1]]


async def test_22_the_newest_republished_value_counts_and_a_plain_one_does_not_replace_it(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const seen = []
            const a = CXBus.registerPlugin('A')
            a.republish('state', {n: 1})
            a.republish('state', {n: 2})
            a.publish('state', {n: 3})
            CXBus.subscribe('A.state', ({data}) => seen.push(data.n))
            await delivered()
            return seen
        }"""
    )
    assert found == [2]


async def test_23_a_subscriber_that_throws_stops_nobody_and_the_page_hears_of_it(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const errors = [], seen = []
            addEventListener('error', (event) => { errors.push(event.error.message); event.preventDefault() })
            const a = CXBus.registerPlugin('A')
            CXBus.subscribe('A.went', () => { throw Error('mine') })
            CXBus.subscribe('A.went', () => seen.push('second'))
            a.publish('went')
            a.publish('went')
            await delivered()
            return [seen, errors]
        }"""
    )
    assert found == [["second", "second"], ["mine", "mine"]]


async def test_23_delivery_is_in_the_order_of_publishing(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const seen = []
            const a = CXBus.registerPlugin('A'), b = CXBus.registerPlugin('B')
            for (const address of ['A.one', 'B.two']) CXBus.subscribe(address, ({event}) => seen.push(event))
            b.publish('two'); a.publish('one'); b.publish('two')
            seen.push('published')
            await delivered()
            return seen
        }"""
    )
    assert found == ["published", "B.two", "A.one", "B.two"]


async def test_24_an_event_says_what_who_when_and_has_empty_data_when_none_was_given(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const seen = []
            const a = CXBus.registerPlugin('A')
            CXBus.subscribe('A.close.WebChat#1:2', (event) => seen.push(event))
            a.publish('close.WebChat#1:2')
            await delivered()
            return seen.map(({time, ...rest}) => ({...rest, isNow: Math.abs(Date.now() - time) < 60000}))
        }"""
    )
    assert found == [{"event": "A.close.WebChat#1:2", "publisher": "A", "data": {}, "isNow": True}]


async def test_25_unsubscribe_drops_all_of_one_plugin_and_none_of_another(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const seen = []
            const a = CXBus.registerPlugin('A'), b = CXBus.registerPlugin('B')
            a.subscribe('A.went', () => seen.push('a1'))
            a.subscribe('A.went', () => seen.push('a2'))
            b.subscribe('A.went', () => seen.push('b'))
            a.publish('went')
            await delivered()
            const who = a.subscribers()
            const dropped = a.unsubscribe('A.went')
            a.publish('went')
            await delivered()
            return {seen, who, dropped, without: a.subscribe('A.went')}
        }"""
    )
    assert found == {
        "seen": ["a1", "a2", "b", "b"],
        "who": {"A.went": ["A", "A", "B"]},
        "dropped": True,
        "without": False,
    }


async def test_26_the_sticky_value_outlives_the_last_subscriber(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const seen = []
            const a = CXBus.registerPlugin('A'), b = CXBus.registerPlugin('B')
            b.subscribe('A.state', () => seen.push('b'))
            a.republish('state')
            await delivered()
            b.unsubscribe('A.state')
            a.subscribe('A.state', () => seen.push('a'))
            await delivered()
            return seen
        }"""
    )
    assert found == ["b", "a"]


async def test_27_and_28_a_write_that_changes_something_is_told_three_times(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const seen = []
            const a = CXBus.registerPlugin('A'), b = CXBus.registerPlugin('B')
            for (const event of ['data', 'data.k', "data.k:'v'"])
                b.subscribe(`A.${event}`, ({event, data}) =>
                    seen.push([event, {...data, time: typeof data.time}]))
            const written = a.data('k', 'v')
            a.data('k', 'v')
            await delivered()
            const [other, bus] = [b.data('A.k'), CXBus.data('A.k')]
            return {seen, written, read: a.data('k'), other, bus, all: a.data()}
        }"""
    )
    assert found["seen"] == [
        ["A.data", {"k": "v", "time": "undefined"}],
        ["A.data.k", {"last": None, "value": "v", "time": "number"}],
        ["A.data.k:'v'", {"k": "v", "time": "undefined"}],
    ]
    assert [found[key] for key in ("written", "read", "other", "bus", "all")] == ["v"] * 4 + [{"k": "v"}]


async def test_28_the_announcement_has_the_value_before_and_the_value_now(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const seen = []
            const a = CXBus.registerPlugin('A')
            a.data('k', 1)
            CXBus.subscribe('A.data.k', ({data}) => seen.push(data))
            a.data('k', 2)
            await delivered()
            return seen.map(({last, value}) => [last, value])
        }"""
    )
    assert found[-1] == [1, 2]


async def test_29_false_is_stored_and_announced(page: Page) -> None:
    found = await page.evaluate(
        """async () => {
            const seen = []
            const a = CXBus.registerPlugin('A')
            CXBus.subscribe('A.data.k:false', ({event}) => seen.push(event))
            a.data('k', false)
            a.data('k', null)
            a.data('k', undefined)
            await delivered()
            return [seen, a.data('k')]
        }"""
    )
    assert found == [["A.data.k:false"], False]
