"""One test that goes wrong fails alone: those around it pass."""

import pytest

from scripts.machine import ROOT

PLUGINS = ("-p", "tests.runner", "-p", "no:cacheprovider")

AROUND = """
    import asyncio, contextlib, signal, time
    import anyio, hypothesis, pytest
    from hypothesis import strategies as st

    pytestmark = pytest.mark.anyio

    @pytest.fixture(scope="session")
    def anyio_backend():
        return "asyncio"

    @pytest.fixture(scope="session", autouse=True)
    async def of_the_session():
        async with anyio.create_task_group():
            yield
"""

AFTER = """
    async def test_after():
        async with asyncio.timeout(1):
            await asyncio.sleep(0.01)
        assert asyncio.current_task().cancelling() == 0

    async def test_and_after_that():
        await asyncio.sleep(0.01)
"""


@pytest.fixture(autouse=True)
def finds_the_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def run(pytester: pytest.Pytester, tests: str, *arguments: str) -> pytest.RunResult:
    pytester.makeini("[pytest]")  # So that nothing above it counts.
    pytester.makeconftest("import tests.runner; tests.runner.GRACE_S = 2")
    pytester.makepyfile(f"{AROUND}\n{tests}\n{AFTER}")
    return pytester.runpytest_subprocess(*PLUGINS, *arguments, timeout=100)


def test_whatever_leaves_a_test_only_that_test_fails(pytester: pytest.Pytester) -> None:
    wrong = (
        "raise BaseExceptionGroup('two', [KeyError(), GeneratorExit()])",
        "raise SystemExit(3)",
        "raise asyncio.CancelledError",
        "asyncio.current_task().cancel(); await asyncio.sleep(1)",
        "asyncio.current_task().cancel(); assert False, 'whoever waits next is cancelled'",
        "f = asyncio.get_running_loop().create_future(); f.cancel(); await f",
        "pytest.fail('so be it')",
    )
    pairs = [
        f"    async def test_{n}_wrong(): {code}\n    async def test_{n}_right(): await anyio.sleep(0)"
        for n, code in enumerate(wrong)
    ]
    result = run(pytester, "\n".join(pairs))
    result.assert_outcomes(failed=len(wrong), passed=len(wrong) + 2)


@pytest.mark.parametrize("yields", ["", "\n        yield"])
def test_whatever_leaves_a_fixture_only_its_test_fails(pytester: pytest.Pytester, yields: str) -> None:
    fixture = f"""
    @pytest.fixture
    async def fixture():{yields}
        raise asyncio.CancelledError

    async def test_asks_for_it(fixture): pass
    """
    result = run(pytester, fixture)
    result.assert_outcomes(errors=1, passed=3 if yields else 2)


def test_a_task_group_of_a_fixture_that_fails_ends_no_other_test(pytester: pytest.Pytester) -> None:
    tests = """
    @pytest.fixture
    async def group():
        async with anyio.create_task_group() as group:
            yield group

    async def fail():
        raise KeyError

    async def test_starts_what_fails(group):
        group.start_soon(fail)
        await asyncio.sleep(10)
    """
    result = run(pytester, tests.replace("autouse=True", ""))
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] == 2, outcomes
    assert outcomes["failed"] == 1


def test_hypothesis_can_give_an_example_up(pytester: pytest.Pytester) -> None:
    tests = """
    @hypothesis.settings(max_examples=20, derandomize=True, database=None)
    @hypothesis.given(data=st.data())
    async def test_draws_more_than_there_is(data):
        await asyncio.sleep(0)
        if data.draw(st.booleans()):
            data.draw(st.binary(min_size=9000, max_size=9000))  # More than one example may have.
    """
    run(pytester, tests).assert_outcomes(passed=3)


def test_a_test_that_waits_for_ever_is_cancelled_and_puts_its_things_away(pytester: pytest.Pytester) -> None:
    tests = """
    async def turn():
        while True:
            await asyncio.sleep(0)

    @pytest.mark.timeout(1)
    @pytest.mark.parametrize("wait", [
        lambda: asyncio.Event().wait(),
        lambda: anyio.to_thread.run_sync(time.sleep, 3),
        lambda: asyncio.wait([asyncio.ensure_future(turn())]),
    ])
    async def test_waits(wait):
        try:
            await wait()
        finally:
            await asyncio.sleep(0.01)
            print("it is all put away")
    """
    result = run(pytester, tests)
    result.assert_outcomes(failed=3, passed=2)
    result.stdout.fnmatch_lines(["*Timeout (>1.0s) from pytest-timeout*", "it is all put away"] * 3)


def test_one_that_holds_the_event_loop_up_is_ended_too(pytester: pytest.Pytester) -> None:
    tests = """
    @pytest.mark.timeout(1)
    async def test_hangs():
        time.sleep(100)
    """
    result = run(pytester, tests)
    result.assert_outcomes(failed=1, passed=2)
    result.stdout.fnmatch_lines(["*Timeout (>1.0s) from pytest-timeout*"])


def test_fixtures_that_hang_are_ended_too(pytester: pytest.Pytester) -> None:
    tests = """
    @pytest.fixture
    async def slow_to_come():
        await asyncio.Event().wait()

    @pytest.fixture
    async def slow_to_go():
        yield
        await asyncio.Event().wait()

    @pytest.mark.timeout(1)
    async def test_waits_for_it(slow_to_come): pass

    @pytest.mark.timeout(1)
    async def test_fails_before(slow_to_go):
        assert False
    """
    run(pytester, tests).assert_outcomes(errors=2, failed=1, passed=2)


def test_one_that_cannot_be_ended_ends_its_process_alone(pytester: pytest.Pytester) -> None:
    tests = """
    @pytest.mark.timeout(1)
    async def test_will_not_be_cancelled():
        while True:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(1)
    """
    result = run(pytester, tests, "-n", "1")
    result.assert_outcomes(failed=1, passed=2)
    result.stdout.fnmatch_lines(["*crashed while running*test_will_not_be_cancelled*"])
