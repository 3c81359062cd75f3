"""`pytest --no-skips`: a test that was skipped fails the run, which names it.

On a developer's machine a missing browser is a reason to skip; where everything is set up, it is a hole.
"""

import pytest

SKIPPED = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="fail when any test was skipped, and name it")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SKIPPED] = []
    config.pluginmanager.register(_Collector(config.stash[SKIPPED]), "frontdesk-skips")


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("--no-skips") and session.config.stash[SKIPPED]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("--no-skips") and config.stash[SKIPPED]:
        terminalreporter.section("not one test may be skipped here", red=True)
        for name in config.stash[SKIPPED]:
            terminalreporter.write_line(name)


class _Collector:
    """Hears of every report, also of those that other processes send."""

    def __init__(self, skipped: list[str]) -> None:
        self._skipped = skipped

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # A test that is expected to fail is also reported as skipped, but it did run.
        if report.skipped and not hasattr(report, "wasxfail"):
            self._skipped.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._skipped.append(report.nodeid)
