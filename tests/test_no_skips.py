"""`--no-skips`: a hole in the tests is not a pass."""

import pytest

TESTS = """
    import pytest

    def test_passes(): pass

    def test_lacks_something():
        pytest.skip("no browser")

    @pytest.mark.xfail(strict=True)
    def test_fails_as_expected():
        assert False
"""


def run(pytester: pytest.Pytester, tests: str, *arguments: str) -> pytest.RunResult:
    pytester.makepyfile(tests)
    return pytester.runpytest_inprocess("-p", "tests.no_skips", *arguments)


def test_a_skipped_test_is_no_failure_by_default(pytester: pytest.Pytester) -> None:
    result = run(pytester, TESTS)
    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=1, skipped=1, xfailed=1)


@pytest.mark.parametrize("processes", ["0", "2"])
def test_with_the_option_it_fails_the_run_and_is_named(pytester: pytest.Pytester, processes: str) -> None:
    result = run(pytester, TESTS, "--no-skips", "-n", processes)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*not one test may be skipped here*", "*::test_lacks_something"])
    result.stdout.no_fnmatch_line("*::test_fails_as_expected")


def test_a_file_skipped_as_a_whole_counts_too(pytester: pytest.Pytester) -> None:
    result = run(pytester, 'import pytest; pytest.importorskip("no_such_module")', "--no-skips")
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_without_skips_the_option_changes_nothing(pytester: pytest.Pytester) -> None:
    assert run(pytester, "def test_passes(): pass", "--no-skips").ret == pytest.ExitCode.OK
